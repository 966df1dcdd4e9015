/**
 * An embedded board and its mirror in a process of their own, connected as `serve` connects them:
 * `node embedded-process.ts items N FOLDER` reads N items of six posts for the first time; `index N FOLDER` makes and reads an
 * index of N rows, and `compare N FOLDER`, afterwards, compares it. Prints what that took as JSON.
 */
import { join } from 'node:path';
import { BoardServer } from '../../src/board/server.ts';
import { Mirror } from '../../src/bridge/mirror/mirror.ts';
import { RgtpPool } from '../../src/rgtp/client/pool.ts';
import { Cache } from '../../src/store/cache.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';
import { octets } from '../../src/wire/octets.ts';
import { manyRows } from './many-rows.ts';

export interface EmbeddedReport {
  /** ms, and ms of CPU, the board's included */
  readonly elapsed: number;
  readonly cpu: number;
}

/** posts of an item besides the first */
const REPLIES = 5;
/** items, and rows, that are made together */
const TOGETHER = 100;
const ROWS = 10_000;

const [what = '', count = '', folder = ''] = process.argv.slice(2);
const total = Number(count);
const board = await BoardServer.open({ path: join(folder, 'bench.board.sqlite') });
const cache = Cache.open(join(folder, 'bench.cache.sqlite'));
const permanent = PermanentFile.open(join(folder, 'bench.permanent.sqlite'));
const pool = new RgtpPool({ host: 'embedded', port: 0, size: 1, connect: () => board.connect() });
if (what === 'items') await fillItems();
if (what === 'index') await fillRows();
const mirror = await Mirror.open({ newsgroup: 'bench', pool, cache, permanent, background: what === 'items' });
const report = await (what === 'compare'
  ? comparing()
  : taking(() => (what === 'items' ? mirror.complete() : mirror.refresh())));
console.log(JSON.stringify(report));
await mirror.close();
await pool.close();
await permanent.close();
await board.close();

/** As each hour; what counts is the third of five. */
async function comparing(): Promise<EmbeddedReport> {
  const reports: EmbeddedReport[] = [];
  for (let round = 0; round < 5; round++) {
    cache.deleteFact('compared');
    reports.push(await taking(() => mirror.refresh()));
  }
  return reports.sort((a, b) => a.cpu - b.cpu)[2] ?? { elapsed: 0, cpu: 0 };
}

async function fillItems(): Promise<void> {
  const text = octets`${octets`the quick brown fox jumps over the lazy dog, and that is all there is\n`.repeat(12)}`;
  const post = { userid: octets`anne@example.org`, grogname: octets`Anne`, text };
  const { posting } = board.store;
  const fill = async (n: number) => {
    const { itemId } = await posting.newItem(post, octets`Subject ${n}`);
    for (let reply = 0; reply < REPLIES; reply++) await posting.reply(itemId, post);
  };
  for (let at = 0; at < total; at += TOGETHER) {
    await Promise.all(Array.from({ length: TOGETHER }, (_, i) => fill(at + i)));
  }
}

async function fillRows(): Promise<void> {
  const { store } = board;
  const rows = manyRows(total);
  // A new board has a first item.
  await store.commit(() => store.index.clear());
  for (let at = 0; at < total; at += ROWS) {
    await store.commit(() => {
      for (const row of rows.slice(at, at + ROWS)) store.index.append(row);
    });
  }
}

async function taking(task: () => Promise<void>): Promise<EmbeddedReport> {
  const start = performance.now();
  const before = process.cpuUsage();
  await task();
  const { user, system } = process.cpuUsage(before);
  return { elapsed: performance.now() - start, cpu: (user + system) / 1000 };
}
