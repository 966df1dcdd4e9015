/**
 * What the size of a board costs: the same commands before one of 10,000 posts and one of a million, by the program as it is
 * installed, in turns. *Cold*: next to no memory for texts, articles and overview (1 MiB), and each question about an item, or
 * a piece of overview, that is not in it any more; *warm*: the same few again and again. `GROWTH_ITEMS` for other sizes.
 */
import type { Bench, Result } from './main.ts';
import { POSTS_PER_ITEM } from './support/large-board-process.ts';
import { LargeBoard, type LargeServer } from './support/large-server.ts';

const SIZES = (process.env['GROWTH_ITEMS'] ?? '600,60000').split(',').map(Number);
const ROUNDS = 5;
const HOT = 200;
/** articles whose overview is kept in one piece: see src/bridge/view/overviews.ts */
const PIECE = 256;

interface Question {
  readonly name: string;
  readonly count: number;
  readonly end: '\r\n' | '\r\n.\r\n';
  /** about the article with a number, and those after it */
  command(number: number): string;
  /** which article is asked for, so that what is needed for it was not needed for long */
  cold(n: number, items: number): number;
}

/** Another item each time, all over the board, and another post of it when its turn comes again. */
const eachItem = (n: number, items: number) =>
  1 + ((n * 7919) % items) * POSTS_PER_ITEM + (Math.floor(n / items) % POSTS_PER_ITEM);
const eachPiece = (n: number, items: number) => 1 + (n % Math.floor((items * POSTS_PER_ITEM) / PIECE)) * PIECE;

const questions: readonly Question[] = [
  { name: 'STAT', count: 100_000, end: '\r\n', command: (number) => `STAT ${number}`, cold: eachItem },
  { name: 'HEAD', count: 20_000, end: '\r\n.\r\n', command: (number) => `HEAD ${number}`, cold: eachItem },
  { name: 'ARTICLE', count: 10_000, end: '\r\n.\r\n', command: (number) => `ARTICLE ${number}`, cold: eachItem },
  {
    name: 'OVER of 100',
    count: 4000,
    end: '\r\n.\r\n',
    command: (number) => `OVER ${number}-${number + 99}`,
    cold: eachPiece,
  },
];

const bench: Bench = async () => {
  const boards = await Promise.all(SIZES.map((items) => LargeBoard.start(items)));
  const results: Result[] = [];
  try {
    for (const kind of ['cold', 'warm'] as const) {
      const servers: LargeServer[] = [];
      for (const board of boards) {
        const server = await board.serve(kind === 'cold' ? { cache: { memory: '1MiB' } } : {});
        await server.synced(board.items);
        servers.push(server);
      }
      for (const question of questions) {
        const costs = await inTurns(question, servers, kind === 'cold');
        const [small = 0, large = 0] = [costs[0], costs.at(-1)];
        const name = `${question.name}, ${kind}: a million posts, times ten thousand`;
        const note = `${costs.map((cost) => cost.toFixed(2)).join(' → ')} µs of CPU each`;
        console.log(`${name}: ${(large / small).toFixed(2)} (${note})`);
        results.push({ name, value: large / small, unit: '×', note, better: 'less' });
      }
      for (const server of servers) await server.stop();
    }
  } finally {
    for (const board of boards) board.close();
  }
  return results;
};
export default bench;

/** The cheapest round of each server. */
async function inTurns({ count, end, command, cold: at }: Question, servers: readonly LargeServer[], cold: boolean) {
  const best = servers.map(() => Number.POSITIVE_INFINITY);
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, server] of servers.entries()) {
      const items = SIZES[i] ?? 0;
      const commands = Array.from({ length: count }, (_, n) =>
        command(cold ? at(round * count + n, items) : 1 + (n % HOT)),
      );
      const cost = await server.costOf(commands, end);
      if (round > 0) best[i] = Math.min(best[i] ?? 0, cost);
    }
  }
  return best;
}
