import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { limits } from '../../src/board/limits.ts';
import { BoardStore } from '../../src/board/store.ts';
import { verifyBoard } from '../../src/board/upkeep/verify.ts';
import { formatHex32 } from '../../src/rgtp/hex.ts';
import { parseIndexEntry } from '../../src/rgtp/index-entry.ts';
import { addUser, openBoard } from './boards.ts';
import { type Acknowledged, Crowd } from './crowd.ts';

const BOARD = fileURLToPath(new URL('board-process.ts', import.meta.url));
/** KILL_ROUNDS=1000 for a long night */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 4);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'board-crowd-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Everything acknowledged is there, and what is there is sound. */
function check(store: BoardStore, acknowledged: readonly Acknowledged[]): void {
  const rows = store.index.rows(1, store.index.end).map(({ row }) => parseIndexEntry(row));
  const sequences = rows.filter(({ type }) => type !== 'F').map(({ sequence }) => sequence);
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  // No number is lost: nothing here leaves gaps.
  expect(sequences).toEqual(Array.from(sequences, (_, i) => i + 1));
  const found = new Map(rows.filter(({ type }) => type !== 'F').map((row) => [row.sequence, row]));
  for (const { sequence, itemId, what, mark } of acknowledged) {
    expect(found.get(sequence)?.itemId).toBe(itemId);
    const text = store.items.read(itemId)?.text ?? '';
    if (what === 'edit') continue;
    expect(text).toContain(`^${formatHex32(sequence)} `);
    // The first post of an item may have been edited since.
    if (what === 'reply') expect(text).toContain(`\n${mark}\n`);
  }
}

/** The whole board is sound, and no item is over its limit. */
function checkAll(store: BoardStore): void {
  const { problems, oddities } = verifyBoard(store);
  expect({ problems, oddities }).toEqual({ problems: [], oddities: [] });
  for (const { text } of store.items.all()) {
    // Headers do not count, nor does the mark; edits put no more in than they take out.
    const headers = text.match(/^(?:\^[0-9A-F]{8} .*|Item .*|Reply .*|Subject: .*|\[Continued in .*|)$/gm)?.length ?? 0;
    expect(text.length).toBeLessThan(limits.item + headers * 81);
  }
}

test('fifty connections post, reply, continue and edit at once', async () => {
  const board = await openBoard();
  await addUser(board, 'boss', 3, undefined);
  const crowd = new Crowd(board.address.port);
  const enough = () => crowd.acknowledged.length >= 1500;
  const posters = Array.from({ length: 49 }, () => crowd.poster('writer', enough));
  await Promise.all([...posters, crowd.editor('boss', enough)]);
  const kinds = new Set(crowd.acknowledged.map(({ what }) => what));
  expect(kinds).toEqual(new Set(['item', 'reply', 'continuation', 'edit']));
  const sequences = crowd.acknowledged.map(({ sequence }) => sequence);
  expect(new Set(sequences).size).toBe(sequences.length);
  check(board.store, crowd.acknowledged);
  checkAll(board.store);
}, 30_000);

test(
  'what was acknowledged survives kill -9',
  async () => {
    const path = join(folder, 'board.sqlite');
    const acknowledged: Acknowledged[] = [];
    const fresh = { confirmed: true, waiting: false, disabled: false, lastUsed: 0, secret: undefined };
    const first = BoardStore.open(path);
    await first.commit(() => {
      first.users.put({ ...fresh, userid: 'writer', level: 2 });
      first.users.put({ ...fresh, userid: 'boss', level: 3 });
    });
    first.close();
    /** rounds in which posts got to disk whose 220 did not get out */
    let cutShort = 0;
    let highest = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const child = fork(BOARD, [path]);
      const [port]: unknown[] = await once(child, 'message');
      const crowd = new Crowd(Number(port));
      const exit = once(child, 'exit');
      // At a random number of posts, at a random point between them.
      const some = 1 + Math.floor(Math.random() * 60);
      const enough = () => {
        if (crowd.acknowledged.length >= some && child.exitCode === null) setImmediate(() => child.kill('SIGKILL'));
        return false;
      };
      const posters = Array.from({ length: 8 }, () => crowd.poster('writer', enough));
      await Promise.all([...posters, crowd.editor('boss', enough)]);
      await exit;
      acknowledged.push(...crowd.acknowledged);
      const store = BoardStore.open(path);
      highest = crowd.acknowledged.reduce((most, { sequence }) => Math.max(most, sequence), highest);
      if (store.state.nextSequence > highest + 1) cutShort++;
      // Once in a while everything, otherwise what is new.
      check(store, round % 50 === 0 ? acknowledged : crowd.acknowledged);
      store.close();
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS);
    if (ROUNDS >= 100) console.log({ rounds: ROUNDS, acknowledged: acknowledged.length, cutShort });
  },
  60_000 + ROUNDS * 3000,
);
