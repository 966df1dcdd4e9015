/** How to reach a board over RGTP, according to its configuration. */
import { X509Certificate } from 'node:crypto';
import type { BoardServer } from '../board/server.ts';
import type { BoardConfig } from '../config/config.ts';
import type { ClientOptions } from '../rgtp/client/options.ts';
import { overTls } from '../rgtp/client/tls.ts';
import { parseSecret } from '../rgtp/proof.ts';
import { encode } from '../wire/charset.ts';
import type { Log } from '../wire/log.ts';
import { Failure } from './failure.ts';
import { fileContent } from './file-content.ts';
import type { OwnAccount } from './own-account.ts';

/** The embedded board, and how the bridge logs in there: as guest if there is no account. */
export interface Embedded {
  readonly server: BoardServer;
  readonly account: OwnAccount | undefined;
}

/** Options of a client that reads this board as configured. @param embedded the board inside this process */
export function boardClient(board: BoardConfig, log: Log, embedded?: Embedded): ClientOptions {
  const { user, secret: _, rgtp, ...handed } = board;
  const secret = secretOf(board);
  return {
    ...handed,
    ...placeOf(rgtp, authoritiesOf(board), embedded?.server),
    ...(rgtp === 'embedded' && embedded?.account),
    ...(user !== '' && { user: encode(user, board.charset) }),
    ...(secret && { secret }),
    log: log.child({ board: board.name }),
  };
}

function placeOf(rgtp: BoardConfig['rgtp'], authorities: string | undefined, embedded: BoardServer | undefined) {
  if (rgtp !== 'embedded') {
    const { scheme, host, port } = rgtp;
    return { host, port, ...(scheme === 'rgtps' && { connect: overTls(authorities) }) };
  }
  if (embedded === undefined) throw new Failure('a board can become the embedded one only at the next start');
  return { host: 'embedded', port: 0, connect: () => embedded.connect() };
}

/** PEM: the authorities that may certify the board; `undefined`: the well-known ones. @throws Failure */
export function authoritiesOf({ ca, newsgroup }: BoardConfig): string | undefined {
  return ca === '' ? undefined : authoritiesIn(ca, `the authorities (ca) of ${newsgroup}`);
}

/** @param what names them in messages @throws Failure */
export function authoritiesIn(file: string, what: string): string {
  const pem = fileContent(file, what);
  try {
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    throw new Failure(`${what} in ${file} are not a PEM certificate`, undefined, { cause, exitCode: 2 });
  }
}

/** The secret that the configuration, or the file it names, has now. @throws Failure */
export function secretOf({ secret, secretFile, newsgroup }: BoardConfig): Buffer | undefined {
  if (secret !== '') return parseSecret(secret);
  if (secretFile === '') return undefined;
  const parsed = parseSecret(fileContent(secretFile, `the secret of ${newsgroup}`));
  if (parsed !== undefined && parsed.length > 0) return parsed;
  const remedy = 'It must contain pairs of hex digits; blanks are allowed.';
  throw new Failure(`the secret of ${newsgroup} in ${secretFile} is not hexadecimal`, remedy, { exitCode: 2 });
}
