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

/** RFC 3977 §3.1.1: CRLF ends lines, and nothing else. */
function expected(stream: string): readonly [done: boolean, body: string, rest: string] {
  const end = `\r\n${stream}`.indexOf('\r\n.\r\n');
  // What is kept of an incomplete text does not matter.
  if (end < 0) return [false, read([Buffer.from(stream, 'latin1')])[1], ''];
  const body = stream.slice(0, end).replace(/^\./, '').replaceAll('\r\n.', '\r\n');
  return [true, body, stream.slice(end + '.\r\n'.length)];
}

/** Dot-stuffed text, cut in every way, and text that is stuffed. */
export const dots: ParserTarget = {
  name: 'dots',
  seeds: () => ['text\r\n..dot\r\n.\r\nQUIT\r\n', '.\r\n', '..\r\n.\r\n', 'a\n.\nb', '.\r.\r\n.\r\n', '\r\n.'],
  words: ['\r\n.\r\n', '\n.\n', '.', '..', '\r', '\n'],
  maxOctets: 200,
  run(input) {
    const whole = read([input]);
    assert.deepEqual(whole, expected(input.toString('latin1')));
    for (let at = 0; at <= input.length; at++) {
      const cut = read([input.subarray(0, at), input.subarray(at)]);
      assert.deepEqual(whole[0] ? cut : cut[0], whole[0] ? whole : false, `cut at ${at}`);
    }
    // What is stuffed has lines that end CRLF.
    const text = input.toString('latin1').replace(/\r?\n/g, '\r\n');
    const stuffed = dotStuff(Buffer.from(text, 'latin1'));
    assert.deepEqual(read([stuffed]), [true, text === '' || text.endsWith('\n') ? text : `${text}\r\n`, '']);
  },
};
