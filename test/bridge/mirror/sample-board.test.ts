import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BoardServer } from '../../../src/board/server.ts';
import { importSpool } from '../../../src/board/spool/import.ts';
import { BoardStore } from '../../../src/board/store.ts';
import type { Mirror } from '../../../src/bridge/mirror/mirror.ts';
import { PostKind } from '../../../src/bridge/model.ts';
import { RgtpPool } from '../../../src/rgtp/client/pool.ts';
import { openMirror } from '../../support/mirrors.ts';
import { type SampleEvent, sampleEvents, unpackSampleSpool } from '../../support/sample-board.ts';

let board: BoardServer;
let pool: RgtpPool;
let mirror: Mirror;
let spool: string;

beforeAll(async () => {
  spool = unpackSampleSpool();
  const path = `${dirname(spool)}/board.sqlite`;
  const store = BoardStore.open(path);
  await importSpool(spool, store);
  store.close();
  board = await BoardServer.open({ path, listen: { host: '127.0.0.1', port: 0 } });
  pool = new RgtpPool({ ...board.address, size: 2 });
  mirror = await openMirror(pool);
  await mirror.complete();
});
afterAll(async () => {
  await mirror.close();
  await pool.close();
  await board.close();
  rmSync(dirname(dirname(spool)), { recursive: true });
});

const KIND: Readonly<Record<SampleEvent['kind'], PostKind>> = {
  I: PostKind.Item,
  R: PostKind.Reply,
  C: PostKind.Continuation,
  E: PostKind.Edit,
  M: PostKind.Motd,
  withdrawn: PostKind.Withdrawal,
  'index-edit': PostKind.IndexEdit,
};

test('every event of the sample board that is still there is a row, and there is no other', () => {
  const { events } = sampleEvents();
  const withdrawn = new Set(events.flatMap((event) => (event.kind === 'withdrawn' ? [event.item] : [])));
  const expected = events
    .filter((event) => event.kind === 'withdrawn' || !('item' in event) || !withdrawn.has(event.item))
    .map((event) => [event.seq, KIND[event.kind]]);
  const { posts } = mirror;
  const rows = Array.from({ length: posts.length }, (_, row) => [posts.numbers[row], posts.kinds[row]]);
  expect(rows).toEqual(expected);
});

test('times of what only the edit log tells are right but for the time zone', () => {
  const { posts } = mirror;
  for (const event of sampleEvents().events) {
    const row = mirror.rowOfSequence(event.seq);
    if (row < 0) continue;
    const slack = event.kind === 'withdrawn' || event.kind === 'index-edit' ? 3660 : 0;
    expect(Math.abs((posts.times[row] ?? 0) - event.time)).toBeLessThanOrEqual(slack);
  }
});

test('every post has its text', () => {
  const { posts, items } = mirror;
  let texts = 0;
  for (let row = 0; row < posts.length; row++) {
    const kind = posts.kinds[row];
    if (kind !== PostKind.Item && kind !== PostKind.Reply && kind !== PostKind.Continuation) continue;
    const item = items[posts.items[row] ?? -1] ?? expect.fail();
    const text = mirror.text(item);
    if (text === undefined || text instanceof Promise) return expect.fail(`no text of ${item.id}`);
    expect(text.post(posts.sequences[row] ?? 0)).toBeDefined();
    texts++;
  }
  expect(texts).toBeGreaterThan(2900);
  expect(mirror.progress).toMatchObject({ phase: 'following', skipped: 0, items: { missing: 0 } });
});
