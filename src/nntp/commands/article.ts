import { articleCommand } from './article-part.ts';

/** RFC 3977 §6.2.1. */
export const article = articleCommand('ARTICLE', 220, (line, { bytes }) => [line, bytes]);
