/** How to reach a board over RGTP, from its configuration. */
import type { BoardServer } from '../board/server.ts';
import type { BoardConfig } from '../config/config.ts';
import type { ClientOptions } from '../rgtp/client/options.ts';
import { parseSecret } from '../rgtp/proof.ts';
import { encode } from '../wire/charset.ts';
import type { Log } from '../wire/log.ts';
import { Failure } from './failure.ts';
import type { OwnAccount } from './own-account.ts';
import { secretFromFile } from './secret-file.ts';

/** The embedded board, and how the bridge logs in there; as guest where there is no account. */
export interface Embedded {
  readonly server: BoardServer;
  readonly account: OwnAccount | undefined;
}

/** Options of a client that reads this board as the configuration says. `embedded`: the board inside this process. */
export function boardClient(board: BoardConfig, log: Log, embedded?: Embedded): ClientOptions {
  const { user, rgtp, depth, timeouts } = board;
  const secret = secretOf(board);
  return {
    ...placeOf(rgtp, embedded?.server),
    ...(rgtp === 'embedded' && embedded?.account),
    ...(user !== '' && { user: encode(user, board.charset) }),
    ...(secret && { secret }),
    depth,
    timeouts,
    log: log.child({ board: board.name }),
  };
}

function placeOf(rgtp: BoardConfig['rgtp'], embedded: BoardServer | undefined) {
  if (rgtp !== 'embedded') return { host: rgtp.host, port: rgtp.port };
  if (embedded === undefined) throw new Failure('a board that becomes the embedded one waits for the next start');
  return { host: 'embedded', port: 0, connect: () => embedded.connect() };
}

/** What the configuration or its file holds now. Throws `Failure` where there is none to be had. */
export function secretOf({ secret, secretFile, newsgroup }: BoardConfig): Buffer | undefined {
  if (secret !== '') return parseSecret(secret);
  if (secretFile === '') return undefined;
  const parsed = parseSecret(secretFromFile(secretFile, `the secret of ${newsgroup}`));
  if (parsed !== undefined && parsed.length > 0) return parsed;
  const remedy = 'It must hold hex digits, two an octet; blanks are allowed.';
  throw new Failure(`the secret of ${newsgroup} in ${secretFile} is not hexadecimal`, remedy, { exitCode: 2 });
}
