import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DotReader, dotStuff, dotStuffLines } from '../../src/wire/dots.ts';

function read(chunks: readonly Buffer[], max = 1e6) {
  const reader = new DotReader(max);
  for (const [i, chunk] of chunks.entries()) {
    const state = reader.feed(chunk);
    if (state.done) return { reader, rest: Buffer.concat([state.rest, ...chunks.slice(i + 1)]).toString('latin1') };
  }
  return { reader, rest: undefined };
}

const lines = fc.array(fc.string({ unit: fc.constantFrom('.', 'a', '\r', ' ', '\xe9'), maxLength: 4 }));

describe('dot-stuffing', () => {
  it('doubles leading dots and terminates', () => {
    expect(dotStuffLines(['.', 'a.b', '', '..x']).toString()).toBe('..\r\na.b\r\n\r\n...x\r\n.\r\n');
    expect(dotStuff(Buffer.from('.\r\na.b\r\n\r\n..x\r\n')).toString()).toBe('..\r\na.b\r\n\r\n...x\r\n.\r\n');
    expect(dotStuff(Buffer.alloc(0)).toString()).toBe('.\r\n');
    expect(dotStuffLines([]).toString()).toBe('.\r\n');
  });

  it('adds a missing last line end', () => {
    expect(dotStuff(Buffer.from('a\r\n.b')).toString()).toBe('a\r\n..b\r\n.\r\n');
  });

  it('refuses what are no octets', () => {
    expect(() => dotStuffLines(['price: 1 €'])).toThrow(RangeError);
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
    const wire = dotStuffLines(['', '.', '..', '.\r', 'x', '.x']);
    const { reader, rest } = read(Array.from(wire, (octet) => Buffer.of(octet)));
    expect(reader.body().toString()).toBe('\r\n.\r\n..\r\n.\r\r\nx\r\n.x\r\n');
    expect(rest).toBe('');
  });

  it('accepts bare LF, and a terminator with it', () => {
    const { reader, rest } = read([Buffer.from('a\n..b\n.\nrest')]);
    expect(reader.body().toString()).toBe('a\n.b\n');
    expect(rest).toBe('rest');
  });

  it('waits where the end has not come', () => {
    expect(read([Buffer.from('a\r\n.')]).rest).toBeUndefined();
    expect(read([Buffer.from('a\r\n.\r')]).rest).toBeUndefined();
    expect(read([Buffer.from('a.\r\n')]).rest).toBeUndefined();
  });

  it('hears a text beyond the limit out without storing it', () => {
    expect(read([Buffer.from('12345\r\n.\r\n')], 7).reader.tooLarge).toBe(false);
    const { reader, rest } = read([Buffer.from('123456\r\n'), Buffer.from('more\r\n.\r\nrest')], 7);
    expect(reader.tooLarge).toBe(true);
    expect(reader.body()).toHaveLength(0);
    expect(rest).toBe('rest');
  });
});
