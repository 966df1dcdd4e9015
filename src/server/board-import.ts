/** A groggsd data directory becomes the embedded board. */
import { BoardNotEmptyError, type ImportOptions, type ImportSummary, importSpool } from '../board/spool/import.ts';
import { NoSpoolError } from '../board/spool/source.ts';
import { BoardStore } from '../board/store.ts';
import type { Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import { storeErrorFrom } from '../store/errors.ts';
import { embeddedBoardOf } from './embedded-board.ts';
import { Failure } from './failure.ts';
import { takeFolders } from './folders.ts';
import { refuseLostBoard } from './lost-files.ts';

export interface Imported extends ImportSummary {
  /** the board's file */
  readonly path: string;
}

/** Fills an empty or new board. @throws Failure, StoreError */
export async function importBoard(
  config: Config,
  spool: string,
  onProgress: NonNullable<ImportOptions['onProgress']>,
): Promise<Imported> {
  const paths = pathsOf(config, embeddedBoardOf(config));
  using _taken = takeFolders(config);
  refuseLostBoard(config, embeddedBoardOf(config));
  const store = BoardStore.open(paths.board, { keyFile: paths.boardKey });
  try {
    return { ...(await importSpool(spool, store, { onProgress })), path: paths.board };
  } catch (error) {
    if (error instanceof NoSpoolError) {
      throw new Failure(`${spool} is not a groggsd data directory: its file index ${error.fault}`, undefined, {
        exitCode: 2,
      });
    }
    if (error instanceof BoardNotEmptyError) {
      throw new Failure(error.message, 'Import before the first start, or move the data folder away.');
    }
    throw storeErrorFrom(error, paths.board);
  } finally {
    store.close();
  }
}
