import { articleCommand } from './article-part.ts';

/** RFC 3977 §6.2.3. */
export const body = articleCommand('BODY', 222, (line, { bytes, bodyStart }) => [line, bytes.subarray(bodyStart)]);
