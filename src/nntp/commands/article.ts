import { articleCommand, articleLine } from './article-part.ts';

/** RFC 3977 §6.2.1. */
export const article = articleCommand('ARTICLE', (article, place) => {
  if (article.answer !== undefined && place.shown === place.number) return article.answer;
  return [articleLine(220, place, article), article.bytes];
});
