import type { Level } from '../board.ts';

/** A level given by a board: RGTP's codes 230 to 233, less 230. */
export function asLevel(level: number): Level {
  return level >= 3 ? 3 : level >= 2 ? 2 : level >= 1 ? 1 : 0;
}
