/** The whole server: boards, the bridge over them, the front end, and the status server. */
import { Bridge } from '../bridge/bridge.ts';
import { OwnPostRegister } from '../bridge/posting/own-posts.ts';
import { ViewCaches } from '../bridge/view/caches.ts';
import type { Config } from '../config/config.ts';
import { identLookUp } from '../ident/look-up.ts';
import { History } from '../ops/history.ts';
import type { HttpServer } from '../ops/http.ts';
import type { AdjustableLog } from '../ops/log.ts';
import { Metrics } from '../ops/metrics.ts';
import type { Status } from '../ops/status.ts';
import type { Embedded } from './board-client.ts';
import { type NewBoard, openEmbeddedBoard } from './embedded-board.ts';
import { type Ident, openIdent } from './ident.ts';
import { type News, openNews } from './news.ts';
import { askingIdent, observing } from './observing.ts';
import { ownAccount } from './own-account.ts';
import { RunningBoard } from './running-board.ts';
import { openStatusServer } from './status-server.ts';
import { Undo } from './undo.ts';
import { version } from './version.ts';

export class Service {
  readonly #log: AdjustableLog;
  readonly #started = Date.now();
  readonly #own = new OwnPostRegister();
  readonly #caches: ViewCaches;
  readonly #metrics: Metrics;
  readonly #history: History;
  #config: Config;
  #embedded: Embedded | undefined;
  #boards: readonly RunningBoard[] = [];
  readonly #bridge: Bridge;
  #news: News | undefined;
  #http: HttpServer | undefined;
  #ident: Ident | undefined;
  readonly #undo = new Undo();
  #made: NewBoard | undefined;
  #reloading = Promise.resolve();

  /** Starts everything, or nothing. @throws Failure, StoreError */
  static async start(config: Config, log: AdjustableLog): Promise<Service> {
    const service = new Service(config, log);
    try {
      await service.#start();
      return service;
    } catch (error) {
      await service.close();
      throw error;
    }
  }

  private constructor(config: Config, log: AdjustableLog) {
    this.#config = config;
    this.#log = log;
    this.#caches = new ViewCaches(config.cache);
    this.#metrics = new Metrics(() => this.status());
    this.#bridge = new Bridge({
      own: this.#own,
      domain: ownDomain(config),
      log,
      onPost: (newsgroup, outcome) => {
        const board = this.#boards.find(({ login }) => login.newsgroup === newsgroup);
        this.#metrics.post(board?.login.name ?? 'none', outcome);
      },
    });
    this.#history = new History(() => this.#metrics.totals);
    this.#undo.add(() => this.#history.close());
  }

  /** What the first start made; its secret is to be shown once. */
  get made(): NewBoard | undefined {
    return this.#made;
  }

  get news(): News {
    if (this.#news === undefined) throw new Error('not started');
    return this.#news;
  }

  /** Where RGTP clients reach the embedded board; `undefined`: there is none, or it does not listen. */
  get boardAddress(): { readonly host: string; readonly port: number } | undefined {
    return this.#config.embedded.listen === undefined ? undefined : this.#embedded?.server.address;
  }

  /** Where the status page is. */
  get statusAddress(): { readonly host: string; readonly port: number } | undefined {
    const { listen } = this.#config.http;
    return listen === undefined || this.#http === undefined ? undefined : { host: listen.host, port: this.#http.port };
  }

  get newsgroups(): readonly string[] {
    return this.#boards.map((board) => board.login.newsgroup);
  }

  status(): Status {
    return {
      name: this.#config.name,
      version,
      started: this.#started,
      sessions: this.#news?.server.connections ?? 0,
      boards: this.#boards.map((board) => board.status()),
      caches: Object.entries(this.#caches.stats).map(([name, stats]) => ({ name, ...stats })),
    };
  }

  /**
   * SIGHUP: takes over what can be changed while it runs (boards, limits, log level, certificate files), and says what
   * has to wait for the next start. Rejects where the new configuration can't be used; the old one goes on.
   */
  reload(config: Config): Promise<void> {
    this.#reloading = this.#reload(config);
    return this.#reloading;
  }

  async #reload(config: Config): Promise<void> {
    const { boards, limits, log } = config;
    const next = { ...this.#config, boards, limits, log };
    const waiting = differing(next, config);
    if (waiting.length > 0) this.#log.warn({ settings: waiting }, 'changed settings that wait for the next start');
    const kept = this.#boards.filter((board) => boards.some((wanted) => board.is(wanted)));
    // Two mirrors can't share a file: a changed board is closed before it is opened again.
    for (const board of this.#boards) if (!kept.includes(board)) await board.close();
    try {
      this.#show(await this.#openBoards(next, kept));
    } catch (error) {
      this.#show(await this.#openBoards(this.#config, kept));
      throw error;
    }
    this.#config = next;
    this.#log.setLevel(log.level);
    this.#news?.server.reload();
    this.#news?.server.setLimits(limits);
  }

  /** Ends in order: no new commands, answers and posts in flight finish, then the boards. */
  async close(): Promise<void> {
    await this.#reloading.catch(() => {});
    await this.#undo.run();
  }

  async #start(): Promise<void> {
    const config = this.#config;
    if (config.boards.some(({ rgtp }) => rgtp === 'embedded')) {
      const { server, made } = await openEmbeddedBoard(config, this.#log);
      this.#embedded = { server, account: await ownAccount(server.store) };
      this.#made = made;
      this.#undo.add(() => server.close());
    }
    this.#ident = await openIdent(config, this.#log);
    this.#undo.add(async () => this.#ident?.responder.close());
    this.#undo.add(() => this.#closeBoards());
    this.#show(await this.#openBoards(config, []));
    const shown = { metrics: this.#metrics, history: this.#history, status: () => this.status(), log: this.#log };
    this.#http = await openStatusServer(config, shown);
    this.#undo.add(async () => this.#http?.close());
    const opened = config.ident.lookUp
      ? askingIdent(identLookUp({ timeout: config.ident.timeout }), (secure) => this.#newsPort(secure), this.#log)
      : undefined;
    this.#news = await openNews(config, this.#bridge, observing(this.#metrics, opened), this.#log);
    this.#undo.add(async () => this.#news?.server.close(8_000));
  }

  async #closeBoards(): Promise<void> {
    const undo = new Undo();
    for (const board of this.#boards) undo.add(() => board.close());
    await undo.run();
  }

  /** The boards of a configuration in its order, those in `kept` as they are. */
  async #openBoards(config: Config, kept: readonly RunningBoard[]): Promise<RunningBoard[]> {
    const boards: RunningBoard[] = [];
    const around = {
      log: this.#log,
      own: this.#own,
      caches: this.#caches,
      embedded: this.#embedded,
      ident: this.#ident?.registry,
      metrics: this.#metrics,
    };
    try {
      for (const wanted of config.boards) {
        const known = kept.find((board) => board.is(wanted));
        boards.push(known ?? (await RunningBoard.open(config, wanted, around)));
      }
      return boards;
    } catch (error) {
      for (const board of boards) if (!kept.includes(board)) await board.close();
      throw error;
    }
  }

  #show(boards: readonly RunningBoard[]): void {
    this.#bridge.setBoards(boards);
    this.#boards = boards;
  }

  /** The port such a connection came to; `undefined` where there are several of that kind. */
  #newsPort(secure: boolean): number | undefined {
    const [first, ...more] = this.news.server.addresses.filter(({ tls }) => tls === secure);
    return more.length === 0 ? first?.port : undefined;
  }
}

/** Keys on the first level that are not the same in both. */
function differing(a: Config, b: Config): string[] {
  const other = new Map<string, unknown>(Object.entries(b));
  return Object.entries(a).flatMap(([key, value]) =>
    JSON.stringify(value) === JSON.stringify(other.get(key)) ? [] : [key],
  );
}

/** For Message-IDs that this server makes up for posters. */
function ownDomain({ name }: Config): string {
  return name.includes('.') ? name : `${name}.invalid`;
}
