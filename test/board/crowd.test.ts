import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BoardStore } from '../../src/board/store.ts';
import { octets } from '../../src/wire/octets.ts';
import { seededRandom } from '../support/random.ts';
import { addUser, openBoard } from './boards.ts';
import { type Acknowledged, Crowd, checkAcknowledged, checkSound } from './crowd.ts';

const BOARD = fileURLToPath(new URL('board-process.ts', import.meta.url));
/** KILL_ROUNDS=1000 for a long night */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 4);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'board-crowd-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

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
  checkAcknowledged(board.store, crowd.acknowledged);
  checkSound(board.store);
});

test(
  'what was acknowledged survives kill -9',
  async () => {
    const path = join(folder, 'board.sqlite');
    const acknowledged: Acknowledged[] = [];
    const fresh = { confirmed: true, waiting: false, disabled: false, lastUsed: 0, secret: undefined };
    const first = BoardStore.open(path);
    await first.commit(() => {
      first.users.put({ ...fresh, userid: octets`writer`, level: 2 });
      first.users.put({ ...fresh, userid: octets`boss`, level: 3 });
    });
    first.close();
    /** rounds in which posts got to disk without their 220 getting out */
    let cutShort = 0;
    let highest = 0;
    const random = seededRandom(20261127);
    for (let round = 0; round < ROUNDS; round++) {
      const child = fork(BOARD, [path]);
      const [port]: unknown[] = await once(child, 'message');
      const crowd = new Crowd(Number(port));
      const exit = once(child, 'exit');
      // After some posts, at a different point between two of them each time.
      const some = 1 + Math.floor(random() * 60);
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
      checkAcknowledged(store, round % 50 === 0 ? acknowledged : crowd.acknowledged);
      store.close();
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS);
    if (ROUNDS >= 100) console.log({ rounds: ROUNDS, acknowledged: acknowledged.length, cutShort });
  },
  60_000 + ROUNDS * 3000,
);
