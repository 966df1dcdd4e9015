/** Copies the permanent data of remote boards between files and the database. */
import { existsSync } from 'node:fs';
import type { BoardConfig, Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import { type Copied, carryOver, OtherBoardError } from '../store/carry-over.ts';
import { PermanentDatabase } from '../store/postgres/permanent-database.ts';
import type { Postgres } from '../store/postgres/postgres.ts';
import { Failure } from './failure.ts';
import { takeFolders } from './folders.ts';
import { isInDatabase } from './lost-files.ts';
import { aloneAtOnce, type OpenedPermanent, openInDatabase, openInFile, openPostgres } from './permanent-store.ts';

export type StoreKind = 'files' | 'database';

export interface CopiedBoard extends Copied {
  readonly board: string;
}

/**
 * Copies the boards whose permanent data belongs in the database of the configuration, and marks the source as moved.
 * Safe to repeat. @throws Failure, StoreError
 */
export async function copyPermanent(config: Config, from: StoreKind): Promise<CopiedBoard[]> {
  using _taken = takeFolders(config);
  const postgres = await openPostgres(config);
  if (postgres === undefined) {
    throw new Failure('permanent names no database', 'Set it to postgres://USER@HOST/DATABASE.', { exitCode: 2 });
  }
  try {
    const copied: CopiedBoard[] = [];
    for (const board of config.boards.filter((one) => isInDatabase(config, one))) {
      copied.push({ board: board.name, ...(await copyBoard(config, board, postgres, from)) });
    }
    return copied;
  } finally {
    await postgres.close();
  }
}

async function copyBoard(config: Config, board: BoardConfig, postgres: Postgres, from: StoreKind): Promise<Copied> {
  await requireSource(config, board, postgres, from);
  const inDatabase = await openInDatabase(board, postgres, (database) => aloneAtOnce(database, board));
  try {
    const inFile = openInFile(config, board);
    try {
      return await copy(
        board,
        ...(from === 'files' ? ([inFile, inDatabase] as const) : ([inDatabase, inFile] as const)),
      );
    } finally {
      await inFile.close();
    }
  } finally {
    await inDatabase.close();
  }
}

/** An empty place is no source: opening it would create it, and make it look like one. */
async function requireSource(
  config: Config,
  { name }: BoardConfig,
  postgres: Postgres,
  from: StoreKind,
): Promise<void> {
  const { permanent } = pathsOf(config, { name });
  if (from === 'files' && !existsSync(permanent)) throw new Failure(`there is no ${permanent}`);
  if (from === 'database' && !(await PermanentDatabase.has(postgres, name))) {
    throw new Failure(`the database ${postgres.name} knows nothing of the board ${name}`);
  }
}

async function copy(
  board: BoardConfig,
  { permanent: from }: OpenedPermanent,
  { permanent: to }: OpenedPermanent,
): Promise<Copied> {
  try {
    const copied = await carryOver(from, to);
    // In this order: after an interruption at worst both are marked, and the command can be repeated.
    await from.setMoved(true);
    await to.setMoved(false);
    return copied;
  } catch (error) {
    if (!(error instanceof OtherBoardError)) throw error;
    throw new Failure(
      `the two hold different data for the board ${board.name}: ${error.message}`,
      'Nothing was copied. One of them belongs to another board, or to another installation.',
    );
  }
}
