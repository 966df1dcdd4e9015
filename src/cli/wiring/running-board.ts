/** One board, followed and shown: its files, its connections, its newsgroups. */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { BoardServer } from '../../board/server.ts';
import type { LoginBoard } from '../../bridge/login/board-logins.ts';
import { LocalAccounts } from '../../bridge/login/local-accounts.ts';
import { UserPools } from '../../bridge/login/user-pools.ts';
import { Mirror } from '../../bridge/mirror/mirror.ts';
import type { Logins } from '../../bridge/ports.ts';
import type { PosterBoard } from '../../bridge/posting/article-poster.ts';
import { BoardPoster } from '../../bridge/posting/board-poster.ts';
import type { OwnPostRegister } from '../../bridge/posting/own-posts.ts';
import { BoardView } from '../../bridge/view/board-view.ts';
import type { ViewCaches } from '../../bridge/view/caches.ts';
import { domainOf, names, serverName } from '../../config/names.ts';
import { pathsOf } from '../../config/paths.ts';
import type { BoardConfig, Config } from '../../config/schema.ts';
import type { IdentRegistry } from '../../ident/registry.ts';
import type { Metrics } from '../../ops/metrics.ts';
import type { BoardStatus } from '../../ops/status.ts';
import type { ClientOptions } from '../../rgtp/client/options.ts';
import { RgtpPool } from '../../rgtp/client/pool.ts';
import { Cache } from '../../store/cache.ts';
import { PermanentFile } from '../../store/permanent-file.ts';
import { SecretBox } from '../../store/secret-box.ts';
import type { Log } from '../../wire/log.ts';
import { boardClient, type Embedded, secretOf } from './board-client.ts';

/** What the boards of one server share. */
export interface Surroundings {
  readonly log: Log;
  readonly own: OwnPostRegister;
  readonly caches: ViewCaches;
  readonly logins: Pick<Logins, 'access' | 'level'>;
  readonly embedded: Embedded | undefined;
  /** whose connections to boards are whose, where ident is answered */
  readonly ident: IdentRegistry | undefined;
  readonly metrics: Metrics;
}

export class RunningBoard {
  readonly #config: BoardConfig;
  readonly #secret: Buffer | undefined;
  readonly view: BoardView;
  readonly login: LoginBoard;
  readonly poster: PosterBoard;
  readonly mirror: Mirror;
  readonly #started = Date.now();
  /** newest sequence number of the board itself, where that can be known without asking */
  readonly #newest: () => number | undefined;
  readonly #end: () => Promise<void>;
  #ended: Promise<void> | undefined;

  /** Opens its files and begins to follow it. @throws StoreError, Failure */
  static async open(config: Config, board: BoardConfig, around: Surroundings): Promise<RunningBoard> {
    const undo: (() => Promise<void> | void)[] = [];
    try {
      return await RunningBoard.#open(config, board, around, undo);
    } catch (error) {
      for (const step of undo.toReversed()) await step();
      throw error;
    }
  }

  static async #open(
    config: Config,
    board: BoardConfig,
    { log: parent, own, caches, logins, embedded, ident, metrics }: Surroundings,
    undo: (() => Promise<void> | void)[],
  ): Promise<RunningBoard> {
    const { name, newsgroup } = names(board);
    const paths = pathsOf(config, board);
    const log = parent.child({ board: name });
    const client: ClientOptions = {
      ...tracked(boardClient(board, parent, embedded), ident),
      onAnswer: (verb, code, seconds) => metrics.request(name, verb, code, seconds),
    };

    const permanent = PermanentFile.open(paths.permanent);
    undo.push(() => permanent.close());
    const pool = new RgtpPool({ ...client, size: board.connections + 1 });
    undo.push(() => pool.close());
    const cache = Cache.open(paths.cache, {
      maxTextOctets: board.cache.disk,
      onRebuilt: (reason) => log.warn({ reason: reason.message }, 'the cache was unusable and is made anew'),
      onLost: (reason) =>
        log.error({ reason: reason.message }, 'the cache file failed: done without until it can be made anew'),
    });
    const mirror = await Mirror.open({
      newsgroup,
      pool,
      cache,
      permanent,
      log,
      intervals: { reading: board.poll.reader, idle: board.poll.idle, reconcile: board.poll.reconcile },
      depth: board.depth,
      memory: board.cache.memory,
      beforePublish: (rows) => boardPoster.beforePublish(rows),
    });
    undo.push(() => mirror.close());
    const boardPoster = await BoardPoster.open({ newsgroup, model: mirror, permanent, reader: pool, own, log });
    const { charset, threading, addresses, archivedAt, grogname } = board;
    const domain = domainOf(board);
    const view = new BoardView({
      model: mirror,
      options: {
        newsgroup,
        description: board.description ?? `The ${name} board`,
        created: await permanent.newsgroupCreated(newsgroup, Math.floor(Date.now() / 1000)),
        creator: `usenet@${serverName(config)}`,
        host: serverName(config),
        domain,
        charset,
        threading,
        addresses,
        archivedAt,
      },
      logins,
      own,
      caches,
      log,
    });
    undo.push(() => view.close());
    const pools = new UserPools({
      board: asAnybody(client),
      size: board.userConnections,
      maxUsers: board.maxUsers,
      idle: board.userIdle,
      ...(ident && board.rgtp !== 'embedded' && { connectAs: (userid) => tracking(ident, userid) }),
    });
    undo.push(() => pools.close());
    const accounts = new LocalAccounts(permanent, () => SecretBox.fromFile(paths.accountsKey));
    const newest = () => (board.rgtp === 'embedded' ? newestOf(embedded?.server) : undefined);
    if (board.rgtp === 'embedded' && embedded !== undefined) {
      undo.push(embedded.server.onChange(() => mirror.poke(newest())));
    }
    mirror.start();
    // The board in this process answers at once: whoever comes first finds it whole.
    if (board.rgtp === 'embedded') await firstPoll(mirror);
    return new RunningBoard(
      board,
      { view, mirror, newest, secret: secretOf(board) },
      { name, newsgroup, guests: guestsOf(config, board), posting: board.posting, accounts, pools },
      { newsgroup, charset, domain, grogname, model: mirror, poster: boardPoster },
      undo,
    );
  }

  private constructor(
    config: BoardConfig,
    {
      view,
      mirror,
      newest,
      secret,
    }: {
      view: BoardView;
      mirror: Mirror;
      newest: () => number | undefined;
      secret: Buffer | undefined;
    },
    login: LoginBoard,
    poster: PosterBoard,
    undo: readonly (() => Promise<void> | void)[],
  ) {
    this.#config = config;
    this.#secret = secret;
    this.view = view;
    this.mirror = mirror;
    this.#newest = newest;
    this.login = login;
    this.poster = poster;
    this.#end = async () => {
      for (const step of undo.toReversed()) await step();
    };
  }

  /** Whether that configuration makes this very board, with the secret that its file holds now. */
  is(wanted: BoardConfig): boolean {
    const secret = secretOf(wanted) ?? Buffer.alloc(0);
    return JSON.stringify(wanted) === JSON.stringify(this.#config) && secret.equals(this.#secret ?? Buffer.alloc(0));
  }

  /** Stops following it, writes what is not written, and closes its files. */
  close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  status(now = Date.now()): BoardStatus {
    const { phase, ready, reachable, items, posts, sequence, lastPoll, lastError } = this.mirror.progress;
    return {
      name: this.login.name,
      newsgroup: this.login.newsgroup,
      phase,
      ready,
      reachable,
      held: items.held,
      items: items.total,
      articles: posts,
      sequence,
      lagSeconds: (now - (lastPoll ?? this.#started)) / 1000,
      lagSequences: Math.max(0, (this.#newest() ?? 0) - (sequence ?? 0)),
      lastError,
    };
  }
}

/** Until the index is in, or for a few seconds: then the server starts all the same. */
async function firstPoll(mirror: Mirror): Promise<void> {
  const patience = new AbortController();
  const enough = delay(5_000, undefined, { ref: false, signal: patience.signal }).catch(() => {});
  await Promise.race([mirror.refresh().catch(() => {}), enough]);
  patience.abort();
}

/** A board that lets no guest in is not to be read through the bridge either. */
function guestsOf(config: Config, board: BoardConfig): 'read' | 'none' {
  return board.rgtp === 'embedded' && config.embedded.guests === 'none' ? 'none' : board.guests;
}

function newestOf(embedded: BoardServer | undefined): number | undefined {
  return embedded === undefined ? undefined : embedded.store.state.nextSequence - 1;
}

/** The same, its connections known to the ident responder under the bridge's own userid. */
function tracked(client: ClientOptions, ident: IdentRegistry | undefined): ClientOptions {
  return ident === undefined || client.connect !== undefined
    ? client
    : { ...client, connect: tracking(ident, client.user ?? 'guest') };
}

function tracking(ident: IdentRegistry, userid: string): NonNullable<ClientOptions['connect']> {
  return ({ host, port }) => {
    const socket = connect({ host, port, noDelay: true });
    ident.track(socket, userid);
    return socket;
  };
}

/** The board as each person reaches it: with a login of their own. */
function asAnybody({
  user: _user,
  secret: _secret,
  level: _level,
  ...board
}: ClientOptions): Omit<ClientOptions, 'user' | 'secret' | 'level'> {
  return board;
}
