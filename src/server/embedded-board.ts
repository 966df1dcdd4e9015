/** The embedded board, as configured. */
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { BoardObserver } from '../board/observer.ts';
import { BoardServer } from '../board/server.ts';
import type { BoardConfig, Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import { identLookUp } from '../ident/look-up.ts';
import { Certificate } from '../nntp/connection/certificate.ts';
import { serverTls } from '../nntp/connection/tls.ts';
import type { Log } from '../wire/log.ts';
import type { Embedded } from './board-client.ts';
import { readCertificate } from './certificate.ts';
import { keepEditor, type NewBoard, unseenEditor } from './editor-secret.ts';
import { Failure } from './failure.ts';
import { listenFailure } from './listening.ts';
import { refuseLostBoard, refuseLostFiles, refuseLostKeys } from './lost-files.ts';
import { ownAccount } from './own-account.ts';
import { registrationOf } from './registration.ts';

/** The board inside this program. @throws Failure if none is configured */
export function embeddedBoardOf(config: Config): BoardConfig {
  const board = config.boards.find(({ rgtp }) => rgtp === 'embedded');
  if (board !== undefined) return board;
  throw new Failure('no board of the configuration is embedded', 'Give one of them `rgtp: embedded`.', { exitCode: 2 });
}

/** Opens the embedded board, if one is configured. Returns how the bridge reaches it. */
export async function openEmbedded(
  config: Config,
  log: Log,
): Promise<(Embedded & { readonly made: NewBoard | undefined }) | undefined> {
  if (!config.boards.some(({ rgtp }) => rgtp === 'embedded')) return undefined;
  // Before the board is touched.
  for (const board of config.boards) refuseLostFiles(config, board);
  const { server, made } = await openEmbeddedBoard(config, log);
  return { server, made, account: await ownAccount(server.store) };
}

export interface OpenedBoard {
  readonly server: BoardServer;
  /** a new board's editor, if nobody has seen the secret yet */
  readonly made: NewBoard | undefined;
  /** when the certificate for RGTP clients expires, unix ms; `undefined`: there is none */
  readonly certificateExpires: () => number | undefined;
}

/** Opens or creates it. @param clock in ms, monotonic */
export async function openEmbeddedBoard(
  config: Config,
  log: Log,
  { clock = () => performance.now(), observer }: { clock?: () => number; observer?: BoardObserver } = {},
): Promise<OpenedBoard> {
  const board = embeddedBoardOf(config);
  const { embedded } = config;
  const { registration: _mode, mail: _mail, idle, ...handed } = embedded;
  const paths = pathsOf(config, board);
  refuseLostBoard(config, board);
  refuseLostKeys(config, board);
  const certificate = certificateOf(config, log, clock);
  const server = await BoardServer.open({
    path: paths.board,
    keyFile: paths.boardKey,
    ...handed,
    ...(certificate && { secure: (socket: Socket, owner: unknown) => serverTls(socket, certificate, owner) }),
    ...(observer && { observer }),
    title: embedded.title || board.newsgroup,
    keepEditor: (editor) => keepEditor(paths, editor),
    timeouts: { idle },
    ...(config.ident.lookUp && { identify: identLookUp({ timeout: config.ident.timeout }) }),
    ...registrationOf(config),
    log: log.child({ part: 'board' }),
  }).catch((error: unknown) => {
    if (embedded.listen === undefined) throw error;
    throw listenFailure(error, embedded.listen, 'embedded.listen', 'RGTP_NNTP_EMBEDDED_LISTEN');
  });
  try {
    return { server, made: unseenEditor(paths, server.store), certificateExpires: () => certificate?.expires };
  } catch (error) {
    await server.close(0);
    throw error;
  }
}

/** The server's certificate, read again when its files change; `undefined` if the board does without TLS. */
function certificateOf({ embedded: { listen }, tls }: Config, log: Log, clock: () => number): Certificate | undefined {
  if (listen?.scheme !== 'rgtps') return undefined;
  readCertificate(tls);
  return new Certificate(tls, log, clock);
}
