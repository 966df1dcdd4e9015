import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { writeTogether } from '../../src/wire/write-together.ts';

/** What arrives, in one piece a write, and how often the stream is asked to write. */
function written(...parts: readonly Buffer[]): { readonly pieces: Buffer[]; readonly writes: number } {
  const pieces: Buffer[] = [];
  let writes = 0;
  const stream = new Writable({
    highWaterMark: 2 ** 30,
    writev(chunks, done) {
      writes++;
      pieces.push(...chunks.map(({ chunk }) => chunk));
      done();
    },
  });
  writeTogether(
    stream,
    parts,
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  return { pieces, writes };
}

test('small parts leave as one', () => {
  const { pieces, writes } = written(Buffer.from('a'), Buffer.from('b'), Buffer.from('c'));
  expect(pieces.map(String)).toEqual(['abc']);
  expect(writes).toBe(1);
});

test('large parts, several of some size, and very many, are not copied: hundreds of clients share them', () => {
  const small = Array.from({ length: 20 }, () => Buffer.from('250\r\n'));
  const large = [...small, Buffer.alloc(20_000, 'x')];
  const many = Array.from({ length: 1000 }, () => Buffer.alloc(1000));
  const several = Array.from({ length: 8 }, () => Buffer.alloc(5000));
  for (const parts of [large, several, many]) {
    const { pieces, writes } = written(...parts);
    expect(writes).toBe(1);
    expect(pieces).toHaveLength(parts.length);
    for (const [i, piece] of pieces.entries()) expect(piece).toBe(parts[i]);
  }
});

test('it tells when the client must read first', () => {
  const never = new Writable({ highWaterMark: 10, write() {} });
  expect(writeTogether(never, [], 0)).toBe(true);
  expect(writeTogether(never, [Buffer.from('a'), Buffer.from('b')], 2)).toBe(true);
  expect(writeTogether(never, [Buffer.from('a'), Buffer.alloc(20_000)], 20_001)).toBe(false);
});
