/**
 * The embedded board as a service of its own, without the bridge: for RGTP clients, and for bridges on other machines.
 */
import type { BoardServer } from '../board/server.ts';
import type { Config } from '../config/config.ts';
import { History } from '../ops/history.ts';
import type { AdjustableLog } from '../ops/log.ts';
import { Metrics } from '../ops/metrics.ts';
import type { BoardStatus } from '../ops/status.ts';
import { changedOf } from './changed-settings.ts';
import type { NewBoard } from './editor-secret.ts';
import { embeddedBoardOf, openEmbeddedBoard } from './embedded-board.ts';
import { Failure } from './failure.ts';
import type { HostPort } from './listening.ts';
import { openStatusServer } from './status-server.ts';
import { Undo } from './undo.ts';
import { version } from './version.ts';
import { WatchedFolder } from './watched-folder.ts';

interface Parts {
  readonly board: BoardServer;
  /** a new board's editor, to be shown once */
  readonly made: NewBoard | undefined;
  readonly statusAddress: HostPort | undefined;
}

export class BoardService {
  readonly parts: Parts;
  #config: Config;
  readonly #log: AdjustableLog;
  readonly #undo: Undo;

  /** Starts everything, or nothing. @throws Failure, StoreError */
  static async start(config: Config, log: AdjustableLog): Promise<BoardService> {
    if (config.embedded.listen === undefined) {
      const what = 'embedded.listen is off: without the bridge, nothing could reach the board';
      throw new Failure(what, undefined, { exitCode: 2 });
    }
    const undo = new Undo(log);
    try {
      return new BoardService(config, log, await assemble(config, log, undo), undo);
    } catch (error) {
      await undo.run();
      throw error;
    }
  }

  private constructor(config: Config, log: AdjustableLog, parts: Parts, undo: Undo) {
    this.#config = config;
    this.#log = log;
    this.parts = parts;
    this.#undo = undo;
  }

  /**
   * SIGHUP: adopts the log level, and logs which settings wait for the next start. (Certificates are read again
   * anyway.)
   */
  reload(config: Config): void {
    const next = { ...this.#config, log: config.log };
    const waiting = changedOf(next, config);
    if (waiting.length > 0) this.#log.warn({ settings: waiting }, 'changed settings that wait for the next start');
    this.#config = next;
    this.#log.setLevel(next.log.level);
  }

  /** Lets posts in progress finish first. */
  close(): Promise<void> {
    return this.#undo.run();
  }
}

async function assemble(config: Config, log: AdjustableLog, undo: Undo): Promise<Parts> {
  const started = Date.now();
  const metrics = new Metrics();
  const history = new History(() => metrics.totals);
  undo.add(() => history.close());
  const observer = {
    connected: metrics.connected.bind(metrics),
    loggedIn: metrics.login.bind(metrics),
  };
  const { server: board, made, certificateExpires } = await openEmbeddedBoard(config, log, { observer });
  undo.add(() => board.close());
  const folder = await WatchedFolder.open(config);
  undo.add(() => folder.close());
  const { name, newsgroup } = embeddedBoardOf(config);
  const status = () => {
    const expires = certificateExpires();
    return {
      name: config.name,
      version,
      started,
      logLinesLost: log.lost,
      ...(expires !== undefined && { certificate: { expires } }),
      disk: folder.disk,
      backup: folder.backup,
      boards: [{ name, newsgroup, ...statusOf(board) }],
      caches: [],
    };
  };
  metrics.watch(status);
  const http = await openStatusServer(config, { metrics, history, status, log });
  undo.add(() => http?.close());
  return {
    board,
    made,
    statusAddress: config.http.listen && http && { host: config.http.listen.host, port: http.port },
  };
}

/** The board's status; it is never behind itself. */
function statusOf({ store, connections }: BoardServer): Omit<BoardStatus, 'name' | 'newsgroup'> {
  const items = store.items.count;
  return {
    phase: 'serving',
    ready: true,
    reachable: true,
    held: items,
    items,
    sequence: store.state.nextSequence - 1,
    lagSeconds: 0,
    lagSequences: 0,
    clients: connections,
    disk: store.trouble?.message,
    lastError: undefined,
  };
}
