/** A board of so many items of 17 posts that is only read, in a process of its own: `fork` this file; it sends its port. */
import { sampleBoard } from './sample.ts';
import { startSlowBoard } from './slow-board.ts';

export const POSTS_PER_ITEM = 17;

if (process.argv[1] === import.meta.filename) {
  const board = await startSlowBoard(sampleBoard(Number(process.argv[2]), POSTS_PER_ITEM - 1), 0);
  process.send?.(board.port);
  process.once('disconnect', () => process.exit());
}
