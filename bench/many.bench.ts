/**
 * Many at a time, before the program as it is installed: connections that stand idle, people who read, and how soon a post that
 * the embedded board has taken can be read. Time, not CPU: what is asked is how long people wait. Linux.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { RgtpConnection } from '../src/rgtp/client/connection.ts';
import { octets } from '../src/wire/octets.ts';
import { freePort } from '../test/support/free-port.ts';
import type { Result } from './main.ts';
import { POSTS_PER_ITEM } from './support/large-board-process.ts';
import { LargeBoard, LargeServer, NEWSGROUP } from './support/large-server.ts';
import { RawClient } from './support/raw-client.ts';

const ITEMS = 600;
const ARTICLES = ITEMS * POSTS_PER_ITEM;
const IDLE = 10_000;
const READERS = 1000;
/** ms between a reader's questions, on average; and for how long they ask */
const PACE = 200;
const READING = 20_000;
/** connections that are made at a time */
const AT_ONCE = 250;
const POSTS = 500;
const LIMITS = { connections: 50_000, connectionsPerAddress: 50_000 };

export default async function many(): Promise<readonly Result[]> {
  const board = await LargeBoard.start(ITEMS);
  try {
    const server = await board.serve({ limits: LIMITS });
    await server.synced(ITEMS);
    const results = [await idle(server), ...(await reading(server))];
    await server.stop();
    return [...results, ...(await freshness())];
  } finally {
    board.close();
  }
}

async function connect(port: number, count: number): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  while (clients.length < count) {
    clients.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => RawClient.open(port)))));
  }
  return clients;
}

/** Those that come first find rooms that the start has left: they are made twice, and the second time counts. */
async function idle(server: LargeServer): Promise<Result> {
  for (const client of await connect(server.port, AT_ONCE)) client.close();
  await pause(2000);
  const before = await server.memory();
  const clients = await connect(server.port, IDLE);
  await pause(5000);
  const after = await server.memory();
  for (const client of clients) client.close();
  await pause(2000);
  const each = (part: 'resident' | 'heapUsed' | 'heap' | 'buffers' | 'rest') =>
    ((after[part] - before[part]) * 1000) / IDLE;
  return {
    name: `${IDLE.toLocaleString('en-GB')} idle connections`,
    value: each('resident'),
    unit: 'KB each',
    note: `heap ${each('heap').toFixed(1)} (used ${each('heapUsed').toFixed(1)}), buffers ${each('buffers').toFixed(1)}, rest ${each('rest').toFixed(1)}`,
  };
}

async function reading(server: LargeServer): Promise<Result[]> {
  const clients = await connect(server.port, READERS);
  const waits: number[] = [];
  let since = 0;
  const until = performance.now() + READING;
  const read = async (client: RawClient, who: number) => {
    await client.lines(`GROUP ${NEWSGROUP}\r\n`, 1);
    for (let n = 0; performance.now() < until; n++) {
      await pause(Math.random() * 2 * PACE);
      const number = 1 + ((who * 7919 + n * 97) % (ARTICLES - 10));
      const begun = performance.now();
      if (n % 3 === 0) await client.lines(`STAT ${number}\r\n`, 1);
      else await client.blocks(n % 3 === 1 ? `OVER ${number}-${number + 9}\r\n` : `ARTICLE ${number}\r\n`, 1);
      // While caches fill and code is compiled, nothing counts.
      if (n > 2) waits.push(performance.now() - begun);
      if (since === 0 && n > 2) since = performance.now();
    }
  };
  const cpu = server.cpu();
  await Promise.all(clients.map(read));
  const used = server.cpu() - cpu;
  for (const client of clients) client.close();
  const rate = (waits.length * 1000) / (performance.now() - since);
  return timesOf(
    `${READERS.toLocaleString('en-GB')} readers`,
    waits,
    `${rate.toFixed(0)} commands/s; ${((used / READING) * 100).toFixed(0)} % of a core`,
  );
}

/** From the board's 220 until STAT finds the article. */
async function freshness(): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'many-bench-'));
  const port = await freePort();
  const settings = {
    name: 'news.example',
    listen: ['nntp://127.0.0.1:0'],
    data: join(folder, 'data'),
    boards: [{ name: 'large', newsgroup: NEWSGROUP, rgtp: 'embedded', domain: 'large.example' }],
    embedded: { listen: `rgtp://127.0.0.1:${port}`, guests: 'post' },
    http: { listen: 'http://127.0.0.1:0' },
  };
  const server = await LargeServer.start(settings, folder);
  const writer = await RgtpConnection.open({ host: '127.0.0.1', port, user: octets`guest`, level: 2 });
  const reader = await RawClient.open(server.port);
  await reader.lines(`GROUP ${NEWSGROUP}\r\n`, 1);
  const waits: number[] = [];
  for (let n = 0; n < POSTS; n++) {
    await writer.data(octets`Ann`, [octets`Is it there yet? ${n}`]);
    const { sequence } = await writer.newItem(octets`Post ${n}`);
    const begun = performance.now();
    for (;;) {
      const answer = await reader.kept(`STAT ${sequence}\r\n`);
      if (answer.toString('latin1').startsWith('223')) break;
    }
    if (n >= POSTS / 5) waits.push(performance.now() - begun);
  }
  reader.close();
  await writer.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  return timesOf('220 to readable', waits, 'embedded board');
}

function timesOf(name: string, waits: number[], note: string): Result[] {
  waits.sort((a, b) => a - b);
  const at = (share: number) => waits[Math.ceil(waits.length * share) - 1] ?? 0;
  return [
    { name: `${name}: median`, value: at(0.5), unit: 'ms', note },
    { name: `${name}: 99 of 100`, value: at(0.99), unit: 'ms' },
  ];
}
