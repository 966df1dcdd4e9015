import { articleCommand, articleLine } from './article-part.ts';

const EMPTY_LINE = 2;
const TERMINATOR = Buffer.from('.\r\n');

/** RFC 3977 §6.2.2. */
export const head = articleCommand(
  'HEAD',
  (article, place) => [
    articleLine(221, place, article),
    article.bytes.subarray(0, article.bodyStart - EMPTY_LINE),
    TERMINATOR,
  ],
  (group, number) => (group.head === undefined ? group.article(number) : group.head(number)),
);
