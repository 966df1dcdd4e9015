/** An RGTP board: its files, its connections, its mirror, and what the bridge sees of it. */
import type { BoardServer } from '../board/server.ts';
import type { GuestOfBoard } from '../bridge/login/guest.ts';
import { LocalAccounts } from '../bridge/login/local-accounts.ts';
import { RememberedProofs } from '../bridge/login/remembered-proofs.ts';
import { RgtpLogin } from '../bridge/login/rgtp-login.ts';
import type { SharedMemory } from '../bridge/memory.ts';
import { Mirror } from '../bridge/mirror/mirror.ts';
import { BoardPoster } from '../bridge/posting/board-poster.ts';
import type { OwnPostRegister } from '../bridge/posting/own-posts.ts';
import { RgtpPoster } from '../bridge/posting/rgtp-poster.ts';
import { BoardView } from '../bridge/view/board-view.ts';
import type { BoardConfig, Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import type { BoardStatus } from '../ops/status.ts';
import { storeTrouble } from '../store/errors.ts';
import type { Permanent } from '../store/permanent.ts';
import type { Postgres } from '../store/postgres/postgres.ts';
import { SecretBox } from '../store/secret-box.ts';
import { inTime } from '../wire/in-time.ts';
import type { ConfiguredBoard, FedPlaces } from './board.ts';
import { noteOwner, openCache } from './board-cache.ts';
import { authoritiesOf, secretOf } from './board-client.ts';
import { boardConnections, type ConnectionParts } from './board-connections.ts';
import { openFedPlaces } from './fed-places.ts';
import { isInDatabase, refuseLostKeys } from './lost-files.ts';
import { openToServe } from './permanent-store.ts';
import { Undo } from './undo.ts';

/** What the boards of one server share. */
export interface Surroundings extends ConnectionParts {
  readonly own: OwnPostRegister;
  readonly memory: SharedMemory;
  /** the database of the permanent parts, unless they are in files */
  readonly postgres: Postgres | undefined;
}

type Parts = Pick<RgtpBoard, 'view' | 'login' | 'poster' | 'fed'> & {
  readonly config: BoardConfig;
  readonly files: string;
  readonly mirror: Mirror;
  readonly submitter: BoardPoster;
  /** the board's newest sequence number, if known without asking */
  readonly newest: () => number | undefined;
  /** what several bridges of this board share in a database */
  readonly shared: Permanent['shared'];
  /** the number of RGTP connections to it, if it is in this process */
  readonly clients: () => number | undefined;
  /** why its files can't be written now */
  readonly disk: () => string | undefined;
  readonly offer: (now: number) => Promise<void>;
};

export class RgtpBoard implements ConfiguredBoard {
  readonly view: BoardView;
  readonly login: RgtpLogin;
  readonly poster: RgtpPoster;
  readonly fed: FedPlaces;
  readonly #parts: Parts;
  readonly #undo: Undo;
  readonly #started = performance.now();

  /** Opens the board's files and begins to follow it. @throws StoreError, Failure */
  static async open(config: Config, board: BoardConfig, around: Surroundings): Promise<RgtpBoard> {
    const undo = new Undo(around.log.child({ board: board.name }));
    try {
      return new RgtpBoard(await openParts(config, board, around, undo), undo);
    } catch (error) {
      await undo.run();
      throw error;
    }
  }

  private constructor(parts: Parts, undo: Undo) {
    this.view = parts.view;
    this.login = parts.login;
    this.poster = parts.poster;
    this.fed = parts.fed;
    this.#parts = parts;
    this.#undo = undo;
  }

  /** Whether this board was opened with that configuration, and with the present contents of the files named there. */
  is(wanted: BoardConfig): boolean {
    const { config, files } = this.#parts;
    return JSON.stringify(wanted) === JSON.stringify(config) && filesOf(wanted) === files;
  }

  status(now = performance.now()): BoardStatus {
    const { config, mirror, newest, clients, disk, submitter, shared } = this.#parts;
    const { phase, ready, reachable, items, posts, sequence, withheld, lastPoll, lastError } = mirror.progress;
    return {
      name: config.name,
      newsgroup: config.newsgroup,
      phase,
      ready,
      reachable,
      held: items.held,
      items: items.total,
      queued: items.queued,
      postsUnderWay: submitter.open.underWay,
      postsInDoubt: submitter.open.inDoubt,
      articles: posts,
      clients: clients(),
      bridges: shared?.bridges,
      leads: shared?.leads,
      sequence,
      lagSeconds: (now - (lastPoll ?? this.#started)) / 1000,
      lagSequences: Math.max(0, (newest() ?? 0) - (sequence ?? 0)),
      disk: disk(),
      withheld,
      lastError,
    };
  }

  /**
   * Declares the newsgroups as created. To be called last: a group created before it can be read would stay hidden from
   * a client that asks NEWGROUPS in between.
   */
  offer(now: number): Promise<void> {
    return this.#parts.offer(now);
  }

  /** Resolves once all texts of the board have been fetched; rejects if it is away. */
  complete(): Promise<void> {
    return this.#parts.mirror.complete();
  }

  close(): Promise<void> {
    return this.#undo.run();
  }
}

async function openParts(config: Config, board: BoardConfig, around: Surroundings, undo: Undo): Promise<Parts> {
  const { newsgroup } = board;
  const { own, memory } = around;
  const log = around.log.child({ board: board.name });
  const paths = pathsOf(config, board);
  const embedded = board.rgtp === 'embedded' ? around.embedded?.server : undefined;

  refuseLostKeys(config, board);
  const { permanent, close } = await openToServe(config, board, around.postgres, log);
  undo.add(close);
  const store = embedded?.store;
  if (store?.marks.has('has-permanent') === false) await store.commit(() => store.marks.set('has-permanent'));
  const { reading, people, askAsGuest, heard } = boardConnections(board, around);
  undo.add(() => reading.close(), { what: 'connections that read the board', ms: 500 });
  const cache = await openCache(paths.cache, board, permanent, log);
  const { mirror, gate: submitter } = await Mirror.behind(
    { ...board, pool: reading, cache, permanent, log, memory },
    (model) => BoardPoster.open({ newsgroup, model, permanent, reader: reading, own, log }),
  );
  undo.add(() => mirror.close(), { what: 'the mirror', ms: 500 });
  undo.add(() => submitter.close());

  const newest = () => embedded && newestOf(embedded);
  const clients = () => embedded?.connections;
  if (embedded !== undefined) undo.add(embedded.onChange(() => mirror.poke(newest())));
  mirror.start();
  // The board in this process answers at once: after a short wait, the first reader finds it complete.
  if (embedded !== undefined) await firstPoll(mirror);

  const overlap = board.poll.idle / 1000;
  const options = { ...board, created: 0, overlap, creator: `usenet@${config.name}`, host: config.name };
  const view = new BoardView({ model: mirror, options, own, memory, log });
  undo.add(() => view.close());
  const accounts = new LocalAccounts(permanent, (make) => SecretBox.fromFile(paths.accountsKey, { make }));
  if (!isInDatabase(config, board)) await accounts.tryKey();
  const login = new RgtpLogin({
    ...board,
    guests: guestsOf(config, board),
    accounts,
    pools: people,
    ...(embedded === undefined
      ? {
          guest: await guestOf(permanent, askAsGuest),
          whileAway: { remembered: new RememberedProofs({ permanent, log }), heard },
        }
      : { live: embedded.accounts }),
    log,
  });
  undo.add(() => login.close());
  // The first reader's first command would wait for the answer.
  void login.renew(undefined);
  const poster = new RgtpPoster({ ...board, host: config.name }, { model: mirror, index: view, own, login, submitter });
  // Added last, so closed first: posts in progress need everything above to finish.
  undo.add(() => people.close(), { what: 'posts under way', ms: 1_000 });

  const disk = () => (permanent.trouble ?? store?.trouble ?? cache.trouble)?.message;
  const offer = async (now: number) => {
    const created = await permanent.newsgroupCreated(newsgroup, now);
    noteOwner(cache, newsgroup, created);
    view.offer(created);
  };
  const fed = await openFedPlaces(permanent, log);
  return {
    config: board,
    files: filesOf(board),
    view,
    login,
    poster,
    fed,
    mirror,
    submitter,
    newest,
    clients,
    shared: permanent.shared,
    disk,
    offer,
  };
}

/** `undefined`: its disk can't be read, which is reported elsewhere. */
function newestOf({ store }: BoardServer): number | undefined {
  try {
    return store.state.nextSequence - 1;
  } catch (error) {
    if (storeTrouble(error) === undefined) throw error;
    return undefined;
  }
}

/** The present contents of the files that a board's configuration names. */
function filesOf(board: BoardConfig): string {
  return `${secretOf(board)?.toString('hex')} ${authoritiesOf(board)}`;
}

/** Waits for the index, for at most a second. Until it has been read, the newsgroups answer 403. */
async function firstPoll(mirror: Mirror): Promise<void> {
  await inTime(
    () => mirror.refresh().catch(() => {}),
    1_000,
    () => {},
  );
}

async function guestOf(permanent: Permanent, ask: () => Promise<number>): Promise<GuestOfBoard> {
  return { ask, said: await permanent.guestLevel(), keep: (level) => permanent.putGuestLevel(level) };
}

/** The bridge lets guests do no more than the board does. */
function guestsOf(config: Config, board: BoardConfig): 'read' | 'none' {
  return board.rgtp === 'embedded' && config.embedded.guests === 'none' ? 'none' : board.guests;
}
