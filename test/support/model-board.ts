import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mirror } from '../../src/bridge/mirror/mirror.ts';
import { MAX_NUMBER } from '../../src/bridge/mirror/numbering.ts';
import { BoardPoster } from '../../src/bridge/posting/board-poster.ts';
import type { PostingConnection } from '../../src/bridge/posting/connection.ts';
import { deliver } from '../../src/bridge/posting/deliver.ts';
import { OwnPostRegister } from '../../src/bridge/posting/own-posts.ts';
import { type Deed, hashOf } from '../../src/bridge/posting/plan.ts';
import { BoardView } from '../../src/bridge/view/board-view.ts';
import type { BoardOptions } from '../../src/bridge/view/options.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import { RgtpError } from '../../src/rgtp/errors.ts';
import type { IndexEntry } from '../../src/rgtp/index-entry.ts';
import { distance } from '../../src/rgtp/sequence.ts';
import { Cache } from '../../src/store/cache.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { FakeBoard } from './fake-board.ts';
import { ANN, author, type Fate } from './model-author.ts';
import { boardOptions } from './views.ts';

const HOUR = 3_600_000;
/** What an editor may write by mistake where a sequence number belongs: so far above the newest, or that number. */
const SLIPS = [5000, 100_000, 0x7fffffff, 0xffffffff] as const;
/** Closer to the board's own numbers nobody can tell a made-up row from a post. */
const NEAR = 1100;

const OPTIONS: BoardOptions = { ...boardOptions, newsgroup: 'groggs.model', description: 'A model' };

export interface AcknowledgedPost {
  readonly messageId: string;
  /** its row, as long as nobody has put another in its place */
  readonly row: IndexEntry;
}

/** A bridge, from its start to its end. */
interface Life {
  readonly mirror: Mirror;
  readonly poster: BoardPoster;
  readonly view: BoardView;
}

/**
 * A board, its editors, the network, two clocks, and a bridge that is restarted and killed and loses its cache: a state
 * machine. `steps` are its moves.
 */
export class ModelBoard {
  readonly board: FakeBoard;
  readonly acknowledged: AcknowledgedPost[] = [];
  /** unix ms, of the bridge */
  clock: number;
  /** what it showed before it was set back */
  #latest = 0;
  readonly permanent = PermanentFile.open(':memory:');
  readonly #folder = mkdtempSync(join(tmpdir(), 'model-'));
  readonly #bogus = new Set<IndexEntry>();
  #taken: { readonly row: IndexEntry; readonly before: number } | undefined;
  #restore: (() => void) | undefined;
  #posts = 0;
  #caches = 0;
  #life: Life | undefined;
  #ready = false;
  /** whether or not its cache was lost since */
  #hasSeen = false;
  #logFailed = false;

  /** A number may mean two posts: which of them is shown depends on which was seen first. */
  ambiguous = false;
  /** This bridge has seen what a restored board has lost, or too late what others have in time. */
  differs = false;
  readonly #first: number;

  constructor(first: number) {
    this.#first = first;
    this.board = new FakeBoard(first);
    this.clock = this.board.time * 1000;
  }

  get view(): BoardView {
    return this.#now.view;
  }

  get mirror(): Mirror {
    return this.#now.mirror;
  }

  /** The bridge has read the index since it started. Until then it answers nothing but "try again". */
  get ready(): boolean {
    return this.#ready;
  }

  get #now(): Life {
    if (this.#life === undefined) throw new Error('not open');
    return this.#life;
  }

  async open(): Promise<void> {
    this.#life = await this.#begin(Cache.open(this.#cachePath));
    this.#ready = this.mirror.isRead;
  }

  async close(): Promise<void> {
    await end(this.#now);
    await this.permanent.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** What this bridge would show if nobody had posted through it. */
  async withoutOwn<T>(look: (view: BoardView) => Promise<T>): Promise<T> {
    const view = new BoardView({ model: this.mirror, options: OPTIONS });
    try {
      return await look(view);
    } finally {
      view.close();
    }
  }

  /** Whoever comes now sees whether the board's numbers have wrapped since it began; and there are article numbers left. */
  get isComparable(): boolean {
    const { index, sequence } = this.board;
    if (this.#first < MAX_NUMBER && sequence >= MAX_NUMBER) return false;
    return this.#first <= sequence || index.some((row) => row.sequence >= this.#first);
  }

  /** What another bridge shows that comes to the board now, and shares nothing with the one of the story. */
  async another<T>(look: (view: BoardView) => Promise<T>): Promise<T> {
    const permanent = PermanentFile.open(':memory:');
    const life = await this.#begin(Cache.open(':memory:'), permanent);
    try {
      await life.mirror.refresh(this.board.sequence);
      for (let n = 0; n < 3; n++) await life.mirror.complete();
      return await look(life.view);
    } finally {
      await end(life);
      await permanent.close();
    }
  }

  async #begin(cache: Cache, permanent = this.permanent): Promise<Life> {
    const own = new OwnPostRegister();
    const { newsgroup } = OPTIONS;
    const now = () => this.clock;
    const still = { reading: 1e9, idle: 1e9, quiet: 1e9, reconcile: HOUR, retryFirst: 0, retryLongest: 1e9 };
    const mirror = await Mirror.open({ newsgroup, pool: this.board, cache, permanent, now, intervals: still });
    const poster = await BoardPoster.open({
      ...{ newsgroup, model: mirror, permanent, own, reader: this.board, now, grace: 0 },
    });
    mirror.publishThrough(poster);
    return { mirror, poster, view: new BoardView({ model: mirror, own, options: OPTIONS }) };
  }

  get #cachePath(): string {
    return join(this.#folder, `cache-${this.#caches}`);
  }

  /** The bridge asks the board; where that fails, it knows no more than before. */
  async poll(): Promise<void> {
    this.clock += 1000;
    await this.mirror.complete().catch((error: unknown) => {
      if (!(error instanceof RgtpError)) throw error;
    });
    this.#ready = this.mirror.isRead;
    this.#hasSeen ||= this.mirror.posts.length > 0;
  }

  /** Everything that happened is known. */
  async settle(): Promise<void> {
    // The whole index is compared an hour after the last time, or as soon as the clock shows less than then.
    if (this.clock < this.#latest) await this.poll();
    this.clock = Math.max(this.clock, this.#latest) + HOUR;
    await this.mirror.refresh(this.board.sequence);
    // An edit log that failed is asked for again within 64 polls.
    for (let n = 0; n < (this.#logFailed ? 65 : 1); n++) await this.poll();
  }

  /** What happens, by name. `pick` chooses an item, a row, a fate. */
  readonly steps: Readonly<Record<string, (pick: number) => void | Promise<void>>> = {
    item: (pick) => void this.board.newItem(`Item ${pick}`, `text ${pick}`),
    reply: (pick) => this.#withOpen(pick, (id) => this.board.reply(id, `reply ${pick}`)),
    continue: (pick) => this.#withOpen(pick, (id) => this.board.continue(id, `More ${pick}`)),
    edit: (pick) =>
      this.#withItem(pick, (id) =>
        this.board.edit(id, pick % 3, `edited ${pick}`, pick % 2 === 0 ? undefined : `Renamed ${pick}`),
      ),
    withdraw: (pick) => this.#withItem(pick, (id) => this.board.withdraw(id)),
    motd: (pick) => this.board.setMotd(`message ${pick}`),
    gap: () => this.board.gap(),
    jump: (pick) => this.#jump(pick % 40),
    'a jump': (pick) => this.#jump(3000 + pick * 977),
    'two rows change places': (pick) =>
      this.board.editIndex((rows) => {
        const at = pick % Math.max(1, rows.length - 1);
        const [one, two] = rows.slice(at, at + 2);
        if (one === undefined || two === undefined) return [...rows];
        // Whoever comes afterwards sees no wrap.
        this.differs ||= distance(one.sequence, two.sequence) > 0 && two.sequence < one.sequence;
        // A row far above the others may be made up where it is not the last: only the board's own number tells.
        const near = rows.slice(Math.max(0, at - 1), at + 3).map(({ sequence }) => sequence);
        const isFar = (a: number) => near.some((b) => Math.abs(distance(a, b)) > NEAR - 100);
        this.differs ||= near.some(isFar);
        return rows.toSpliced(at, 2, two, one);
      }),
    'a row twice': (pick) =>
      this.#withRow(pick, (row, at) => this.board.editIndex((rows) => rows.toSpliced(at, 0, { ...row }))),
    'a row changes': (pick) =>
      this.#withRow(pick, (row) =>
        this.board.editIndex((rows) =>
          rows.map((each) =>
            each === row ? { ...each, userid: latin1('zoe@example.org'), time: each.time + 1 } : each,
          ),
        ),
      ),
    'a bogus row': (pick) => this.#slip(pick, 1),
    'bogus rows': (pick) => this.#slip(pick, 3),
    'a bogus row near by': (pick) => this.#makeUp(pick, this.board.sequence + 1 + pick * 5, 1),
    'no bogus row': () => {
      if (this.#bogus.size === 0) return;
      this.board.editIndex((rows) => rows.filter((row) => !this.#bogus.has(row)));
      this.#bogus.clear();
    },
    'a row less': (pick) =>
      this.#withRow(pick, (row, before) => {
        // A continuation that no index told of shows on the old item alone, when that is next fetched.
        const isUnseen = 'CF'.includes(row.type) && this.mirror.rowOfSequence(row.sequence) < 0;
        if (this.#bogus.has(row) || isUnseen) return;
        this.#taken = { row, before };
        // C and F are one.
        this.board.editIndex((rows) => rows.filter(({ sequence }) => sequence !== row.sequence));
      }),
    'the row again': () => {
      const taken = this.#taken;
      this.#taken = undefined;
      if (taken === undefined) return;
      // Archived: whoever has its text keeps it, for nothing tells that the board has it no more.
      if (taken.row.itemId !== undefined && !this.board.items.has(taken.row.itemId)) return;
      // Too late for a number here.
      this.differs ||= this.#hasSeen && this.mirror.rowOfSequence(taken.row.sequence) < 0;
      this.board.editIndex((rows) => rows.toSpliced(taken.before, 0, taken.row));
    },
    // Without a word in any log.
    archive: (pick) =>
      this.#withItem(pick, (id) => {
        this.board.index = this.board.index.filter((row) => row.itemId !== id);
        this.board.items.delete(id);
      }),
    'a backup': () => {
      const { sequence, requests } = this.board;
      const asked = requests.length;
      const restore = this.board.backUp();
      this.#restore = () => {
        this.differs ||= this.board.sequence !== sequence && requests.length > asked;
        restore();
      };
    },
    restore: () => {
      this.#restore?.();
      this.#bogus.clear();
      this.#taken = undefined;
    },
    "the board's clock steps": (pick) => {
      this.board.time += (pick - 25) * 600;
    },
    "the bridge's clock steps": (pick) => {
      this.#latest = Math.max(this.#latest, this.clock);
      this.clock += (pick - 25) * 600_000;
    },
    'time passes': (pick) => {
      this.clock += pick * 60_000;
      this.board.time += pick * 60;
    },
    poll: () => this.poll(),
    'a poll is cut off': (pick) => this.#failing(pick % 5, () => 'unavailable'),
    'an answer is nonsense': (pick) => this.#failing(pick % 5, (left) => (left === 0 ? 'nonsense' : undefined)),
    'an answer breaks off': async (pick) => {
      this.board.breaksOff = pick % 7;
      await this.poll();
      this.board.breaksOff = undefined;
    },
    'the edit log fails': async () => {
      this.board.fault = (request) => {
        if (request !== 'ELOG') return;
        this.#missLog();
        throw new RgtpError('internal', 'disk trouble', { code: 484 });
      };
      await this.poll();
      this.board.fault = () => {};
    },
    // Answers are slow: something happens between two of them.
    'a poll meanwhile': async (pick) => {
      const names = ['reply', 'edit', 'withdraw', 'item', 'a row less', 'restore', 'continue'];
      let left = pick % 4;
      this.board.fault = async (request) => {
        if (request !== 'connect' && left-- === 0) await this.steps[names[pick % names.length] ?? '']?.(pick);
      };
      await this.poll();
      this.board.fault = () => {};
    },
    restart: async () => {
      await end(this.#now);
      await this.open();
    },
    'the cache is lost': async () => {
      await end(this.#now);
      Cache.remove(this.#cachePath);
      await this.open();
    },
    // What is on disk at this moment is all that is left.
    kill: async () => {
      const from = this.#cachePath;
      this.#caches++;
      for (const part of ['', '-wal']) if (existsSync(from + part)) copyFileSync(from + part, this.#cachePath + part);
      await end(this.#now);
      await this.open();
    },
    post: (pick) => this.#post(pick, (['arrives', 'lost before', 'lost after'] as const)[pick % 3] ?? 'arrives'),
  };

  async #failing(after: number, fail: (left: number) => 'unavailable' | 'nonsense' | undefined): Promise<void> {
    let left = after;
    this.board.fault = (request) => {
      const kind = left <= 0 ? fail(left) : undefined;
      left--;
      if (kind !== undefined && request === 'ELOG') this.#missLog();
      if (kind !== undefined) throw new RgtpError(kind, 'lost');
    };
    await this.poll();
    this.board.fault = () => {};
  }

  #missLog(): void {
    this.#logFailed = true;
    // What it tells of the time before the first row comes too late for a number here.
    const { sequences, length } = this.mirror.posts;
    // … and so does what it tells of the time before a wrap.
    this.differs ||= length === 0 || (sequences[length - 1] ?? 0) > this.board.sequence;
  }

  #jump(by: number): void {
    this.board.sequence = (this.board.sequence + by) % 2 ** 32;
  }

  #slip(pick: number, count: number): void {
    const far = SLIPS[pick % SLIPS.length] ?? 5000;
    this.#makeUp(pick, far > 2 ** 30 ? far - count + 1 : this.board.sequence + far, count);
  }

  /** Rows with numbers that the board never gave. */
  #makeUp(pick: number, from: number, count: number): void {
    const like = this.board.index[pick % Math.max(1, this.board.index.length)];
    if (like === undefined) return;
    const first = from % 2 ** 32;
    this.ambiguous ||= Math.abs(distance(this.board.sequence, first)) < NEAR;
    const rows = Array.from({ length: count }, (_, n) => ({ ...like, sequence: (first + n) % 2 ** 32 }));
    for (const row of rows) this.#bogus.add(row);
    this.board.editIndex((all) => [...all, ...rows]);
  }

  /** A post through the bridge. Acknowledged, it is never denied again. */
  async #post(pick: number, fate: Fate): Promise<void> {
    if (!this.#ready) return;
    const messageId = `<${++this.#posts}.model@client.example>`;
    const lines = [latin1(`own post ${this.#posts}`)];
    const items = [...this.board.items.keys()];
    const target = items[pick % Math.max(1, items.length)];
    const deed: Deed =
      pick % 2 === 0 || target === undefined
        ? { kind: 'item', subject: latin1('Own') }
        : { kind: 'reply', itemId: target };
    let left = fate === 'arrives' ? 0 : 1;
    const connection = author(this.board, lines, () => (left-- > 0 ? fate : 'arrives'));
    const delivery = { grogname: ANN, lines, continuationSubject: () => latin1('More') };
    const order = {
      ...{ messageId, deed, hash: hashOf(lines), references: '' },
      author: {
        userid: ANN,
        grogname: undefined,
        use: <T>(task: (board: PostingConnection) => Promise<T>) => task(connection),
      },
      perform: (board: PostingConnection, revise: (next: Deed) => Promise<void>) =>
        deliver(board, deed, { ...delivery, revise }),
    };
    const { poster, mirror } = this.#now;
    const posted = await poster.submit(order).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof Refusal)) throw error;
        return false;
      },
    );
    this.#hasSeen ||= mirror.posts.length > 0;
    if (!posted) return;
    const row = this.board.index.findLast(({ userid }) => userid === ANN);
    if (row === undefined) throw new Error(`${messageId} is acknowledged, and not on the board`);
    this.acknowledged.push({ messageId, row });
    // Once more: never twice on the board.
    const again = await poster.submit(order).catch((error: unknown) => error);
    if (!(again instanceof Refusal) || again.kind !== 'duplicate') throw new Error(`${messageId} was taken twice`);
    const texts = [...this.board.items.values()].flatMap(({ contributions }) =>
      contributions.map((each) => each.lines),
    );
    const own = texts.filter(([line, ...rest]) => line === lines[0] && rest.length === 0);
    if (own.length > 1) throw new Error(`${messageId} is on the board ${own.length} times`);
  }

  #withRow(pick: number, act: (row: IndexEntry, at: number) => void): void {
    const at = pick % Math.max(1, this.board.index.length);
    const row = this.board.index[at];
    if (row !== undefined) act(row, at);
  }

  #withItem(pick: number, act: (id: string) => void): void {
    const ids = [...this.board.items.keys()];
    const id = ids[pick % Math.max(1, ids.length)];
    if (id !== undefined) act(id);
  }

  #withOpen(pick: number, act: (id: string) => void): void {
    const ids = [...this.board.items].flatMap(([id, item]) => (item.continuedIn === undefined ? [id] : []));
    const id = ids[pick % Math.max(1, ids.length)];
    if (id !== undefined) act(id);
  }
}

async function end({ view, mirror }: Life): Promise<void> {
  view.close();
  await mirror.close();
}
