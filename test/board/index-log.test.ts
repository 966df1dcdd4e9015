import { StatementSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BoardStore } from '../../src/board/store.ts';
import { formatIndexEntry } from '../../src/rgtp/index-entry.ts';
import { latin1, octets } from '../../src/wire/octets.ts';

const IDS = ['A0000000', 'A0000001', 'A0000002'];

function rowOf(sequence: number, itemId: string): string {
  return formatIndexEntry({
    sequence,
    time: 1_000_000 + sequence * 60,
    itemId,
    userid: octets`u`,
    type: 'R',
    subject: octets`s`,
  });
}

/** What a model of the index, an array of rows, and the index are asked to do. */
type Step =
  | { readonly what: 'append'; readonly count: number; readonly item: number }
  | { readonly what: 'remove'; readonly item: number }
  | { readonly what: 'replace'; readonly keep: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ what: fc.constant('append' as const), count: fc.integer({ min: 1, max: 700 }), item: fc.nat(2) }),
  fc.record({ what: fc.constant('remove' as const), item: fc.nat(2) }),
  fc.record({ what: fc.constant('replace' as const), keep: fc.integer({ min: 2, max: 5 }) }),
);

/** Octets: for one block and a half, or for all. */
const room = fc.constantFrom(150_000, 10_000_000);

test('cached blocks never show rows that have changed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), room, async (steps, indexCache) => {
      const store = BoardStore.open(':memory:', { indexCache });
      const { index } = store;
      let model: string[] = [];
      let sequence = 0;
      for (const one of steps) {
        await store.commit(() => {
          if (one.what === 'append') {
            for (let i = 0; i < one.count; i++) {
              const row = rowOf(++sequence, IDS[one.item] ?? '');
              index.append(latin1(row));
              model.push(row);
            }
          } else if (one.what === 'remove') {
            const id = IDS[one.item] ?? '';
            index.removeItem(id);
            model = model.filter((row) => !row.includes(id));
          } else {
            model = model.filter((_, i) => i % one.keep !== 0);
            const gone = index.rows(index.start, index.end).filter((_, i) => i % one.keep === 0);
            index.change({ removed: gone.map(({ position }) => position), added: [] });
          }
        });
        const wire = [...index.wire(index.start, index.end)].map((block) => block.toString('latin1')).join('');
        expect(wire).toBe(model.map((row) => `${row}\r\n`).join(''));
        expect(index.end === 0).toBe(model.length === 0);
        for (const from of [0, Math.floor(sequence / 2), sequence, sequence + 1]) {
          const at = index.fromSequence(from);
          const rows = at === undefined ? [] : index.rows(at, index.end).map(({ row }) => row);
          expect(rows).toEqual(model.filter((row) => Number.parseInt(row.slice(0, 8), 16) >= from));
          const since = index.fromTime(1_000_000 + from * 60);
          expect(since).toBe(at);
        }
      }
      store.close();
    }),
    { numRuns: 25 },
  );
});

test('what is rolled back was never there', async () => {
  const store = BoardStore.open(':memory:');
  const { index } = store;
  const kept = store.commit(() => index.append(latin1(rowOf(1, 'A0000000'))));
  const lost = store.commit(() => {
    index.append(latin1(rowOf(2, 'A0000001')));
    throw new Error('changed my mind');
  });
  const later = store.commit(() => index.append(latin1(rowOf(3, 'A0000002'))));
  await kept;
  await expect(lost).rejects.toThrow('changed my mind');
  await later;
  expect(index.rows(1, index.end).map(({ row }) => row.slice(0, 8))).toEqual(['00000001', '00000003']);
  store.close();
});

test('of an index that is larger than the memory for it, as much as fits is there the next time', async () => {
  const store = BoardStore.open(':memory:', { indexCache: 650_000 });
  const { index } = store;
  await store.commit(() => {
    for (let sequence = 1; sequence <= 20 * 512; sequence++) index.append(latin1(rowOf(sequence, 'A0000000')));
  });
  const read = () => [...index.wire(index.start, index.end)].length;
  const blocks = read();
  const get = vi.spyOn(StatementSync.prototype, 'get');
  onTestFinished(() => get.mockRestore());
  read();
  expect(blocks).toBe(21);
  // Six fit; some of them have made room for others.
  expect(get.mock.calls.length).toBeLessThanOrEqual(blocks - 4);
  store.close();
});
