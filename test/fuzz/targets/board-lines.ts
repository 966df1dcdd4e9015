import assert from 'node:assert/strict';
import { unfoldFlowed } from '../../../src/news/posting/flowed.ts';
import { wrapLine } from '../../../src/news/posting/wrap.ts';
import { octetsFrom } from '../../../src/wire/octets.ts';
import type { ParserTarget } from '../target.ts';

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
  run(input) {
    const lines = input.toString('utf8').split('\n');
    for (const delSp of [true, false]) assert(unfoldFlowed(lines, delSp).length <= lines.length);
    for (const line of input.toString('latin1').split('\n')) {
      const octets = octetsFrom(Buffer.from(line, 'latin1'));
      const wrapped = wrapLine(octets, 80);
      for (const part of wrapped) assert(part.length <= 80);
      const bare = (text: string) => text.replace(/[ \t>]/g, '');
      assert.equal(bare(wrapped.join('')), bare(line), 'text is lost');
    }
  },
};
