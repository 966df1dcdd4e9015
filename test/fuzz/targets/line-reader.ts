import assert from 'node:assert/strict';
import { LineReader, TOO_LONG } from '../../../src/wire/line-reader.ts';
import type { ParserTarget } from '../target.ts';

const MOST = 40;

function linesOf(pieces: readonly Buffer[]): (string | symbol)[] {
  const reader = new LineReader(MOST);
  const lines: (string | symbol)[] = [];
  for (const piece of pieces) {
    reader.feed(piece);
    for (let line = reader.next(); line !== undefined; line = reader.next()) {
      lines.push(line === TOO_LONG ? line : line.toString('latin1'));
    }
    assert(reader.buffered <= MOST + 1, 'an incomplete line is kept beyond the limit');
  }
  return lines;
}

/** Lines of octets, cut in every way. */
export const lineReader: ParserTarget = {
  name: 'line-reader',
  seeds: () => [
    'one\r\ntwo\nthree\r\r\n',
    'x'.repeat(45),
    `${'x'.repeat(40)}\r\n${'y'.repeat(41)}\r\nz\n`,
    '\n\r\n\r',
    `${'x'.repeat(200)}\r\nok\r\n`,
  ],
  words: ['\r\n', '\n', '\r', 'x'.repeat(40)],
  maxOctets: 300,
  run(input) {
    const whole = linesOf([input]);
    const complete = input.toString('latin1').split('\n').slice(0, -1);
    const expected = complete
      .map((line) => line.replace(/\r$/, ''))
      .map((line) => (line.length > MOST ? TOO_LONG : line));
    assert.deepEqual(whole.slice(0, expected.length), expected);
    for (let at = 0; at <= input.length; at++) {
      assert.deepEqual(linesOf([input.subarray(0, at), input.subarray(at)]), whole, `cut at ${at}`);
    }
    assert.deepEqual(linesOf(Array.from(input, (octet) => Buffer.from([octet]))), whole, 'octet by octet');
  },
};
