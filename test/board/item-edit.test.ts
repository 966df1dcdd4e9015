/** The longest items are edited and withdrawn in turns, and what changes meanwhile is not lost. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { numbered, rowDeletionDiff } from '../../src/board/index-diff.ts';
import { BoardStore } from '../../src/board/store.ts';
import { diffing } from '../../src/board/unified-diff.ts';
import { formatIndexEntry } from '../../src/rgtp/index-entry.ts';
import { ascii, join, type Octets, octets } from '../../src/wire/octets.ts';
import { pieces, roundsOf, stepByStep } from '../support/turns.ts';
import { patch } from './patch.ts';

const ED = { userid: octets`ed`, reason: octets`why` };
const ID = ascii('B0000000');
const HEAD = octets`^00000001 00000001\nItem\nSubject: s\n\n`;
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, n) => octets`${from + n}`);
const textOf = (lines: readonly Octets[]) => octets`${HEAD}${join(lines, octets`\n`)}\n`;
const linesOf = (text: string) => text.split('\n').slice(0, -1);

const facts = {
  continuedFrom: undefined,
  continuedIn: undefined,
  lastEdit: undefined,
  lastReply: 1,
  subject: octets`s`,
};
const row = (sequence: number, itemId: string) =>
  formatIndexEntry({ sequence, time: 1000, itemId, userid: octets`u`, type: 'R', subject: octets`s` });

async function storeWith(text: Octets): Promise<BoardStore> {
  const store = BoardStore.open(':memory:');
  onTestFinished(() => store.close());
  await store.commit(() => {
    store.items.write({ id: ID, text, ...facts });
    store.index.append(row(1, ID));
    store.state.nextSequence = 2;
  });
  return store;
}

/** What ITEM sends, line by line. */
const fileIn = ({ items }: BoardStore) => linesOf(String(items.answer(ID)).replaceAll('\r\n', '\n')).slice(1, -1);

/** Begins `work`, and makes `change` while it is under way. */
async function during<T>(work: Promise<T>, change: () => Promise<unknown>): Promise<T> {
  let over = false;
  const ended = work.finally(() => {
    over = true;
  });
  await change();
  expect(over).toBe(false);
  return ended;
}

test('the longest item is compared with another in turns', async () => {
  const [old, present] = [numbers(20_000, 13_000), numbers(50_000, 13_000)];
  const store = await storeWith(textOf(old));
  const before = fileIn(store);
  stepByStep();
  const edit = store.editing.replaceItem({ kind: 'item', itemId: ID, text: textOf(old) }, textOf(present), ED);
  // Half a million lines are compared, 512 in one piece.
  expect(await roundsOf(edit)).toBeGreaterThan(100);
  expect(fileIn(store).slice(1)).toEqual(linesOf(textOf(present)));
  expect(patch(before, store.diffs.text(ID))).toEqual(fileIn(store));
  // What only comes in or leaves is shown, and not compared: that is 26 pieces.
  expect(pieces(diffing([], present)).count).toBeGreaterThan(20);
  expect(pieces(diffing(old, [])).count).toBeGreaterThan(20);
});

test('an item that came from elsewhere, and is longer than any of ours, is cut into lines in turns', async () => {
  const old = numbers(20_000, 13_000).map((number) => octets`${ascii('x'.repeat(75))}${number}`);
  const store = await storeWith(textOf(old));
  stepByStep();
  const text = textOf([...old.slice(0, -1), octets`end`]);
  const edit = store.editing.replaceItem({ kind: 'item', itemId: ID, text: textOf(old) }, text, ED);
  // 130 pieces; comparing takes no more than 30.
  expect(await roundsOf(edit)).toBeGreaterThan(100);
  expect(fileIn(store).slice(1)).toEqual(linesOf(text));
});

describe('an edit of an item', () => {
  test('is compared again with a reply that was made meanwhile', async () => {
    const old = numbers(20_000, 2000);
    const store = await storeWith(textOf(old));
    stepByStep();
    const text = textOf(old.with(1000, octets`changed`));
    const edit = store.editing.replaceItem({ kind: 'item', itemId: ID, text: textOf(old) }, text, ED);
    let before: string[] = [];
    await during(edit, async () => {
      await store.commit(() => {
        const item = store.items.read(ID);
        if (item !== undefined) store.items.write({ ...item, lastReply: 2, text: octets`${item.text}a reply\n` });
        store.state.nextSequence = 3;
      });
      before = fileIn(store);
    });
    expect(fileIn(store).slice(1)).toEqual([...linesOf(text), 'a reply']);
    expect(fileIn(store)[0]).toBe('                  00000003 00000002');
    expect(patch(before, store.diffs.text(ID))).toEqual(fileIn(store));
  });

  test('of one that was withdrawn meanwhile is refused', async () => {
    const old = numbers(20_000, 2000);
    const store = await storeWith(textOf(old));
    stepByStep();
    const edit = store.editing.replaceItem({ kind: 'item', itemId: ID, text: textOf(old) }, textOf(numbers(1, 9)), ED);
    const refused = expect(edit).rejects.toMatchObject({ code: 410 });
    await during(refused, () => store.commit(() => store.items.remove(ID)));
    expect(store.items.read(ID)).toBeUndefined();
  });

  test('shows its status line, whatever empty lines are around it', async () => {
    const old = [octets``, octets``, octets`x`, octets``, octets``];
    const store = await storeWith(textOf(old));
    const before = fileIn(store);
    const text = textOf([octets``, octets``, octets``]);
    await store.editing.replaceItem({ kind: 'item', itemId: ID, text: textOf(old) }, text, ED);
    expect(patch(before, store.diffs.text(ID))).toEqual(fileIn(store));
    expect(fileIn(store)).toEqual(['                  00000002 00000001', ...linesOf(text)]);
  });
});

describe('a withdrawal', () => {
  test('shows many rows in turns', async () => {
    const store = await storeWith(HEAD);
    await store.commit(() => {
      for (let n = 2; n < 2000; n++) store.index.append(row(n, n % 10 === 0 ? ID : 'A0000000'));
    });
    const rows = await numbered(store.index, store.index.rowsOfItem(ID));
    // 200 rows are read with what is around them; then each of these 1400 rows is a piece.
    expect(pieces(rowDeletionDiff(store.index, rows)).count).toBeGreaterThan(1500);
  });

  test('of an item that was changed meanwhile keeps what it was at last', async () => {
    const store = await storeWith(textOf(numbers(20_000, 2000)));
    stepByStep();
    const text = textOf(numbers(20_000, 1999));
    const gone = store.editing.withdrawItem({ kind: 'item', itemId: ID, text: octets`` }, ED);
    await during(gone, () => store.commit(() => store.items.write({ id: ID, text, ...facts })));
    expect(patch(['                           00000001', ...linesOf(text)], store.diffs.text(ID))).toEqual([]);
    expect(store.diffs.text(ID)).toContain('@@ -1,2004 +0,0 @@');
  });

  test('shows a row that was made meanwhile', async () => {
    const store = await storeWith(textOf(numbers(20_000, 2000)));
    stepByStep();
    const gone = store.editing.withdrawItem({ kind: 'item', itemId: ID, text: octets`` }, ED);
    await during(gone, () => store.commit(() => store.index.append(row(2, ID))));
    const rows = [row(1, ID), row(2, ID)];
    expect(patch(rows, store.diffs.text(undefined))).toEqual([]);
    const [audit] = store.db.prepare('SELECT before FROM audit').all();
    expect(
      Buffer.from(audit?.['before'] as Uint8Array)
        .toString('latin1')
        .endsWith(`${rows.join('\n')}\n`),
    ).toBe(true);
  });
});
