/** The embedded board's file, for a short task. A server may have it open at the same time. */
import { existsSync } from 'node:fs';
import { BoardStore } from '../board/store.ts';
import { requireFinishedImport } from '../board/unfinished.ts';
import type { Config } from '../config/config.ts';
import { type BoardPaths, pathsOf } from '../config/paths.ts';
import { embeddedBoardOf } from './embedded-board.ts';
import { Failure } from './failure.ts';
import { refuseLostBoard, refuseLostKeys } from './lost-files.ts';

/** Lends the board's store to a task. @throws Failure if there is no board yet */
export async function withBoardFile<T>(
  config: Config,
  task: (store: BoardStore, paths: BoardPaths) => T | Promise<T>,
): Promise<T> {
  const board = embeddedBoardOf(config);
  const paths = pathsOf(config, board);
  refuseLostBoard(config, board);
  refuseLostKeys(config, board);
  if (!existsSync(paths.board)) throw noBoardYet(paths.board);
  const store = BoardStore.open(paths.board, { keyFile: paths.boardKey });
  try {
    requireFinishedImport(store);
    return await task(store, paths);
  } finally {
    store.close();
  }
}

export function noBoardYet(path: string): Failure {
  return new Failure(`there is no board in ${path} yet`, 'rgtp-nntp serve or rgtp-nntp import creates it.');
}
