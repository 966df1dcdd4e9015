/** The rules by which rows count (the head of `decision.ts`), one by one: what histories reach too rarely. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Mirror } from '../../../src/bridge/mirror/mirror.ts';
import type { MirrorOptions } from '../../../src/bridge/mirror/options.ts';
import { Cache } from '../../../src/store/cache.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { latin1 } from '../../../src/wire/octets.ts';
import { FakeBoard } from '../../support/fake-board.ts';
import { openMirror, STILL, shown, shownNumbers } from '../../support/mirrors.ts';

async function mirrorOf(board: FakeBoard, options?: Partial<MirrorOptions>): Promise<Mirror> {
  const mirror = await openMirror(board, options);
  onTestFinished(() => mirror.close());
  return mirror;
}

/** Opens a mirror, or the same one once it is closed. */
function restartable(board: FakeBoard, options?: Partial<MirrorOptions>): () => Promise<Mirror> {
  const folder = mkdtempSync(join(tmpdir(), 'mirror-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const permanent = PermanentFile.open(':memory:');
  return () => mirrorOf(board, { cache: Cache.open(join(folder, 'cache.sqlite')), permanent, ...options });
}

/** A reply has been read, and the board can go back to before it. */
async function withBackUp() {
  const board = new FakeBoard();
  const mirror = await mirrorOf(board);
  const tea = board.newItem('Tea');
  const restore = board.backUp();
  board.reply(tea);
  await mirror.complete();
  return { board, mirror, tea, restore };
}

test('a row of an unknown item takes no number that was kept for the edit log', async () => {
  const board = new FakeBoard();
  const mirror = await mirrorOf(board);
  board.newItem('Tea');
  await mirror.complete();
  board.gap();
  board.newItem('Milk');
  await board.withoutLog(() => mirror.complete());
  const [row] = board.index;
  board.editIndex((rows) => rows.toSpliced(1, 0, ...(row ? [{ ...row, sequence: 2, itemId: 'Z9999999' }] : [])));
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '3 Item', '4 IndexEdit']);
});

test('a change of the index counts when the edit log tells of it, below a made-up row, too', async () => {
  const board = new FakeBoard();
  const mirror = await mirrorOf(board);
  board.setMotd('hello');
  board.editIndex((rows) => [...rows, ...rows.map((row) => ({ ...row, sequence: 12 }))]);
  await board.withoutLog(() => mirror.complete());
  board.editIndex((rows) => rows.map((row, at) => (at === 0 ? { ...row, time: row.time + 1 } : row)));
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['1 Motd', '2 IndexEdit', '3 IndexEdit', '12 Motd']);
  expect((await shown(mirror))[0]?.time).toBe(board.index[0]?.time);
});

test('another post does not come back in the place of one that is gone', async () => {
  const { board, mirror, tea, restore } = await withBackUp();
  board.editIndex((rows) => rows.filter(({ sequence }) => sequence !== 2));
  await mirror.complete();
  restore();
  board.reply(tea, 'another');
  await board.withoutLog(() => mirror.complete());
  expect((await shown(mirror)).find(({ number }) => number === 2)).toBeUndefined();
});

test('what the index shows is there, whenever its item was withdrawn', async () => {
  const board = new FakeBoard();
  const mirror = await mirrorOf(board);
  const tea = board.newItem('Tea');
  board.newItem('Milk');
  await mirror.complete();
  const { index } = board;
  board.withdraw(tea);
  board.editIndex(() => [...index]);
  await mirror.refresh(4);
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '2 Item', '3 Withdrawal', '4 IndexEdit']);
});

test('a link that neither the index nor a text shows any more is none', async () => {
  const board = new FakeBoard();
  const mirror = await mirrorOf(board);
  const tea = board.newItem('Tea');
  const more = board.continue(tea, 'More');
  await mirror.complete();
  expect((await shown(mirror))[1]?.continues).toBe(tea);
  for (const item of board.items.values()) item.continuedFrom = item.continuedIn = undefined;
  board.editIndex((rows) => rows.filter(({ type }) => type !== 'F'));
  await mirror.refresh(3);
  await mirror.complete();
  expect((await shown(mirror)).find(({ item }) => item === more)?.continues).toBeUndefined();
});

/** A board with two items, of which a mirror compares all each time. */
async function comparedEachTime() {
  const board = new FakeBoard();
  let now = 2_000_000_000_000;
  const mirror = await mirrorOf(board, { now: () => now, poll: { ...STILL, reconcile: 1000 } });
  const tea = board.newItem('Tea');
  const milk = board.newItem('Milk');
  const compared = async () => {
    now += 2000;
    await mirror.complete();
    return shownNumbers(mirror);
  };
  return { board, tea, milk, compared };
}

test('another event does not come back in the place of one that is gone', async () => {
  const { board, tea, milk, compared } = await comparedEachTime();
  board.newItem('Bread');
  const restore = board.backUp();
  await compared();
  // At the same time, as far as the log tells.
  const time = board.time + 200_000;
  board.withdraw(tea, { time });
  expect(await compared()).toEqual(['2 Item', '3 Item', '4 Withdrawal']);
  restore();
  expect(await compared()).toEqual(['1 Item', '2 Item', '3 Item']);
  board.withdraw(milk, { time });
  expect(await compared()).toEqual(['1 Item', '3 Item', '5 Withdrawal']);
});

test('an editor may have changed the index of a restored board, too: what has another time is the same post', async () => {
  const board = new FakeBoard();
  const mirror = await mirrorOf(board);
  for (const subject of ['Tea', 'Milk']) board.newItem(subject);
  const restore = board.backUp();
  for (const subject of ['Jam', 'Rice']) board.newItem(subject);
  await mirror.complete();
  restore();
  // Under the number that Jam had.
  board.editIndex((rows) => rows.map((row, at) => (at === 0 ? { ...row, time: row.time + 1 } : row)));
  await mirror.complete();
  expect((await shownNumbers(mirror)).slice(0, 2)).toEqual(['1 Item', '2 Item']);
});

test('where only the edit log shows a wrap, what it said before and says now is in its order', async () => {
  const board = new FakeBoard(2 ** 32 - 4);
  const permanent = PermanentFile.open(':memory:');
  const mirror = await mirrorOf(board, { permanent });
  board.withdraw(board.newItem('Tea'));
  const milk = board.newItem('Milk');
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['1 Withdrawal', '2 Item']);
  board.withdraw(board.newItem('Bread'));
  // The poll has read the index and the log; then the last row goes.
  let readings = 0;
  board.fault = (request) => {
    if (request.startsWith('INDX') && ++readings === 2) board.withdraw(milk);
  };
  await mirror.refresh(board.sequence);
  expect(readings).toBeGreaterThan(2);
  expect(await shownNumbers(mirror)).toEqual(['1 Withdrawal', '3 Withdrawal', '4 Withdrawal']);
  expect((await permanent.epochs()).map(({ generation }) => generation)).toEqual([0, 0, 1]);
});

test('a wrap that only the edit log shows is one, also at the first reading', async () => {
  const board = new FakeBoard(2 ** 32 - 4);
  for (const subject of ['Tea', 'Milk', 'Bread']) board.withdraw(board.newItem(subject));
  const permanent = PermanentFile.open(':memory:');
  const mirror = await mirrorOf(board, { permanent });
  await mirror.refresh(board.sequence);
  expect(await shownNumbers(mirror)).toEqual(['1 Withdrawal', '3 Withdrawal', '5 Withdrawal']);
  expect((await permanent.epochs()).map(({ generation }) => generation)).toEqual([0, 0, 1]);
});

test('rows from before the first wrap that an editor made up are not shown', async () => {
  const board = new FakeBoard();
  const mirror = await mirrorOf(board);
  for (const subject of ['Tea', 'Milk']) board.newItem(subject);
  await mirror.complete();
  board.editIndex((rows) => rows.slice(0, 1).map((row) => ({ ...row, sequence: 2 ** 32 - 5 })));
  await mirror.refresh(board.sequence);
  expect(await shownNumbers(mirror)).toEqual(['3 IndexEdit']);
});

test('a wrap after the last row that only the edit log shows is not one before it', async () => {
  const board = new FakeBoard(2 ** 32 - 10);
  const mirror = await mirrorOf(board);
  board.newItem('Tea');
  const bread = board.newItem('Bread');
  await mirror.complete();
  board.sequence = 2 ** 32 - 1;
  board.withdraw(bread);
  await mirror.refresh(board.sequence);
  const before = await shownNumbers(mirror);
  expect(before).toEqual(['1 Item', '3 Withdrawal']);
  // Nothing that is known is left in the index.
  board.editIndex((rows) => rows.map((row) => ({ ...row, sequence: row.sequence + 2, itemId: 'Z9999999' })));
  await mirror.refresh(board.sequence);
  expect(await shownNumbers(mirror)).toEqual(['3 Withdrawal', '4 IndexEdit']);
});

test('a text is asked for again when the index begins to show that its item is continued, and when it ceases to', async () => {
  const board = new FakeBoard();
  const mirror = await mirrorOf(board);
  const tea = board.newItem('Tea');
  const asked = async () => {
    await mirror.refresh(board.sequence);
    await mirror.complete();
    return board.requests.filter((request) => request === `ITEM ${tea}`).length;
  };
  expect(await asked()).toBe(1);
  // Of the continuation itself there is no row.
  board.editIndex((rows) => [...rows, ...rows.map((row) => ({ ...row, type: 'F' as const }))]);
  expect(await asked()).toBe(2);
  board.editIndex((rows) => rows.filter(({ type }) => type !== 'F'));
  expect(await asked()).toBe(3);
});

test('what an editor did once more on a restored board, under the same number, is another event', async () => {
  const { board, compared } = await comparedEachTime();
  const restore = board.backUp();
  board.editIndex((rows) => [...rows]);
  expect(await compared()).toEqual(['1 Item', '2 Item', '3 IndexEdit']);
  restore();
  board.editIndex((rows) => [...rows]);
  expect(await compared()).toEqual(['1 Item', '2 Item', '4 IndexEdit']);
});

test('numbers are kept for the edit log before the first row of an epoch, too', async () => {
  const board = new FakeBoard(2 ** 32 - 3);
  const mirror = await mirrorOf(board);
  board.newItem('Tea');
  await mirror.complete();
  board.sequence = 2 ** 32 - 1;
  board.editIndex((rows) => [...rows]);
  board.newItem('Milk');
  await board.withoutLog(() => mirror.complete());
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '2 IndexEdit', '3 Item']);
});

test('of the rows with a number that the board has just given, one is new', async () => {
  const { board, mirror, tea, restore } = await withBackUp();
  restore();
  board.reply(tea, 'another');
  const row = board.index.at(-1);
  if (row !== undefined) board.index.push({ ...row, userid: latin1('zoe@example.org'), time: row.time + 1 });
  await mirror.refresh(2);
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '3 Reply']);
});

test('a message of the day is noticed before a withdrawal, too', async () => {
  const board = new FakeBoard();
  const mirror = await mirrorOf(board);
  const tea = board.newItem('Tea');
  const milk = board.newItem('Milk');
  await mirror.complete();
  board.setMotd('hello');
  board.withdraw(tea);
  board.reply(milk);
  await mirror.complete();
  expect(mirror.motd()?.lines).toEqual(['hello']);
});

test('a number that the board gave is believed until the edit log tells what came with it', async () => {
  const board = new FakeBoard();
  const mirror = await mirrorOf(board);
  const tea = board.newItem('Tea');
  await mirror.complete();
  board.sequence = 500_000;
  const given = board.reply(tea);
  const index = [...board.index];
  board.editIndex((rows) => rows.slice(0, -1));
  await board.withoutLog(() => mirror.refresh(given));
  expect(await shownNumbers(mirror)).toEqual(['1 Item']);
  board.editIndex(() => index);
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '500001 Reply', '500002 IndexEdit', '500003 IndexEdit']);
});

test.each([false, true])(
  'an edit that a restored board has lost is not in the text any more (with a restart: %s)',
  async (hasRestart) => {
    const board = new FakeBoard();
    let now = 2_000_000_000_000;
    const open = restartable(board, { now: () => now, poll: { ...STILL, reconcile: 1000 } });
    let mirror = await open();
    const texts = async () => {
      now += 2000;
      await mirror.complete();
      return (await shown(mirror)).map(({ text }) => text);
    };
    const tea = board.newItem('Tea', 'first');
    expect(await texts()).toEqual(['first']);
    board.sequence = 500_000;
    const restore = board.backUp();
    board.edit(tea, 0, 'second');
    // Its row is far above the others, and not shown yet. The board repeats the text: it is believed.
    for (let poll = 0; poll < 2; poll++) expect(await texts()).toEqual(['second']);
    expect(mirror.items.every((item) => mirror.isUpToDate(item))).toBe(true);
    if (hasRestart) {
      await mirror.close();
      mirror = await open();
    }
    restore();
    expect(await texts()).toEqual(['first']);
  },
);

test.each(['at once', 'after an outage of the log', 'after that, and a restart'])(
  'an edit among more than are remembered is news, told %s',
  async (when) => {
    const board = new FakeBoard();
    const open = restartable(board);
    let mirror = await open();
    const tea = board.newItem('Tea');
    const milk = board.newItem('Milk');
    await mirror.complete();
    board.edit(tea, 0, 'edited');
    for (let edits = 0; edits < 1001; edits++) board.edit(milk, 0, `edit ${edits}`);
    // Nothing but the log tells of the first.
    board.index = board.index.filter(({ sequence }) => sequence !== 3);
    if (when !== 'at once') await board.withoutLog(() => mirror.complete());
    if (when === 'after that, and a restart') {
      await mirror.close();
      mirror = await open();
    }
    await mirror.complete();
    await mirror.complete();
    expect((await shown(mirror))[0]?.text).toBe('edited');
  },
);
