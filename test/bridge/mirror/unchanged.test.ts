/** An hour later the whole index is read again: where it is as it was, its octets tell, and else its rows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Mirror } from '../../../src/bridge/mirror/mirror.ts';
import { PostKind } from '../../../src/bridge/model.ts';
import type { IndexEntry } from '../../../src/rgtp/index-entry.ts';
import { Cache } from '../../../src/store/cache.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { latin1 } from '../../../src/wire/octets.ts';
import { FakeBoard } from '../../support/fake-board.ts';
import { openMirror, STILL } from '../../support/mirrors.ts';

const HOUR = 3_600_000;

let board: FakeBoard;
let folder: string;
let clock: number;
/** one that goes by octets where it can, and one that reads every row each time */
let mirror: Mirror;
let twin: Mirror;
let permanents: readonly PermanentFile[];

async function open(): Promise<void> {
  const [one, other] = await Promise.all(
    permanents.map((permanent, n) => {
      const cache = Cache.open(join(folder, `cache-${n}.sqlite`));
      if (n === 1)
        vi.spyOn(cache, 'setFact').mockImplementation((name, value) => {
          if (name !== 'index-digest') Cache.prototype.setFact.call(cache, name, value);
        });
      return openMirror(board, { cache, permanent, poll: { ...STILL, reconcile: HOUR }, now: () => clock });
    }),
  );
  if (one === undefined || other === undefined) throw new Error('not open');
  [mirror, twin] = [one, other];
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unchanged-'));
  board = new FakeBoard();
  clock = (board.time + 1_000_000) * 1000;
  permanents = [PermanentFile.open(':memory:'), PermanentFile.open(':memory:')];
  await open();
});
afterEach(async () => {
  for (const each of [mirror, twin, ...permanents]) await each.close();
  rmSync(folder, { recursive: true });
});

async function poll(): Promise<void> {
  await twin.refresh();
  board.requests.length = 0;
  await mirror.refresh();
}

/** What the board is asked for an hour later. */
async function anHourLater(): Promise<readonly string[]> {
  clock += HOUR;
  await poll();
  const asked = board.requests.filter((request) => !request.startsWith('ITEM'));
  expect(rowsOf(mirror)).toEqual(rowsOf(twin));
  return asked;
}

function rowsOf({ posts, items, userids }: Mirror) {
  return Array.from({ length: posts.length }, (_, row) => {
    const item = items[posts.items[row] ?? -1];
    const links = [item?.id, item?.subject, items[item?.continues ?? -1]?.id, items[item?.continuedIn ?? -1]?.id];
    const is = [posts.numbers[row], posts.kinds[row], posts.times[row], userids[posts.users[row] ?? -1]];
    return [...is, ...links].join(' ');
  });
}

const MADE_UP: IndexEntry = {
  sequence: 500_000,
  time: 1,
  itemId: 'A0010000',
  userid: latin1('ed'),
  type: 'R',
  subject: latin1('x'),
};

/** A board that has been read, with posts since. */
async function read(): Promise<{ readonly tea: string; readonly coffee: string }> {
  const tea = board.newItem('Tea');
  board.reply(tea, 'Never.');
  board.setMotd('hello');
  const coffee = board.newItem('Coffee');
  await poll();
  board.newItem('Cocoa', 'hot');
  board.reply(tea, 'Milk?', 'dora@example.org');
  await poll();
  return { tea, coffee };
}

const AS_IT_WAS = ['INDX', 'INDX #6', 'ELOG', 'MOTD'];

test('an index that is as it was is not taken for rows, before and after a restart, and whatever is posted', async () => {
  const { tea } = await read();
  expect(await anHourLater()).toEqual(AS_IT_WAS);
  for (const each of [mirror, twin]) await each.close();
  await open();
  expect(await anHourLater()).toEqual(AS_IT_WAS);
  board.reply(tea, 'and more');
  expect(await anHourLater()).toEqual(AS_IT_WAS);
  board.edit(tea, 0, 'other', 'Tea');
  expect(await anHourLater()).toEqual(['INDX', 'INDX #7', 'ELOG', 'MOTD']);
});

const row = (rows: readonly IndexEntry[], sequence: number, change: Partial<IndexEntry>) =>
  rows.map((each) => (each.sequence === sequence ? { ...each, ...change } : each));

/** Of what no log tells; 5 and 6 came after the index was last compared. */
const changes: readonly (readonly [what: string, change: (rows: readonly IndexEntry[]) => IndexEntry[]])[] = [
  ...[2, 5, 6].flatMap((sequence) =>
    (
      [
        ['another time', { time: 77_777 }],
        ['another author', { userid: latin1('eve@example.org') }],
        ['another subject', { subject: latin1('Gin') }],
      ] as const
    ).map(
      ([what, change]) =>
        [`${what}, of ${sequence}`, (rows: readonly IndexEntry[]) => row(rows, sequence, change)] as const,
    ),
  ),
  ['the first row is gone', (rows) => rows.slice(1)],
  ['a row in the middle is gone', (rows) => rows.filter(({ sequence }) => sequence !== 4)],
  ['a row that came later is gone', (rows) => rows.filter(({ sequence }) => sequence !== 5)],
  ['a row is another kind of row', (rows) => row(rows, 5, { type: 'E' })],
  ['a row belongs to another item', (rows) => row(rows, 6, { itemId: rows[4]?.itemId })],
  ['rows in another order', (rows) => rows.toReversed()],
];

test.each(changes)('what no log tells is found: %s', async (_, change) => {
  await read();
  board.index = change(board.index);
  const asked = await anHourLater();
  expect(asked.filter((request) => request === 'INDX')).toHaveLength(2);
});

test('what the log says is withdrawn, and the index still shows, is compared an hour later', async () => {
  const { coffee } = await read();
  await anHourLater();
  const { index } = board;
  board.withdraw(coffee);
  board.index = index;
  await anHourLater();
  expect(mirror.posts.kinds[3]).toBe(PostKind.Gone);
  await anHourLater();
  expect(mirror.posts.kinds[3]).toBe(PostKind.Item);
});

test('what was changed, and is as it was again, without a word, is shown as it was', async () => {
  await read();
  await anHourLater();
  const { index } = board;
  board.index = [...row(index, 2, { userid: latin1('eve@example.org') }), MADE_UP];
  await anHourLater();
  board.index = index;
  await anHourLater();
  await anHourLater();
});

test('… also where no edit log could be read meanwhile', async () => {
  await read();
  await anHourLater();
  const { index } = board;
  board.index = row(index, 2, { userid: latin1('eve@example.org') });
  await board.withoutLog(async () => void (await anHourLater()));
  board.index = index;
  await anHourLater();
});

test('posts that come between two questions are not taken for compared', async () => {
  const { tea } = await read();
  let isFirst = true;
  board.fault = (request) => {
    if (request === 'INDX' && isFirst) {
      isFirst = false;
      board.reply(tea, 'just now');
    }
  };
  clock += HOUR;
  await mirror.refresh();
  await anHourLater();
  expect(await anHourLater()).toEqual(['INDX', 'INDX #7', 'ELOG', 'MOTD']);
  board.index = row(board.index, 7, { subject: latin1('Gin') });
  expect((await anHourLater()).filter((request) => request === 'INDX')).toHaveLength(2);
});

test.each([
  ['far above the others', 6, MADE_UP],
  ['far above the others, among them', 3, MADE_UP],
  ['with the number of another', 3, { ...MADE_UP, sequence: 3 }],
])('an index of which a row is not shown is compared each time: %s', async (_, at, madeUp) => {
  await read();
  board.index = board.index.toSpliced(at, 0, madeUp);
  for (let hour = 0; hour < 3; hour++) {
    const asked = await anHourLater();
    expect(asked.findLast((request) => request.startsWith('INDX'))).toBe('INDX');
  }
});
