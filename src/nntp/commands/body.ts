import { articleCommand, articleLine } from './article-part.ts';

/** RFC 3977 §6.2.3. */
export const body = articleCommand('BODY', (article, place) => [
  articleLine(222, place, article),
  article.bytes.subarray(article.bodyStart),
]);
