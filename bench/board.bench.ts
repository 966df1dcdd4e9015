import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importSpool } from '../src/board/spool/import.ts';
import { BoardStore } from '../src/board/store.ts';
import { formatIndexEntry } from '../src/rgtp/index-entry.ts';
import { itemIdAt } from '../src/rgtp/item-id.ts';
import { latin1, octets } from '../src/wire/octets.ts';
import type { Bench, Result } from './main.ts';
import { RawClient } from './support/raw-client.ts';

const SAMPLE = fileURLToPath(new URL('../test/fixtures/sample-board/spool.tar.gz', import.meta.url));
const BOARD = fileURLToPath(new URL('support/board-file.ts', import.meta.url));
const SECONDS = 3;
/** BOARD_ROWS=1000000 for the index of a very old board */
const ROWS = Number(process.env['BOARD_ROWS'] ?? 100_000);
const POSTERS = 50;

/** The embedded board, in a process of its own, over loopback. */
const bench: Bench = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'board-bench-'));
  try {
    return [
      ...(await serving(await sampleBoard(folder), (port, ids) => [
        items(port, ids, 1),
        items(port, ids, 64),
        posts(port, 1),
        posts(port, POSTERS),
        connections(port),
      ])),
      ...(await serving(await largeIndex(folder), (port) => [index(port)])),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
};

export default bench;

interface Filled {
  readonly path: string;
  readonly ids: readonly string[];
}

/** The measurements run one after another. */
async function serving(
  { path, ids }: Filled,
  measure: (port: number, ids: readonly string[]) => readonly (() => Promise<Result>)[],
): Promise<Result[]> {
  const board = fork(BOARD, [path]);
  const [port]: unknown[] = await once(board, 'message');
  const results: Result[] = [];
  for (const one of measure(Number(port), ids)) results.push(await one());
  await stopped(board);
  return results;
}

async function stopped(board: ChildProcess): Promise<void> {
  const exit = once(board, 'exit');
  board.disconnect();
  await exit;
}

function items(port: number, ids: readonly string[], depth: number): () => Promise<Result> {
  return async () => {
    const client = await RawClient.open(port);
    await client.lines('USER guest\r\n', 1);
    const before = client.octets;
    let answers = 0;
    const seconds = await repeatedly(async () => {
      let asked = '';
      for (let i = 0; i < depth; i++) asked += `ITEM ${ids[(answers + i) % ids.length]}\r\n`;
      await client.blocks(asked, depth);
      answers += depth;
    });
    client.close();
    const mean = ((client.octets - before) / answers / 1000).toFixed(1);
    const how = depth === 1 ? 'one at a time' : `${depth} in flight`;
    return { name: `ITEM, ${how}`, value: answers / seconds, unit: 'items/s', note: `${mean} KB each` };
  };
}

function index(port: number): () => Promise<Result> {
  return async () => {
    const client = await RawClient.open(port);
    await client.lines('USER guest\r\n', 1);
    await client.blocks('INDX\r\n', 1);
    const before = client.octets;
    const seconds = await repeatedly(() => client.blocks('INDX\r\n', 1));
    client.close();
    const octets = client.octets - before;
    return { name: 'INDX', value: octets / 1e6 / seconds, unit: 'MB/s', note: `${ROWS.toLocaleString('en-GB')} rows` };
  };
}

/** Posts replies, and a new item when one is full; each is on disk before it is acknowledged. */
function posts(port: number, clients: number): () => Promise<Result> {
  return async () => {
    let count = 0;
    const start = performance.now();
    const end = start + SECONDS * 1000;
    const one = async () => {
      const client = await RawClient.open(port);
      await client.lines('USER writer\r\n', 1);
      while (performance.now() < end) {
        // 150, 350, 120 and 220 to one write: what is left is the board's work and the disk's.
        await client.lines('DATA\r\nBench\r\nA text of some length.\r\n.\r\nNEWI Bench\r\n', 4);
        count++;
      }
      client.close();
    };
    await Promise.all(Array.from({ length: clients }, one));
    const seconds = (performance.now() - start) / 1000;
    return {
      name: `posts, ${clients} at a time`,
      value: count / seconds,
      unit: 'posts/s',
      note: 'synced to disk before 220',
    };
  };
}

function connections(port: number): () => Promise<Result> {
  return async () => {
    let count = 0;
    const seconds = await repeatedly(async () => {
      (await RawClient.open(port)).close();
      count++;
    });
    return { name: 'connections, greeted', value: count / seconds, unit: 'conn/s' };
  };
}

async function repeatedly(task: () => Promise<void>): Promise<number> {
  const start = performance.now();
  while (performance.now() - start < SECONDS * 1000) await task();
  return (performance.now() - start) / 1000;
}

async function sampleBoard(folder: string): Promise<Filled> {
  execFileSync('tar', ['-xzf', SAMPLE, '-C', folder]);
  const path = join(folder, 'sample.sqlite');
  const store = BoardStore.open(path);
  await importSpool(join(folder, 'sample-board', 'spool'), store);
  const ids = [...store.items.all()].map(({ id }) => id);
  store.close();
  return { path, ids };
}

async function largeIndex(folder: string): Promise<Filled> {
  const path = join(folder, 'large.sqlite');
  const store = BoardStore.open(path);
  const start = Date.UTC(2000, 0) / 1000;
  for (let first = 1; first <= ROWS; first += 10_000) {
    await store.commit(() => {
      for (let sequence = first; sequence < first + 10_000 && sequence <= ROWS; sequence++) {
        const time = start + sequence * 60;
        const [userid, subject] = ['ann@rgtp.test', 'The great marmalade debate'];
        store.index.append(
          formatIndexEntry({
            sequence,
            time,
            itemId: itemIdAt(time),
            userid: latin1(userid),
            type: 'R',
            subject: latin1(subject),
          }),
        );
      }
      store.users.put({ ...guest, lastUsed: store.time });
    });
  }
  store.close();
  return { path, ids: [] };
}

const guest = {
  userid: octets`guest`,
  level: 1,
  secret: undefined,
  confirmed: true,
  waiting: false,
  disabled: false,
} as const;
