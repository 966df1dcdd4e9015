/** What an article costs that is in no memory, against one that is: µs of CPU, over a real cache file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SharedMemory } from '../src/bridge/memory.ts';
import { Mirror } from '../src/bridge/mirror/mirror.ts';
import { BoardView } from '../src/bridge/view/board-view.ts';
import type { GroupView } from '../src/bridge/view/group-view.ts';
import { RgtpPool } from '../src/rgtp/client/pool.ts';
import { Cache } from '../src/store/cache.ts';
import { PermanentFile } from '../src/store/permanent-file.ts';
import { boardOptions } from '../test/support/views.ts';
import type { Bench, Result } from './main.ts';
import { sampleBoard } from './support/sample.ts';
import { startSlowBoard } from './support/slow-board.ts';

const ITEMS = Number(process.env['COLD_ITEMS'] ?? 4000);
const READS = 5000;
const ROUNDS = 4;

const bench: Bench = async () => {
  const board = sampleBoard(ITEMS);
  const server = await startSlowBoard(board, 0);
  const folder = mkdtempSync(join(tmpdir(), 'cold-bench-'));
  const memory = new SharedMemory(1 << 30);
  const pool = new RgtpPool({ host: server.host, port: server.port, size: 1 });
  const permanent = PermanentFile.open(':memory:');
  const cache = Cache.open(join(folder, 'cache.sqlite'));
  // The mirror keeps no texts, one view all it makes, the other nearly nothing.
  const mirror = await Mirror.open({ newsgroup: 'bench', pool, cache, permanent, memory: new SharedMemory(1) });
  await mirror.complete();
  const view = new BoardView({ model: mirror, memory, options: boardOptions });
  const nothing = new BoardView({ model: mirror, memory: new SharedMemory(1 << 20), options: boardOptions });
  const [warm, cold] = [view.groups[0], nothing.groups[0]];
  if (warm === undefined || cold === undefined) throw new Error('no newsgroup');
  const results = [
    await compared('ARTICLE, at random', READS, (group, n) => group.article(at(n, group.high)), warm, cold),
    await compared(
      'OVER of 100',
      20,
      (group, n) => drain(group.overview(at(n, group.high), at(n, group.high) + 99)),
      warm,
      cold,
    ),
  ].flat();
  const everything = process.cpuUsage();
  await drain(cold.overview(1, cold.high));
  const { user, system } = process.cpuUsage(everything);
  results.push({
    name: 'OVER of everything, cold',
    value: (user + system) / cold.high,
    unit: 'µs',
    note: 'an article',
  });
  view.close();
  nothing.close();
  await mirror.close();
  await Promise.all([pool.close(), permanent.close(), server.close()]);
  rmSync(folder, { recursive: true });
  return results;
};
export default bench;

const at = (n: number, high: number) => ((n * 7919) % high) + 1;

async function drain(pieces: Iterable<Buffer | Promise<Buffer>>): Promise<void> {
  for (const piece of pieces) if (piece instanceof Promise) await piece;
}

/** The cheapest round of each; the first fills the memory, and warms up. */
async function compared(
  name: string,
  count: number,
  ask: (group: GroupView, n: number) => unknown,
  ...groups: readonly [warm: GroupView, cold: GroupView]
): Promise<Result[]> {
  const best = groups.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, group] of groups.entries()) {
      const before = process.cpuUsage();
      for (let n = 0; n < count; n++) {
        const answer = ask(group, n);
        if (answer instanceof Promise) await answer;
      }
      const { user, system } = process.cpuUsage(before);
      if (round > 0) best[i] = Math.min(best[i] ?? 0, (user + system) / count);
    }
  }
  const [warm = 0, cold = 0] = best;
  return [
    { name: `${name}: from memory`, value: warm, unit: 'µs' },
    { name: `${name}: in no memory`, value: cold, unit: 'µs', note: `${ITEMS} items in the cache file` },
  ];
}
