/** The composition root: puts the server together, reloads it, and ends it. */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Bridge } from '../bridge/bridge.ts';
import { SharedMemory } from '../bridge/memory.ts';
import { OwnPostRegister } from '../bridge/posting/own-posts.ts';
import type { Config } from '../config/config.ts';
import { History } from '../ops/history.ts';
import type { AdjustableLog } from '../ops/log.ts';
import { Metrics } from '../ops/metrics.ts';
import type { BoardStatus, Status } from '../ops/status.ts';
import { eventLoop } from '../wire/fair-share.ts';
import { Boards } from './boards.ts';
import { changedOf } from './changed-settings.ts';
import type { NewBoard } from './editor-secret.ts';
import { openEmbedded } from './embedded-board.ts';
import { Feeds } from './feeds.ts';
import { openIdent } from './ident.ts';
import type { HostPort } from './listening.ts';
import { News } from './news.ts';
import { observing } from './observing.ts';
import { openPostgres } from './permanent-store.ts';
import { openStatusServer } from './status-server.ts';
import { Undo } from './undo.ts';
import { version } from './version.ts';
import { WatchedFolder } from './watched-folder.ts';

/** The parts of a started server that others need. */
interface Parts {
  readonly log: AdjustableLog;
  readonly boards: Boards;
  readonly feeds: Feeds;
  readonly news: News;
  readonly status: () => Status;
  /** a new board's editor, to be shown once */
  readonly made: NewBoard | undefined;
  /** the address of the embedded board for RGTP clients; `undefined`: there is none, or it does not listen */
  readonly boardAddress: (HostPort & { readonly scheme: 'rgtp' | 'rgtps' }) | undefined;
  /** the address of the status page */
  readonly statusAddress: HostPort | undefined;
}

/** ms */
const SETTLING = 60_000;

/** ms for sessions to finish what is in progress when the server stops. All steps together stay below 9 s. */
const GRACE = { nntp: 5_000, rgtp: 1_500 } as const;

export class Service {
  readonly parts: Parts;
  #config: Config;
  readonly #undo: Undo;
  #reloading = Promise.resolve();

  /** Starts everything, or nothing. @throws Failure, StoreError */
  static async start(config: Config, log: AdjustableLog): Promise<Service> {
    const undo = new Undo(log);
    try {
      return new Service(config, await assemble(config, log, undo), undo);
    } catch (error) {
      await undo.run();
      throw error;
    }
  }

  private constructor(config: Config, parts: Parts, undo: Undo) {
    this.#config = config;
    this.parts = parts;
    this.#undo = undo;
  }

  /**
   * SIGHUP: adopts what can change at run time (boards, peers, limits, log level, certificate files), and logs which
   * settings wait for the next start. If the new configuration can't be used, rejects, and the old one stays in force.
   */
  reload(config: Config): Promise<void> {
    this.#reloading = this.#reload(config);
    return this.#reloading;
  }

  async #reload(config: Config): Promise<void> {
    const { log, boards: served, feeds, news } = this.parts;
    const { boards, peers, limits } = config;
    const next = { ...this.#config, boards, peers, limits, log: config.log };
    const waiting = changedOf(next, config);
    if (waiting.length > 0) log.warn({ settings: waiting }, 'changed settings that wait for the next start');
    feeds.check(peers);
    await served.exchange(this.#config, next);
    await feeds.exchange(peers);
    this.#config = next;
    log.setLevel(next.log.level);
    news.server.reload();
    news.server.setLimits(limits);
  }

  /** Resolves once each board can be read, or has turned out to be away; after a minute at the latest. */
  async settled(): Promise<void> {
    const end = performance.now() + SETTLING;
    const isOpen = ({ ready, lastError }: BoardStatus) => !ready && lastError === undefined;
    while (this.parts.boards.status().some(isOpen) && performance.now() < end)
      await delay(50, undefined, { ref: false });
  }

  /** Ends in order: no new commands; answers and posts in progress finish; then the boards close. */
  async close(): Promise<void> {
    await this.#reloading.catch(() => {});
    await this.#undo.run();
  }
}

/** Opens everything, from the boards up to the listeners for newsreaders. `undo` closes it in reverse order. */
async function assemble(config: Config, log: AdjustableLog, undo: Undo): Promise<Parts> {
  const started = Date.now();
  const metrics = new Metrics();
  const history = new History(() => metrics.totals);
  undo.add(() => history.close());

  // What follows opens files: in a turn of its own.
  await eventLoop.next();
  const embedded = await openEmbedded(config, log);
  undo.add(() => embedded?.server.close(GRACE.rgtp));
  // RGTP clients may be there already: they are greeted before the rest is opened.
  await eventLoop.next();
  const ident = await openIdent(config, log);
  undo.add(() => ident?.responder.close());

  const bridge = new Bridge({
    domain: config.name.includes('.') ? config.name : `${config.name}.invalid`,
    log,
    onPost: (board = 'none', outcome, because) => {
      metrics.post(board, outcome);
      if (because !== undefined) metrics.postRefused(board, because);
    },
  });
  const postgres = await openPostgres(config);
  undo.add(() => postgres?.close());
  const own = new OwnPostRegister();
  const memory = new SharedMemory(config.cache.memory);
  const boards = new Boards(bridge, { log, own, memory, postgres, embedded, ident: ident?.registry, metrics });
  undo.add(() => boards.close());
  await boards.open(config);

  const feeds = new Feeds(config, () => boards.all, log);
  undo.add(() => feeds.close(), { what: 'feeds to peers', ms: 400 });

  const folder = await WatchedFolder.open(config);
  undo.add(() => folder.close());
  const news = new News(config, bridge, observing(metrics, config.ident, log), log);
  const status = (): Status => ({
    name: config.name,
    version,
    started,
    sessions: bridge.readers,
    logLinesLost: log.lost,
    certificate: news.certificate,
    disk: folder.disk,
    backup: folder.backup,
    boards: boards.status(),
    peers: feeds.status(),
    caches: Object.entries(memory.stats).map(([name, stats]) => ({ name, ...stats })),
  });
  metrics.watch(status);
  const http = await openStatusServer(config, { metrics, history, status, log });
  undo.add(() => http?.close());
  undo.add(() => news.close(GRACE.nntp));
  await news.open();

  return {
    log,
    boards,
    feeds,
    news,
    status,
    made: embedded?.made,
    boardAddress: config.embedded.listen && embedded && { ...config.embedded.listen, ...embedded.server.address },
    statusAddress: config.http.listen && http && { host: config.http.listen.host, port: http.port },
  };
}
