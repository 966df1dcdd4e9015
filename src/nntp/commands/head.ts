import { articleCommand } from './article-part.ts';

const EMPTY_LINE = 2;
const TERMINATOR = Buffer.from('.\r\n');

/** RFC 3977 §6.2.2. */
export const head = articleCommand(
  'HEAD',
  221,
  (line, { bytes, bodyStart }) => [line, bytes.subarray(0, bodyStart - EMPTY_LINE), TERMINATOR],
  (group, number) => (group.head === undefined ? group.article(number) : group.head(number)),
);
