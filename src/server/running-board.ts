/** One board, followed and shown: its files, its connections, its newsgroups. */
import { setTimeout as delay } from 'node:timers/promises';
import { LocalAccounts } from '../bridge/login/local-accounts.ts';
import { RgtpLogin } from '../bridge/login/rgtp-login.ts';
import { Mirror } from '../bridge/mirror/mirror.ts';
import type { PosterBoard } from '../bridge/posting/article-poster.ts';
import { BoardPoster } from '../bridge/posting/board-poster.ts';
import type { OwnPostRegister } from '../bridge/posting/own-posts.ts';
import { BoardView } from '../bridge/view/board-view.ts';
import type { ViewCaches } from '../bridge/view/caches.ts';
import type { BoardOptions } from '../bridge/view/options.ts';
import type { BoardConfig, Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import type { BoardStatus } from '../ops/status.ts';
import { Cache } from '../store/cache.ts';
import { PermanentFile } from '../store/permanent-file.ts';
import { SecretBox } from '../store/secret-box.ts';
import { secretOf } from './board-client.ts';
import { boardConnections, type ConnectionParts } from './board-connections.ts';
import { Undo } from './undo.ts';

/** What the boards of one server share. */
export interface Surroundings extends ConnectionParts {
  readonly own: OwnPostRegister;
  readonly caches: ViewCaches;
}

/** What a running board is made of. */
interface Parts {
  readonly config: BoardConfig;
  readonly secret: Buffer | undefined;
  readonly view: BoardView;
  readonly login: RgtpLogin;
  readonly poster: PosterBoard;
  readonly mirror: Mirror;
  /** newest sequence number of the board itself, where that can be known without asking */
  readonly newest: () => number | undefined;
}

export class RunningBoard {
  readonly view: BoardView;
  readonly login: RgtpLogin;
  readonly poster: PosterBoard;
  readonly mirror: Mirror;
  readonly #parts: Parts;
  readonly #undo: Undo;
  readonly #started = Date.now();

  /** Opens its files and begins to follow it. @throws StoreError, Failure */
  static async open(config: Config, board: BoardConfig, around: Surroundings): Promise<RunningBoard> {
    const undo = new Undo();
    try {
      return new RunningBoard(await openParts(config, board, around, undo), undo);
    } catch (error) {
      await undo.run();
      throw error;
    }
  }

  private constructor(parts: Parts, undo: Undo) {
    this.view = parts.view;
    this.login = parts.login;
    this.poster = parts.poster;
    this.mirror = parts.mirror;
    this.#parts = parts;
    this.#undo = undo;
  }

  /** Whether that configuration makes this very board, with the secret that its file holds now. */
  is(wanted: BoardConfig): boolean {
    const { config, secret } = this.#parts;
    const hex = (octets: Buffer | undefined) => octets?.toString('hex');
    return JSON.stringify(wanted) === JSON.stringify(config) && hex(secretOf(wanted)) === hex(secret);
  }

  /** Stops following it, writes what is not written, and closes its files. */
  close(): Promise<void> {
    return this.#undo.run();
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
      lagSequences: Math.max(0, (this.#parts.newest() ?? 0) - (sequence ?? 0)),
      lastError,
    };
  }
}

async function openParts(config: Config, board: BoardConfig, around: Surroundings, undo: Undo): Promise<Parts> {
  const { name, newsgroup } = board;
  const { own, caches } = around;
  const log = around.log.child({ board: name });
  const paths = pathsOf(config, board);
  const permanent = PermanentFile.open(paths.permanent);
  undo.add(() => permanent.close());
  const { reading, people } = boardConnections(board, around);
  undo.add(() => reading.close());
  const mirror = await Mirror.open({
    newsgroup,
    pool: reading,
    cache: Cache.open(paths.cache, {
      maxTextOctets: board.cache.disk,
      onRebuilt: ({ message: reason }) => log.warn({ reason }, 'the cache was unusable and is made anew'),
      onLost: ({ message: reason }) =>
        log.error({ reason }, 'the cache file failed: done without until it can be made anew'),
    }),
    permanent,
    log,
    intervals: { reading: board.poll.reader, idle: board.poll.idle, reconcile: board.poll.reconcile },
    depth: board.depth,
    memory: board.cache.memory,
    beforePublish: (rows) => poster.beforePublish(rows),
  });
  undo.add(() => mirror.close());
  const poster = await BoardPoster.open({ newsgroup, model: mirror, permanent, reader: reading, own, log });
  const created = await permanent.newsgroupCreated(newsgroup, Math.floor(Date.now() / 1000));
  const view = new BoardView({ model: mirror, options: shownAs(config, board, created), own, caches, log });
  undo.add(() => view.close());
  // First of all: posts in flight finish, and want everything else for that.
  undo.add(() => people.close());

  const server = board.rgtp === 'embedded' ? around.embedded?.server : undefined;
  const newest = () => server && server.store.state.nextSequence - 1;
  if (server !== undefined) undo.add(server.onChange(() => mirror.poke(newest())));
  mirror.start();
  // The board in this process answers at once: whoever comes first finds it whole.
  if (server !== undefined) await firstPoll(mirror);
  const accounts = new LocalAccounts(permanent, () => SecretBox.fromFile(paths.accountsKey));
  const { posting, charset, domain, grogname } = board;
  return {
    config: board,
    secret: secretOf(board),
    view,
    login: new RgtpLogin({ name, newsgroup, guests: guestsOf(config, board), posting, accounts, pools: people }),
    poster: { newsgroup, charset, domain, grogname, model: mirror, poster },
    mirror,
    newest,
  };
}

function shownAs(config: Config, board: BoardConfig, created: number): BoardOptions {
  const { newsgroup, description, domain, charset, threading, addresses, archivedAt } = board;
  const host = config.name;
  return {
    newsgroup,
    description,
    created,
    creator: `usenet@${host}`,
    host,
    domain,
    charset,
    threading,
    addresses,
    archivedAt,
  };
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
