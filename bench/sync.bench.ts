import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Mirror } from '../src/bridge/mirror/mirror.ts';
import { RgtpPool } from '../src/rgtp/client/pool.ts';
import { Cache } from '../src/store/cache.ts';
import { PermanentFile } from '../src/store/permanent-file.ts';
import type { Bench, Result } from './main.ts';
import type { EmbeddedReport } from './support/embedded-process.ts';
import { manyRows } from './support/many-rows.ts';
import type { MirrorReport } from './support/mirror-process.ts';
import { sampleBoard } from './support/sample.ts';
import { startSlowBoard } from './support/slow-board.ts';

const ITEMS = 8000;
const EMBEDDED_ITEMS = 3000;
const MANY = 1_000_000;

/** How fast a mirror comes to hold a board, and what a large one costs. */
const bench: Bench = async () => [
  ...(await fromSlowBoard()),
  ...(await fromEmbeddedBoard()),
  ...(await largeIndex(100_000)),
  ...(await largeIndex(MANY)),
];
export default bench;

async function fromSlowBoard(): Promise<Result[]> {
  const board = sampleBoard(ITEMS);
  const server = await startSlowBoard(board);
  const { elapsed, cpu, disk } = await sync(server);
  await server.close();
  const { length } = board.rows;
  return [
    rate(
      'first sync, board 44 ms late',
      (ITEMS / elapsed) * 1000,
      'items',
      `${ITEMS} items, ${length} posts, 1 connection; ${(cpu / ITEMS).toFixed(2)} ms of CPU an item, the board's included`,
    ),
    { name: 'cache file', value: disk / length, unit: 'B/post', note: 'index and texts' },
  ];
}

async function fromEmbeddedBoard(): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sync-bench-'));
  const items = await embedded('items', EMBEDDED_ITEMS, join(folder, 'items'));
  await embedded('index', MANY, join(folder, 'rows'));
  const rows = await embedded('compare', MANY, join(folder, 'rows'));
  rmSync(folder, { recursive: true });
  return [
    rate(
      'first sync, embedded board',
      (EMBEDDED_ITEMS / items.elapsed) * 1000,
      'items',
      `a fresh process, ${EMBEDDED_ITEMS} items of six posts; ${(items.cpu / EMBEDDED_ITEMS).toFixed(2)} ms of CPU an item, the board's included`,
    ),
    {
      name: 'comparing a million rows of an embedded board',
      value: rows.cpu,
      unit: 'ms',
      note: "of CPU, the board's included; nothing has changed",
    },
  ];
}

async function embedded(what: 'items' | 'index' | 'compare', count: number, folder: string): Promise<EmbeddedReport> {
  mkdirSync(folder, { recursive: true });
  const script = join(import.meta.dirname, 'support', 'embedded-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, what, String(count), folder]);
  // What the script prints.
  return JSON.parse(stdout) as EmbeddedReport;
}

interface Synced {
  /** ms, and ms of CPU, the board in the same process included */
  readonly elapsed: number;
  readonly cpu: number;
  /** octets */
  readonly disk: number;
}

async function sync(address: { readonly host: string; readonly port: number }): Promise<Synced> {
  const folder = mkdtempSync(join(tmpdir(), 'sync-bench-'));
  const cache = Cache.open(join(folder, 'cache.sqlite'));
  const permanent = PermanentFile.open(':memory:');
  const pool = new RgtpPool({ host: address.host, port: address.port, size: 1 });
  const start = performance.now();
  const usage = process.cpuUsage();
  const mirror = await Mirror.open({ newsgroup: 'bench', pool, cache, permanent });
  await mirror.complete();
  const elapsed = performance.now() - start;
  const { user, system } = process.cpuUsage(usage);
  await mirror.close();
  const closed = Cache.open(join(folder, 'cache.sqlite'));
  const disk = closed.fileOctets;
  closed.close();
  await pool.close();
  await permanent.close();
  rmSync(folder, { recursive: true });
  return { elapsed, cpu: (user + system) / 1000, disk };
}

/** The index alone: rows from cold, and what a mirror that holds them needs to begin and to go on. */
async function largeIndex(count: number): Promise<Result[]> {
  const server = await startSlowBoard({ rows: manyRows(count), items: new Map() });
  const folder = mkdtempSync(join(tmpdir(), 'sync-bench-'));
  const cold = await report(server, folder);
  const warm = await report(server, folder);
  await server.close();
  rmSync(folder, { recursive: true });
  const name = (what: string) => `${count.toLocaleString('en-GB')} posts: ${what}`;
  return [
    rate(name('index from cold'), (count / cold.firstPoll) * 1000, 'rows', 'read, numbered and stored'),
    { name: name('memory after that'), value: cold.rss / 1e6, unit: 'MB', note: 'RSS of the whole process' },
    {
      name: name('start to first answer'),
      value: warm.firstAnswer,
      unit: 'ms',
      note: `${Math.round(warm.open)} ms of it opening`,
    },
    { name: name('memory'), value: warm.rss / 1e6, unit: 'MB', note: 'RSS of the whole process' },
    { name: name('disk'), value: warm.disk / count, unit: 'B/post', note: 'index alone' },
    {
      name: name('poll without news'),
      value: warm.idlePoll,
      unit: 'ms',
      note: `${warm.idlePollCpu.toFixed(1)} ms of CPU`,
    },
    {
      name: name('comparing all of it'),
      value: warm.reconcileCpu,
      unit: 'ms',
      note: 'of CPU, where nothing has changed',
    },
  ];
}

async function report(server: { readonly host: string; readonly port: number }, folder: string): Promise<MirrorReport> {
  const script = join(import.meta.dirname, 'support', 'mirror-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, server.host, String(server.port), folder]);
  // What the script prints.
  return JSON.parse(stdout) as MirrorReport;
}

function rate(name: string, value: number, what: string, note: string): Result {
  return { name, value, unit: `${what}/s`, note };
}
