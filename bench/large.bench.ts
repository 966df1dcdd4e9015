/**
 * A million posts in 60,000 items, from a board in another process, by the program as it is installed: first sync, what it
 * holds (and where: see `support/memory-report.ts`) and uses, and starting again. `LARGE_ITEMS` for fewer.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench, Result } from './main.ts';
import { POSTS_PER_ITEM } from './support/large-board-process.ts';
import { LargeBoard, type LargeServer } from './support/large-server.ts';

const ITEMS = Number(process.env['LARGE_ITEMS'] ?? 60_000);
const POSTS = ITEMS * POSTS_PER_ITEM;
const ARTICLES = 100_000;
const IDLE = 20_000;

const bench: Bench = async () => {
  const board = await LargeBoard.start(ITEMS);
  const results: Result[] = [];
  const note = (name: string, value: number, unit: string, more = '') => {
    console.log(`${name}: ${value.toFixed(2)} ${unit} ${more}`);
    results.push({ name, value, unit, note: more });
  };
  const noteMemory = async (when: string, server: LargeServer) => {
    const { resident, files, heap, heapUsed, buffers, rest } = await server.memory();
    const parts = { files, heap, 'of it used': heapUsed, buffers, rest };
    const text = Object.entries(parts).map(([what, value]) => `${what} ${value.toFixed(0)}`);
    note(`memory ${when}`, resident, 'MB', `${text.join(', ')}; at most ${server.most.toFixed(0)}`);
  };
  try {
    let server = await board.serve();
    const began = performance.now();
    await server.synced(ITEMS);
    const rate = ITEMS / ((performance.now() - began) / 1000);
    note('first sync', rate, 'items/s', `${(server.cpu() / ITEMS).toFixed(3)} ms of CPU an item`);
    await noteMemory('after the first sync', server);
    for (const time of ['once', 'again']) {
      const cpu = await server.costOf([`OVER 1-${POSTS}`], '\r\n.\r\n');
      note(`OVER of everything, ${time}`, cpu / POSTS, 'µs', 'of CPU an article');
      await noteMemory(`after OVER of everything, ${time}`, server);
    }
    for (const command of ['HEAD', 'ARTICLE']) {
      const commands = Array.from({ length: ARTICLES }, (_, n) => `${command} ${1 + ((n * 104_729) % POSTS)}`);
      note(`${command} at random`, await server.costOf(commands, '\r\n.\r\n'), 'µs', 'of CPU each');
      await noteMemory(`after ${ARTICLES.toLocaleString('en-GB')} ${command}`, server);
    }
    await server.stop();
    server = await board.serve();
    note('start to first answer', server.firstAnswer, 'ms', `${server.cpuOfFirstAnswer.toFixed(0)} ms of CPU`);
    await pause(3000);
    await noteMemory('after a start', server);
    const cpu = server.cpu();
    await pause(IDLE);
    note('idle', (100 * (server.cpu() - cpu)) / IDLE, '%', 'of a core');
    await server.stop();
  } finally {
    board.close();
  }
  return results;
};
export default bench;
