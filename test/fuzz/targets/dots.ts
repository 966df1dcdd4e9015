import assert from 'node:assert/strict';
import { DotReader, dotStuff } from '../../../src/wire/dots.ts';
import type { ParserTarget } from '../target.ts';

const LARGE = 1000;

/** The text and what follows it, or what is kept of a text without its end. */
function read(pieces: readonly Buffer[]): readonly [done: boolean, body: string, rest: string] {
  const reader = new DotReader(LARGE);
  for (const [i, piece] of pieces.entries()) {
    const end = reader.feed(piece);
    if (!end.done) continue;
    return [
      true,
      reader.body().toString('latin1'),
      Buffer.concat([end.rest, ...pieces.slice(i + 1)]).toString('latin1'),
    ];
  }
  return [false, reader.body().toString('latin1'), ''];
}

/** Dot-stuffed text, cut in every way, and text that is stuffed. */
export const dots: ParserTarget = {
  name: 'dots',
  seeds: () => ['text\r\n..dot\r\n.\r\nQUIT\r\n', '.\r\n', '..\r\n.\r\n', 'a\n.\nb', '.\r.\r\n.\r\n', '\r\n.'],
  words: ['\r\n.\r\n', '\n.\n', '.', '..', '\r', '\n'],
  maxOctets: 200,
  run(input) {
    const [done, body, rest] = read([input]);
    for (let at = 0; at <= input.length; at++) {
      const cut = read([input.subarray(0, at), input.subarray(at)]);
      assert.equal(cut[0], done, `cut at ${at}`);
      if (done) assert.deepEqual(cut, [done, body, rest], `cut at ${at}`);
    }
    const [ended, again, more] = read([dotStuff(input)]);
    assert(ended && more === '');
    const complete = input.length === 0 || input.at(-1) === 0x0a;
    assert.equal(again, input.toString('latin1') + (complete ? '' : '\r\n'));
  },
};
