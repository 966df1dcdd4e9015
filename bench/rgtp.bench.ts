import { RgtpConnection } from '../src/rgtp/client/connection.ts';
import { parseIndexEntry } from '../src/rgtp/index-entry.ts';
import { parseItem } from '../src/rgtp/item.ts';
import { latin1 } from '../src/wire/octets.ts';
import type { Bench, Result } from './main.ts';
import { sampleBoard } from './support/sample.ts';
import { startSlowBoard } from './support/slow-board.ts';

const ITEMS = 8000;

/** How fast RGTP is read: index rows and items from memory, and the client against a server that is slow as groggsd is. */
const bench: Bench = async () => {
  const board = sampleBoard(ITEMS);
  const rows = board.rows.map((row) => Buffer.from(row, 'latin1'));
  const items = [...board.items].map(([id, lines]) => ({ id, lines: lines.map(latin1) }));
  const octets = items.reduce((sum, { lines }) => sum + lines.reduce((s, line) => s + line.length + 2, 0), 0);
  const mean = `${items.length} of ${(octets / items.length / 1000).toFixed(1)} KB`;
  const parsed = (run: () => void, count: number) => count / seconds(run);
  return [
    rate(
      'index rows parsed',
      parsed(() => rows.forEach((row) => void parseIndexEntry(row)), rows.length),
      'rows',
      `${rows.length} rows`,
    ),
    rate(
      'items parsed',
      parsed(() => items.forEach(({ id, lines }) => void parseItem(id, lines)), items.length),
      'items',
      mean,
    ),
    ...(await over(board, 0)),
    ...(await over(board, 44)),
  ];
};

export default bench;

async function over(board: ReturnType<typeof sampleBoard>, delay: number): Promise<Result[]> {
  const server = await startSlowBoard(board, delay);
  const ids = [...board.items.keys()];
  const results: Result[] = [];
  const against = delay === 0 ? 'server at once' : `server ${delay} ms late`;
  for (const depth of [1, 16, 64]) {
    const { host, port } = server;
    const connection = await RgtpConnection.open({ host, port, depth });
    let rows = 0;
    if (depth === 64) {
      const start = performance.now();
      await connection.index(undefined, () => rows++);
      results.push(rate(`INDX, ${against}`, (rows * 1000) / (performance.now() - start), 'rows', `${rows} rows`));
    }
    // One at a time against a slow server only shows the 44 ms again.
    const some = depth === 1 && delay > 0 ? ids.slice(0, 20) : ids;
    const start = performance.now();
    await Promise.all(some.map((id) => connection.item(id)));
    const perSecond = (some.length * 1000) / (performance.now() - start);
    results.push(rate(`ITEM, ${against}, depth ${depth}`, perSecond, 'items', `${some.length} items`));
    await connection.close();
  }
  await server.close();
  return results;
}

function rate(name: string, value: number, what: string, note: string): Result {
  return { name, value, unit: `${what}/s`, note };
}

/** The best of three: the first runs cold, and anything may come in between. */
function seconds(run: () => void): number {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    run();
    return (performance.now() - start) / 1000;
  });
  return Math.min(...times);
}
