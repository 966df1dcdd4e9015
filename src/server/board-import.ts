/** Turns a groggsd data directory, or a board running elsewhere, into the embedded board. */
import { type CopyOptions, type CopySummary, copyBoard, UnsteadyBoardError } from '../board/live/copy.ts';
import { type ImportOptions, type ImportSummary, importSpool } from '../board/spool/import.ts';
import { NoSpoolError } from '../board/spool/source.ts';
import type { BoardStore } from '../board/store.ts';
import { BoardNotEmptyError, openForImport } from '../board/unfinished.ts';
import { type Address, formatAddress } from '../config/addresses.ts';
import type { Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import type { ClientOptions } from '../rgtp/client/options.ts';
import { overTls } from '../rgtp/client/tls.ts';
import { RgtpError } from '../rgtp/errors.ts';
import { storeErrorFrom } from '../store/errors.ts';
import { encode } from '../wire/charset.ts';
import { authoritiesIn } from './board-client.ts';
import { embeddedBoardOf } from './embedded-board.ts';
import { Failure } from './failure.ts';
import { takeFolders } from './folders.ts';
import { refuseLostBoard } from './lost-files.ts';

interface Filled {
  /** the board's file */
  readonly path: string;
}

/** Fills an empty or new board from a groggsd data directory. @throws Failure, StoreError */
export async function importBoard(
  config: Config,
  spool: string,
  onProgress: NonNullable<ImportOptions['onProgress']>,
): Promise<ImportSummary & Filled> {
  refuseLostBoard(config, embeddedBoardOf(config));
  try {
    return await fill(config, (store) => importSpool(spool, store, { onProgress }));
  } catch (error) {
    if (!(error instanceof NoSpoolError)) throw error;
    throw new Failure(`${spool} is not a groggsd data directory: its file index ${error.fault}`, undefined, {
      exitCode: 2,
    });
  }
}

/** A board to be copied, and who reads it: a guest if there is no `user`. */
export interface LiveBoard {
  readonly address: Address<'rgtp' | 'rgtps'>;
  readonly user: string | undefined;
  readonly secret: Buffer | undefined;
  /** PEM file with the authorities that may certify it; undefined: the well-known ones */
  readonly ca: string | undefined;
}

/**
 * Fills an empty or new board from a running one. (There may be a permanent file already, from a bridge in front of
 * that board: its numbers stay valid.)
 *
 * @throws Failure, StoreError
 */
export async function copyLiveBoard(
  config: Config,
  live: LiveBoard,
  { onProgress, signal, pauses }: Pick<CopyOptions, 'onProgress' | 'signal' | 'pauses'>,
): Promise<CopySummary & Filled> {
  const { address, user = '' } = live;
  const place = formatAddress(address);
  const client = clientOf(config, live);
  try {
    const options = { client, address: place, user, signal, pauses, ...(onProgress && { onProgress }) };
    return await fill(config, (store) => copyBoard(store, options));
  } catch (error) {
    if (signal?.aborted) throw new Failure('interrupted: the board is not complete yet', AGAIN);
    if (error instanceof UnsteadyBoardError) {
      throw new Failure(error.message, `${AGAIN} Choose an hour in which few people write.`);
    }
    if (error instanceof RgtpError) throw new Failure(`${place}: ${error.message}`, remedyOf(error, user));
    throw error;
  }
}

const AGAIN = 'Run the same command again: it continues with what is here.';

function remedyOf({ kind }: RgtpError, user: string): string {
  switch (kind) {
    case 'refused':
      return user === ''
        ? 'It lets no guests read: name an account with --user.'
        : 'Look at the userid and the secret (pairs of hex digits; blanks are allowed).';
    case 'impostor':
      return 'That server does not know the secret: this may be another board, or a wrong secret.';
    case 'no-access':
      return user === ''
        ? 'Guests may not read it: name an account with --user.'
        : 'Name an account that may read it with --user.';
    case 'nonsense':
    case 'internal':
    case 'bug':
    case 'unsupported':
      return 'Its answers are not those of a board: is the address right?';
    default:
      return `Is the address right, and the board up? ${AGAIN}`;
  }
}

function clientOf({ boards }: Config, { address: { scheme, host, port }, user, secret, ca }: LiveBoard): ClientOptions {
  const authorities = ca === undefined ? undefined : authoritiesIn(ca, `the authorities (--ca) of ${host}`);
  const charset = boards.find(({ rgtp }) => rgtp === 'embedded')?.charset ?? 'auto';
  return {
    host,
    port,
    ...(user !== undefined && { user: encode(user, charset), secret }),
    ...(scheme === 'rgtps' && { connect: overTls(authorities) }),
  };
}

/** Lends the embedded board, empty or half filled, to a task. */
async function fill<S>(config: Config, task: (store: BoardStore) => Promise<S>): Promise<S & Filled> {
  const paths = pathsOf(config, embeddedBoardOf(config));
  using _taken = takeFolders(config);
  const { store, forget } = openForImport(paths.board, { keyFile: paths.boardKey });
  try {
    return { ...(await task(store)), path: paths.board };
  } catch (error) {
    // The source can't be read at all: no import was cut off.
    if (error instanceof NoSpoolError || error instanceof RgtpError) forget();
    if (error instanceof BoardNotEmptyError) {
      throw new Failure(error.message, 'Import before the first start, or move the data folder away.');
    }
    throw storeErrorFrom(error, paths.board);
  } finally {
    store.close();
  }
}
