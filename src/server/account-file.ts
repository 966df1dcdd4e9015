/** The local accounts of one board, changed in its permanent store. A server that has it open sees the change. */
import { existsSync } from 'node:fs';
import { LocalAccounts } from '../bridge/login/local-accounts.ts';
import type { BoardConfig, Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import type { Permanent } from '../store/permanent.ts';
import { SecretBox } from '../store/secret-box.ts';
import { noBoardYet } from './board-file.ts';
import { makeFolders } from './folders.ts';
import { refuseLostKeys } from './lost-files.ts';
import { openBeside, openPostgres } from './permanent-store.ts';

/** Lends the accounts to a task. @throws Failure if the embedded board does not exist yet */
export async function withAccounts(
  config: Config,
  board: BoardConfig,
  task: (accounts: LocalAccounts, permanent: Permanent) => Promise<void>,
): Promise<void> {
  makeFolders(config);
  const paths = pathsOf(config, board);
  refuseLostKeys(config, board);
  // An account stands for a user of the board. A permanent file without its board would look like a lost board.
  if (board.rgtp === 'embedded' && !existsSync(paths.board)) throw noBoardYet(paths.board);
  const postgres = await openPostgres(config);
  try {
    const { permanent, close } = await openBeside(config, board, postgres);
    try {
      await task(new LocalAccounts(permanent, (make) => SecretBox.fromFile(paths.accountsKey, { make })), permanent);
    } finally {
      await close();
    }
  } finally {
    await postgres?.close();
  }
}
