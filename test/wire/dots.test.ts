import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DotReader, dotStuff, dotStuffLines } from '../../src/wire/dots.ts';
import { latin1, octets } from '../../src/wire/octets.ts';

function read(chunks: readonly Buffer[], max = 1e6) {
  const reader = new DotReader(max);
  for (const [i, chunk] of chunks.entries()) {
    const state = reader.feed(chunk);
    if (state.done) return { reader, rest: Buffer.concat([state.rest, ...chunks.slice(i + 1)]).toString('latin1') };
  }
  return { reader, rest: undefined };
}

const lines = fc.array(fc.string({ unit: fc.constantFrom('.', 'a', '\r', ' ', '\xe9'), maxLength: 4 }).map(latin1));

describe('dot-stuffing', () => {
  it('doubles leading dots and terminates', () => {
    expect(dotStuffLines([octets`.`, octets`a.b`, octets``, octets`..x`]).toString()).toBe(
      '..\r\na.b\r\n\r\n...x\r\n.\r\n',
    );
    expect(dotStuff(Buffer.from('.\r\na.b\r\n\r\n..x\r\n')).toString()).toBe('..\r\na.b\r\n\r\n...x\r\n.\r\n');
    expect(dotStuff(Buffer.alloc(0)).toString()).toBe('.\r\n');
    expect(dotStuffLines([]).toString()).toBe('.\r\n');
  });

  it('adds a missing last line end', () => {
    expect(dotStuff(Buffer.from('a\r\n.b')).toString()).toBe('a\r\n..b\r\n.\r\n');
  });

  it('refuses what is not octets', () => {
    expect(() => dotStuffLines([octets`price: 1 €`])).toThrow(RangeError);
  });

  it('does the same for lines as for their text', () => {
    fc.assert(
      fc.property(lines, (l) => {
        const text = Buffer.from(l.map((line) => `${line}\r\n`).join(''), 'latin1');
        expect(dotStuff(text).equals(dotStuffLines(l))).toBe(true);
      }),
    );
  });
});

describe('DotReader', () => {
  it('gives back what was stuffed, under every cut in two', () => {
    fc.assert(
      fc.property(lines, (l) => {
        const text = l.map((line) => `${line}\r\n`).join('');
        const wire = Buffer.concat([dotStuffLines(l), Buffer.from('NEXT\r\n')]);
        for (let cut = 0; cut <= wire.length; cut++) {
          const { reader, rest } = read([wire.subarray(0, cut), wire.subarray(cut)]);
          expect(reader.body().toString('latin1')).toBe(text);
          expect(rest).toBe('NEXT\r\n');
        }
      }),
    );
  });

  it('gives back what was stuffed, one octet at a time', () => {
    const wire = dotStuffLines([octets``, octets`.`, octets`..`, octets`.\r`, octets`x`, octets`.x`]);
    const { reader, rest } = read(Array.from(wire, (octet) => Buffer.of(octet)));
    expect(reader.body().toString()).toBe('\r\n.\r\n..\r\n.\r\r\nx\r\n.x\r\n');
    expect(rest).toBe('');
  });

  it('ends at CRLF.CRLF and nowhere else, under every cut in two', () => {
    for (const end of ['\n.\n', '\r\n.\n', '\n.\r\n', '\r.\r', '\r\n.\r', '\r\n.\r\r\n', '\r\n. \r\n', '\n..\n']) {
      const text = `a${end}DATE\r\n`;
      const wire = Buffer.from(`${text}.\r\nNEXT\r\n`);
      for (let cut = 0; cut <= wire.length; cut++) {
        const { reader, rest } = read([wire.subarray(0, cut), wire.subarray(cut)]);
        expect(reader.body().toString()).toBe(text.replaceAll('\r\n.', '\r\n'));
        expect(rest).toBe('NEXT\r\n');
      }
    }
  });

  it('takes memory as the text grows, at most twice its size, and gives it back', () => {
    let held = 0;
    let most = 0;
    const allowance = {
      take(octets: number) {
        held += octets;
        most = Math.max(most, held);
        return true;
      },
      give(octets: number) {
        held -= octets;
      },
    };
    const reader = new DotReader(1e6, allowance);
    // Lines that are a dot alone: each would be an object of its own where the pieces are kept.
    const line = Buffer.from('..\r\n');
    for (let count = 0; count < 20_000; count++) reader.feed(line);
    expect(reader.body()).toHaveLength(60_000);
    expect(reader.held).toBe(held);
    expect(most).toBeLessThanOrEqual(120_000);
    reader.release();
    expect(held).toBe(0);
    expect(reader.body()).toHaveLength(0);
  });

  it('stores nothing more once the allowance is used up, and reads on to the end', () => {
    let left = 10;
    const allowance = {
      take(octets: number) {
        const enough = octets <= left;
        if (enough) left -= octets;
        return enough;
      },
      give() {},
    };
    const reader = new DotReader(1e6, allowance);
    reader.feed(Buffer.from('12345678\r\n'));
    expect(reader.refused).toBeUndefined();
    const end = reader.feed(Buffer.from('x\r\n.\r\nrest'));
    expect(reader.refused).toBe('no room');
    expect(end).toEqual({ done: true, rest: Buffer.from('rest') });
  });

  it('waits where the end has not come', () => {
    expect(read([Buffer.from('a\r\n.')]).rest).toBeUndefined();
    expect(read([Buffer.from('a\r\n.\r')]).rest).toBeUndefined();
    expect(read([Buffer.from('a.\r\n')]).rest).toBeUndefined();
  });

  it('reads a text beyond the limit to its end without storing it', () => {
    expect(read([Buffer.from('12345\r\n.\r\n')], 7).reader.refused).toBeUndefined();
    const { reader, rest } = read([Buffer.from('123456\r\n'), Buffer.from('more\r\n.\r\nrest')], 7);
    expect(reader.refused).toBe('too large');
    expect(reader.body()).toHaveLength(0);
    expect(rest).toBe('rest');
  });
});
