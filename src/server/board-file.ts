/** The embedded board's file for a short task; a server may have it open at the same time. */
import { existsSync } from 'node:fs';
import { BoardStore } from '../board/store.ts';
import type { Config } from '../config/config.ts';
import { type BoardPaths, pathsOf } from '../config/paths.ts';
import { embeddedBoardOf } from './embedded-board.ts';
import { Failure } from './failure.ts';

/** Lends the board's store to a task. Throws `Failure` where there is no board yet. */
export async function withBoardFile<T>(
  config: Config,
  task: (store: BoardStore, paths: BoardPaths) => T | Promise<T>,
): Promise<T> {
  const paths = pathsOf(config, embeddedBoardOf(config));
  if (!existsSync(paths.board)) {
    throw new Failure(`there is no board in ${paths.board} yet`, 'rgtp-nntp serve makes one, rgtp-nntp import too.');
  }
  const store = BoardStore.open(paths.board, { keyFile: paths.boardKey });
  try {
    return await task(store, paths);
  } finally {
    store.close();
  }
}
