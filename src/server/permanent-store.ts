/** The permanent part of a board: in a file, or in the database of the configuration. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { BoardConfig, Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import { carryOver } from '../store/carry-over.ts';
import { StoreError } from '../store/errors.ts';
import type { Permanent } from '../store/permanent.ts';
import { PermanentFile } from '../store/permanent-file.ts';
import { type Identity, OtherSettings } from '../store/postgres/identity.ts';
import { Membership } from '../store/postgres/membership.ts';
import { PermanentDatabase } from '../store/postgres/permanent-database.ts';
import { Postgres } from '../store/postgres/postgres.ts';
import type { Log } from '../wire/log.ts';
import { messageOf } from '../wire/trouble.ts';
import { Failure } from './failure.ts';
import { endNow } from './last-resort.ts';
import { isInDatabase, refuseLostPermanent } from './lost-files.ts';

/** The database of the configuration, if it names one. @throws Failure, StoreError */
export async function openPostgres(
  { permanent, permanentPasswordFile: passwordFile }: Pick<Config, 'permanent' | 'permanentPasswordFile'>,
  { keepSchema = false } = {},
): Promise<Postgres | undefined> {
  if (permanent === '') return undefined;
  try {
    return await Postgres.open(permanent, { keepSchema, ...(passwordFile !== '' && { passwordFile }) });
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const reason = messageOf(error);
    throw new Failure(`the database of permanent can't be used: ${reason}`, undefined, { cause: error });
  }
}

export interface OpenedPermanent {
  readonly permanent: Permanent;
  readonly close: () => Promise<void>;
}

/**
 * For a process that serves the board: with a database, as one of several. Waits while a command has the board to
 * itself.
 * @throws Failure, StoreError
 */
export async function openToServe(
  config: Config,
  board: BoardConfig,
  postgres: Postgres | undefined,
  log: Log,
): Promise<OpenedPermanent> {
  return open(config, board, postgres, async (database) => {
    try {
      return await Membership.join(database, board.name, {
        identity: identityOf(config, board),
        onWaiting: () =>
          log.warn({}, 'a command of rgtp-nntp, or an earlier version, has this board to itself: waiting'),
        onLost: (error) => endNow(log, error),
      });
    } catch (error) {
      if (!(error instanceof OtherSettings)) throw error;
      throw new Failure(error.message, 'Make it the same on all machines; to change it, stop all of them first.');
    }
  });
}

/** The settings that decide how articles look, named as in the configuration. */
function identityOf({ name }: Config, { newsgroup, domain, charset, threading, addresses }: BoardConfig): Identity {
  return { name, newsgroup, domain, charset, threading, addresses };
}

/** For a command that must not run beside a server. @throws Failure, StoreError `locked` */
export async function openAlone(
  config: Config,
  board: BoardConfig,
  postgres: Postgres | undefined,
): Promise<OpenedPermanent> {
  return open(config, board, postgres, (database) => aloneAtOnce(database, board));
}

/** For a command that may run beside a server: it changes accounts. @throws Failure, StoreError */
export async function openBeside(
  config: Config,
  board: BoardConfig,
  postgres: Postgres | undefined,
): Promise<OpenedPermanent> {
  return open(config, board, postgres, undefined);
}

export function aloneAtOnce(database: Postgres, { name }: BoardConfig): Promise<Membership> {
  const inUse = () => {
    throw new Failure(
      `the board ${name} is served by a running rgtp-nntp, and this needs it for itself`,
      'Stop each bridge of this board first, on every machine that has one (systemctl stop rgtp-nntp), and start them afterwards.',
    );
  };
  return Membership.join(database, name, { alone: true, onWaiting: inUse, onLost: () => {} });
}

/** Copies what the database has of the board into a file; does nothing if the board is not in the database. */
export async function copyToFile(config: Config, board: BoardConfig, path: string): Promise<void> {
  if (!isInDatabase(config, board)) return;
  const postgres = await openPostgres(config);
  if (postgres === undefined) return;
  try {
    const { permanent: from } = await openBeside(config, board, postgres);
    const to = PermanentFile.open(path);
    await carryOver(from, to).finally(() => to.close());
    await from.close();
  } finally {
    await postgres.close();
  }
}

async function open(
  config: Config,
  board: BoardConfig,
  postgres: Postgres | undefined,
  take: ((postgres: Postgres) => Promise<Membership>) | undefined,
): Promise<OpenedPermanent> {
  const opened = await openWhereItIs(config, board, postgres, take);
  if (!(await opened.permanent.isMoved())) return opened;
  await opened.close();
  const [here, there] = isInDatabase(config, board) ? ['database', 'files'] : ['files', 'database'];
  throw new Failure(
    `what is known of the board ${board.name} was copied from ${here} to ${there}, and may have changed since`,
    `Set permanent to where it is now, or copy it back: rgtp-nntp permanent copy --from ${there} --to ${here}`,
  );
}

async function openWhereItIs(
  config: Config,
  board: BoardConfig,
  postgres: Postgres | undefined,
  take: ((postgres: Postgres) => Promise<Membership>) | undefined,
): Promise<OpenedPermanent> {
  if (postgres === undefined || !isInDatabase(config, board)) {
    refuseLostPermanent(config, board);
    return openInFile(config, board);
  }
  await refuseUnknown(config, board, postgres);
  return openInDatabase(board, postgres, take);
}

export function openInFile(config: Config, board: BoardConfig): OpenedPermanent {
  const permanent = PermanentFile.open(pathsOf(config, board).permanent);
  return { permanent, close: () => permanent.close() };
}

export async function openInDatabase(
  board: BoardConfig,
  postgres: Postgres,
  take: ((postgres: Postgres) => Promise<Membership>) | undefined,
): Promise<OpenedPermanent> {
  await PermanentDatabase.declare(postgres, board.name);
  const member = await take?.(postgres);
  const permanent = await PermanentDatabase.open(postgres, board.name, member);
  return {
    permanent,
    close: async () => {
      await permanent.close();
      await member?.close();
    },
  };
}

/** Refuses a board that was served from here but is unknown to the database: its ids would be forgotten. */
async function refuseUnknown(config: Config, board: BoardConfig, postgres: Postgres): Promise<void> {
  const { permanent, accountsKey, cache } = pathsOf(config, board);
  const trace = [permanent, accountsKey, cache].find((path) => existsSync(path));
  if (trace === undefined || (await PermanentDatabase.has(postgres, board.name))) return;
  throw new Failure(
    `the database ${postgres.name} knows nothing of the board ${board.name}, although ${basename(trace)} shows that it was served here`,
    `To take over what is in files: rgtp-nntp permanent copy --from files --to database\nOtherwise permanent names the wrong database.`,
  );
}
