import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader, TOO_LONG } from '../../src/wire/line-reader.ts';

type Line = string | typeof TOO_LONG;

function linesOf(chunks: readonly Buffer[], max: number): Line[] {
  const reader = new LineReader(max);
  const lines: Line[] = [];
  for (const chunk of chunks) {
    reader.feed(chunk);
    for (let line = reader.next(); line !== undefined; line = reader.next()) {
      lines.push(line === TOO_LONG ? TOO_LONG : line.toString('latin1'));
    }
  }
  return lines;
}

describe('LineReader', () => {
  it('ends lines at CRLF and at a bare LF, and keeps any other CR', () => {
    expect(linesOf([Buffer.from('one\r\ntwo\n\r\n\nc\rr\r\r\nrest')], 10)).toEqual(['one', 'two', '', '', 'c\rr\r']);
  });

  it('takes a line of exactly the limit and refuses one more octet, then goes on', () => {
    expect(linesOf([Buffer.from('12345\r\n123456\r\n1234\n123456\nok\n')], 5)).toEqual([
      '12345',
      TOO_LONG,
      '1234',
      TOO_LONG,
      'ok',
    ]);
  });

  it('gives the same lines however the bytes are cut', () => {
    const bytes = Buffer.from('a\r\n\r\n12345\r\n123456\r\nx\ry\n1234567890123\nend\r\n');
    const whole = linesOf([bytes], 5);
    expect(whole).toContain(TOO_LONG);
    for (let i = 0; i <= bytes.length; i++) {
      for (let j = i; j <= bytes.length; j++) {
        expect(linesOf([bytes.subarray(0, i), bytes.subarray(i, j), bytes.subarray(j)], 5)).toEqual(whole);
      }
    }
  });

  it('gives every line of generated input under any cut', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '.', ' ', '\r'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((l) => `${l}\r\n`).join(''));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(bytes.subarray(at));
        expect(linesOf(chunks, 12)).toEqual(lines);
      }),
    );
  });

  it('gives the same lines whether they are taken before the next chunk or after it', () => {
    const bytes = Buffer.from('a\r\n\r\n12345\r\n123456\r\nx\ry\n1234567890123\nend\r\nrest');
    const whole = linesOf([bytes], 5);
    for (let i = 0; i <= bytes.length; i++) {
      for (let j = i; j <= bytes.length; j++) {
        for (const taken of [0, 1, 2, 3]) {
          const reader = new LineReader(5);
          const lines: Line[] = [];
          const take = (most: number) => {
            for (let n = 0; n < most; n++) {
              const line = reader.next();
              if (line === undefined) return;
              lines.push(line === TOO_LONG ? TOO_LONG : line.toString('latin1'));
            }
          };
          reader.feed(bytes.subarray(0, i));
          take(taken);
          reader.feed(bytes.subarray(i, j));
          take(taken);
          reader.feed(bytes.subarray(j));
          take(1);
          const { buffered } = reader;
          expect(reader.takeRest().length).toBe(buffered);
          reader.feed(bytes.subarray(bytes.length - buffered));
          take(100);
          expect(lines).toEqual(whole);
        }
      }
    }
  });

  it('gives many lines at a time, as they came, up to one that begins with a dot', () => {
    const bytes = Buffer.from('one\r\ntwo.\n\r\n..three\r\nfour\r\n.\r\nfive\r\nsi');
    for (let i = 0; i <= bytes.length; i++) {
      for (const most of [1, 6, 100]) {
        const reader = new LineReader(100);
        const taken: string[] = [];
        const take = () => {
          for (;;) {
            const lines = reader.nextLines(most);
            const line = lines ?? reader.next();
            if (line === undefined) return;
            taken.push(line === TOO_LONG ? 'too long' : lines === undefined ? `(${line})` : `${line}`);
          }
        };
        reader.feed(bytes.subarray(0, i));
        take();
        reader.feed(bytes.subarray(i));
        take();
        const all = taken.join('');
        if (most === 100) expect(all).toBe('one\r\ntwo.\n\r\n(..three)four\r\n(.)five\r\n');
        expect(all.replace(/[()\r\n]/g, '')).toBe('onetwo...threefour.five');
        expect(reader.takeRest().toString()).toBe('si');
      }
    }
  });

  it('keeps nothing of an endless line', () => {
    const reader = new LineReader(100);
    const chunk = Buffer.alloc(65_536, 'x');
    reader.feed(chunk);
    expect(reader.next()).toBe(TOO_LONG);
    for (let i = 0; i < 50; i++) {
      reader.feed(chunk);
      expect(reader.next()).toBeUndefined();
      expect(reader.buffered).toBe(0);
    }
    reader.feed(Buffer.from('the end\r\nnext\r\n'));
    expect(reader.next()?.toString()).toBe('next');
  });

  it('hands over what is not taken', () => {
    const reader = new LineReader(100);
    reader.feed(Buffer.from('one\r\ntwo\r\nth'));
    expect(reader.next()?.toString()).toBe('one');
    expect(reader.buffered).toBe(7);
    expect(reader.takeRest().toString()).toBe('two\r\nth');
    expect(reader.buffered).toBe(0);
    expect(reader.next()).toBeUndefined();
    reader.feed(Buffer.from('fresh\n'));
    expect(reader.next()?.toString()).toBe('fresh');
  });
});
