import assert from 'node:assert/strict';
import { PostingError } from '../../../src/news/posting/error.ts';
import { unfoldFlowed } from '../../../src/news/posting/flowed.ts';
import { wrapLines } from '../../../src/news/posting/wrap.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

/** Lines as they are wrapped for a board, and unfolded where they are `format=flowed`. */
export const boardLines: ParserTarget = {
  name: 'board-lines',
  seeds: () => [
    '> > quoted \n> > text \n',
    'word '.repeat(60),
    `${'>'.repeat(60)} ${'x'.repeat(200)}`,
    '-- \nsig',
    'é'.repeat(90),
  ],
  words: ['>', '> ', ' ', '\n', '-- \n', 'é'],
  maxOctets: 16_384,
  ways: 2,
  run(input, way) {
    const lines = input.toString('utf8').split('\n');
    const flowed = way === 0;
    assert(unfoldFlowed(lines, flowed).length <= lines.length);
    const rules = { width: 72, max: 80, octets: (text: string) => Buffer.byteLength(text) };
    // Where a line is broken, white space goes.
    const bare = (text: string) => text.replace(/[\s>]/g, '');
    const text = lines.map((line) => ({ text: line, flowed }));
    const wrapped = unlessRefused(() => wrapLines(text, rules), PostingError);
    if (wrapped === undefined) return;
    for (const line of wrapped) assert(Buffer.byteLength(line) <= 80);
    assert.equal(bare(wrapped.join('')), bare(lines.join('')), 'text is lost');
  },
};
