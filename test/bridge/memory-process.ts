/**
 * `node memory-process.ts BUDGET ITEMS POSTS LINES`: everything on a board is read, with so much memory (octets) for what
 * was read last. Prints how much more is in use after that, and what is counted, as JSON.
 */

import { SharedMemory } from '../../src/bridge/memory.ts';
import { Mirror } from '../../src/bridge/mirror/mirror.ts';
import { BoardView } from '../../src/bridge/view/board-view.ts';
import { Cache } from '../../src/store/cache.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';
import { FakeBoard } from '../support/fake-board.ts';
import { octetsInUse } from '../support/memory.ts';

const [budget = 1, items = 1, posts = 1, lines = 1] = process.argv.slice(2).map(Number);
const text = Array.from(
  { length: lines },
  (_, n) => `Line ${n} of a post as people write them, a little over sixty octets.`,
);
const board = new FakeBoard();
for (let item = 0; item < items; item++) {
  const id = board.newItem(`Subject ${item}`, text.join('\n'));
  for (let post = 1; post < posts; post++) board.reply(id, text.join('\n'));
}
const memory = new SharedMemory(budget);
const mirror = await Mirror.open({
  newsgroup: 'groggs.test',
  pool: board,
  cache: Cache.open(':memory:'),
  permanent: PermanentFile.open(':memory:'),
  memory,
});
await mirror.complete();

async function read(into: SharedMemory, high = Number.POSITIVE_INFINITY): Promise<void> {
  const options = {
    newsgroup: 'groggs.test',
    overlap: 0,
    description: '',
    created: 0,
    creator: 'x',
    host: 'news.test',
  };
  const look = { domain: 'rgtp.test', threading: 'flat', addresses: 'plain', archivedAt: '' } as const;
  const view = new BoardView({ model: mirror, memory: into, options: { ...options, ...look } });
  const [main] = view.groups;
  if (main === undefined) throw new Error('no newsgroup');
  const last = Math.min(high, main.high);
  for (let number = 1; number <= last; number++) await main.article(number);
  for await (const _ of main.overview(1, last));
  view.close();
}

/** Buffers that are dead may be freed a little later, by another thread. */
async function settled(): Promise<number> {
  let least = octetsInUse();
  for (let times = 0; times < 20; times++) {
    await new Promise((resolve) => setImmediate(resolve));
    least = Math.min(least, octetsInUse());
  }
  return least;
}

// The program itself takes some memory when it has run for the first time.
await read(new SharedMemory(1), 300);
const before = await settled();
await read(memory);
console.log(JSON.stringify({ used: (await settled()) - before, counted: memory.octets }));
await mirror.close();
