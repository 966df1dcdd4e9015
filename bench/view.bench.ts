/** Newsgroups over a board of a million posts: how fast what readers ask for is made, and the memory it takes. */

import { SharedMemory } from '../src/bridge/memory.ts';
import { BoardView } from '../src/bridge/view/board-view.ts';
import type { GroupView } from '../src/bridge/view/group-view.ts';
import { boardOptions } from '../test/support/views.ts';
import type { Result } from './main.ts';
import { largeBoard } from './support/large-board.ts';

const POSTS = 1_000_000;
const PER_ITEM = 30;

export default async function bench(): Promise<readonly Result[]> {
  const empty = process.memoryUsage.rss();
  const model = largeBoard(POSTS, PER_ITEM);
  const board = process.memoryUsage.rss();
  const memory = new SharedMemory(64 << 20);
  const [opened, view] = timed(
    () =>
      new BoardView({
        model,
        memory,
        options: { ...boardOptions, newsgroup: 'groggs.bench' },
      }),
  );
  const [main] = view.groups;
  if (main === undefined) throw new Error('no newsgroup');
  const cold = await rate(POSTS, () => drain(main.overview(1, POSTS)));
  const reads = model.reads;
  const recent = POSTS - 50_000;
  const warm = await rate(50_000, () => drain(main.overview(recent, POSTS)));
  const columns = await rate(50_000, () => drain(main.header('subject', recent, POSTS)));
  const rendered = await rate(50_000, () => read(main, 1, 50_000));
  // Overview fills the memory: an article takes its place when it is asked for again.
  read(main, 40_001, 50_000);
  const kept = await rate(10_000, () => read(main, 40_001, 50_000));
  const results: Result[] = [
    { name: 'open the view', value: opened, unit: 'ms', note: `${POSTS.toLocaleString('en-GB')} posts in the index` },
    {
      name: 'OVER, cold',
      value: cold,
      unit: 'lines/s',
      note: `everything; ${(reads / (POSTS / PER_ITEM)).toFixed(2)} reads an item`,
    },
    { name: 'OVER, from memory', value: warm, unit: 'lines/s' },
    { name: 'HDR Subject, from memory', value: columns, unit: 'lines/s' },
    {
      name: 'HDR Subject, from the index',
      value: await rate(100_000, () => drain(main.header('subject', 1, 100_000))),
      unit: 'lines/s',
    },
    {
      name: 'HDR Message-ID, from the index',
      value: await rate(100_000, () => drain(main.header('message-id', 1, 100_000))),
      unit: 'lines/s',
    },
    { name: 'ARTICLE, rendered', value: rendered, unit: '/s', note: 'its text read each time' },
    { name: 'ARTICLE, from memory', value: kept, unit: '/s' },
    { name: 'STAT by number', value: await rate(100_000, () => stat(main)), unit: '/s' },
    { name: 'STAT by Message-ID', value: await rate(100_000, () => find(view, main)), unit: '/s' },
    { name: 'LISTGROUP', value: await rate(POSTS, () => drainNumbers(main)), unit: 'numbers/s' },
    {
      name: 'NEWNEWS, nothing new',
      value: 1000 / timed(() => [...main.arrivedSince(0xffffffff)])[0],
      unit: '/s',
      note: 'looks at every post',
    },
  ];
  globalThis.gc?.();
  const megabytes = (octets: number) => octets / 2 ** 20;
  results.push(
    { name: 'memory of the index', value: megabytes(board - empty), unit: 'MiB', note: 'as this bench makes it' },
    {
      name: 'memory of the process',
      value: megabytes(process.memoryUsage.rss()),
      unit: 'MiB',
      note: '64 MiB of it shared memory',
    },
  );
  return results;
}

function read(group: GroupView, low: number, high: number): void {
  for (let number = low; number <= high; number++) group.article(number);
}

function stat(group: GroupView): void {
  for (let number = 1; number <= 100_000; number++) group.messageId(number);
}

function find(view: BoardView, group: GroupView): void {
  const ids = Array.from({ length: 1000 }, (_, n) => group.messageId(n * 997 + 1) ?? '');
  for (let n = 0; n < 100_000; n++) view.find(ids[n % 1000] ?? '');
}

async function drain(pieces: Iterable<Buffer | Promise<Buffer>>): Promise<void> {
  for (const piece of pieces) if (piece instanceof Promise) await piece;
}

function drainNumbers(group: GroupView): void {
  let count = 0;
  for (const piece of group.numbers(1, POSTS)) count += piece.length;
  if (count !== POSTS) throw new Error(`${count} numbers`);
}

async function rate(count: number, task: () => void | Promise<void>): Promise<number> {
  const start = performance.now();
  await task();
  return (count * 1000) / (performance.now() - start);
}

function timed<T>(task: () => T): [ms: number, value: T] {
  const start = performance.now();
  const value = task();
  return [performance.now() - start, value];
}
