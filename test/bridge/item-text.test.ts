import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ItemText, type Said } from '../../src/bridge/item-text.ts';
import { bodyOfPost, linesOf } from '../../src/bridge/text.ts';
import { bodyOf } from '../../src/news/body.ts';
import { renderArticle } from '../../src/news/render.ts';
import { type Octets, octets, octetsFrom } from '../../src/wire/octets.ts';

const line = fc
  .oneof(
    fc.constantFrom(
      '',
      '.',
      '..',
      '.x',
      '--',
      '-- ',
      'a\r',
      '\r',
      '\t',
      'x'.repeat(998),
      'x'.repeat(999),
      'caf\xe9',
      '\xe9'.repeat(499),
      '\xe9'.repeat(500),
      '\x92',
      '\xa0',
      'caf\xc3\xa9',
    ),
    fc.string({ maxLength: 20 }).map((text) => text.replace(/[\n\u0100-\uffff]/g, '')),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => octetsFrom(bytes).replace(/\n/g, octets``)),
  )
  .map((text) => octetsFrom(Buffer.from(text, 'latin1')));
const posts = fc.array(
  fc.record({
    sequence: fc.integer({ min: 0, max: 0xffffffff }),
    grogname: line,
    lines: fc.array(line, { maxLength: 6 }),
  }),
  { maxLength: 5 },
);

function itemOf(contributions: Said['contributions'], more: Partial<Said> = {}): Said {
  return { lastEdit: undefined, lastReply: undefined, mark: undefined, contributions, ...more };
}

/** As it comes back from the file. */
function kept(item: Said): ItemText {
  return ItemText.read(Uint8Array.from(ItemText.of(item).bytes)) ?? expect.fail();
}

test('what was put in comes out', () => {
  fc.assert(
    fc.property(posts, (contributions) => {
      const text = kept(itemOf(contributions));
      expect([...text.posts()].map(({ sequence, grogname, lines }) => ({ sequence, grogname, lines }))).toEqual(
        contributions,
      );
      for (const { sequence } of contributions) {
        const first = contributions.find((each) => each.sequence === sequence);
        expect(text.post(sequence)).toMatchObject({ ...first, count: first?.lines.length });
      }
    }),
    { seed: 15 },
  );
});

test('read alone, a post is what it is among the others, and the text goes as far', () => {
  fc.assert(
    fc.property(posts, fc.nat(), (contributions, lastReply) => {
      const whole = ItemText.of(itemOf(contributions, { lastReply }));
      const part = (from: number, length: number) => Uint8Array.from(whole.bytes.subarray(from, from + length));
      for (const { sequence } of [...contributions, { sequence: 4711 }]) {
        const alone = ItemText.ofPost(sequence, part) ?? expect.fail();
        expect(alone.newest).toBe(whole.newest);
        const post = alone.post(sequence);
        expect([...alone.posts()]).toHaveLength(post === undefined ? 0 : 1);
        expect(post?.grogname).toBe(whole.post(sequence)?.grogname);
        expect(post?.lines).toEqual(whole.post(sequence)?.lines);
        expect(post?.ready).toEqual(whole.post(sequence)?.ready);
      }
    }),
    { seed: 17 },
  );
});

test('a text whose table is long is read alone, too; one that is damaged is not', () => {
  const sequences = Array.from({ length: 100 }, (_, n) => n);
  const { bytes } = ItemText.of(
    itemOf(sequences.map((sequence) => ({ sequence, grogname: octets`ann`, lines: [octets`${sequence}`] }))),
  );
  const part = (from: number, length: number) => Uint8Array.from(bytes.subarray(from, from + length));
  for (const sequence of sequences) {
    expect(ItemText.ofPost(sequence, part)?.post(sequence)?.lines).toEqual([String(sequence)]);
  }
  expect(ItemText.ofPost(1, () => undefined)).toBeUndefined();
  expect(ItemText.ofPost(1, () => new Uint8Array(11))).toBeUndefined();
  expect(ItemText.ofPost(1, (from, length) => part(from, Math.min(length, 600)))).toBeUndefined();
  // The end of the second post.
  bytes.writeUInt32LE(bytes.length + 1, 12 + 16 + 8);
  expect(ItemText.ofPost(1, part)).toBeUndefined();
  bytes.writeUInt32LE(0, 12 + 16 + 8);
  expect(ItemText.ofPost(1, part)).toBeUndefined();
});

test('a post near the beginning takes one query, any other two', () => {
  const sequences = Array.from({ length: 20 }, (_, n) => n);
  const lines = [octets`x`.repeat(398)];
  const { bytes } = ItemText.of(itemOf(sequences.map((sequence) => ({ sequence, grogname: octets``, lines }))));
  const queries = sequences.map((sequence) => {
    let asked = 0;
    const part = (from: number, length: number) => {
      asked++;
      return Uint8Array.from(bytes.subarray(from, from + length));
    };
    expect(ItemText.ofPost(sequence, part)?.post(sequence)?.lines).toEqual(lines);
    return asked;
  });
  // The table has 332 octets, and each text 400: nine end within 4,096.
  expect(queries).toEqual([...Array(9).fill(1), ...Array(11).fill(2)]);
});

test.each(['auto', 'latin1', 'utf-8', 'windows-1252'] as const)(
  'a post used as it is makes the same article as one that is read line by line (%s)',
  (charset) => {
    fc.assert(
      fc.property(posts, (contributions) => {
        for (const post of kept(itemOf(contributions)).posts()) {
          const lines = post.lines.map((each) => (each === '--' ? octets`-- ` : each));
          const slowly = bodyOf(linesOf(lines, charset));
          const body = bodyOfPost(post, charset);
          expect({ ...body, text: '' }).toEqual({ ...slowly, text: '' });
          expect(renderArticle(1, '<a@b>', '\r\n', body)).toEqual(renderArticle(1, '<a@b>', '\r\n', slowly));
        }
      }),
      { seed: 16, numRuns: 500 },
    );
  },
);

test('a plain text is ready, and nothing else is', () => {
  const ready = (...lines: Octets[]) =>
    kept(itemOf([{ sequence: 1, grogname: octets``, lines }]))
      .post(1)
      ?.ready?.toString();
  expect(ready()).toBe('');
  expect(ready(octets`Hello,`, octets``, octets`- x`)).toBe('Hello,\r\n\r\n- x\r\n');
  for (const no of ['.', '--', 'x\r', '\t', 'caf\xe9', 'x'.repeat(999)]) {
    expect(ready(octets`a`, octetsFrom(Buffer.from(no, 'latin1')))).toBeUndefined();
  }
});

test('how far it goes: posts, edits, and the mark of a continuation', () => {
  const contributions = [7, 3].map((sequence) => ({ sequence, grogname: octets``, lines: [] }));
  expect(kept(itemOf([])).newest).toBe(0);
  expect(kept(itemOf(contributions, { lastReply: 3 })).newest).toBe(7);
  expect(kept(itemOf(contributions, { lastEdit: 8 })).newest).toBe(8);
  expect(kept(itemOf(contributions, { mark: { sequence: 9 } })).newest).toBe(9);
});

test('another version, or what is damaged, is nothing', () => {
  const { bytes } = ItemText.of(itemOf([{ sequence: 1, grogname: octets`g`, lines: [octets`text`] }]));
  expect(ItemText.read(Uint8Array.from(bytes))).toBeDefined();
  for (let length = 0; length < bytes.length; length++) {
    expect(ItemText.read(Uint8Array.from(bytes.subarray(0, length)))).toBeUndefined();
  }
  expect(ItemText.read(Uint8Array.of(...bytes, 0))).toBeUndefined();
  for (const at of [0, 4, 16, 20]) {
    const damaged = Uint8Array.from(bytes);
    damaged[at] = 0xff;
    expect(ItemText.read(damaged)).toBeUndefined();
  }
});
