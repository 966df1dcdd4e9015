import type { Mirror } from '../../src/bridge/mirror/mirror.ts';
import { BoardPoster } from '../../src/bridge/posting/board-poster.ts';
import type { PostingConnection } from '../../src/bridge/posting/connection.ts';
import { deliver } from '../../src/bridge/posting/deliver.ts';
import { OwnPostRegister } from '../../src/bridge/posting/own-posts.ts';
import { type Deed, hashOf } from '../../src/bridge/posting/plan.ts';
import { BoardView } from '../../src/bridge/view/board-view.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import { RgtpError } from '../../src/rgtp/errors.ts';
import type { IndexEntry } from '../../src/rgtp/index-entry.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';
import { latin1, type Octets } from '../../src/wire/octets.ts';
import { FakeBoard } from './fake-board.ts';
import { openMirror, STILL } from './mirrors.ts';
import { boardOptions } from './views.ts';

const ANN = latin1('ann@example.org');
const HOUR = 3_600_000;
/** more than a board ever skips: a row beyond it is an editor's slip */
const FAR = 0x7fffffff;

/** What the network does to a post: nothing, or it is lost before the board has it, or the board's answer is. */
type Fate = 'arrives' | 'lost before' | 'lost after';

export interface AcknowledgedPost {
  readonly messageId: string;
  /** its row, as long as nobody has put another in its place */
  readonly row: IndexEntry;
}

/** A board, its editors, the network, and a bridge to it that is restarted now and then: a state machine. `steps` are its moves. */
export class ModelBoard {
  readonly board: FakeBoard;
  readonly acknowledged: AcknowledgedPost[] = [];
  /** unix ms, of the bridge */
  clock: number;
  readonly #permanent = PermanentFile.open(':memory:');
  #bogus: IndexEntry | undefined;
  #deleted: { readonly row: IndexEntry; readonly before: number } | undefined;
  #restore: (() => void) | undefined;
  #posts = 0;
  #life: Life | undefined;
  #ready = false;
  /** rows that the bridge has read */
  #known: ReadonlySet<IndexEntry> = new Set();

  constructor(first: number) {
    this.board = new FakeBoard(first);
    this.clock = this.board.time * 1000;
  }

  get view(): BoardView {
    return this.#now.view;
  }

  /** The bridge has read the index since it started. Until then it answers nothing but "try again". */
  get ready(): boolean {
    return this.#ready;
  }

  get #now(): Life {
    if (this.#life === undefined) throw new Error('not open');
    return this.#life;
  }

  /** The bridge starts: with what it keeps for good, and nothing else. */
  async open(): Promise<void> {
    const own = new OwnPostRegister();
    const options = { permanent: this.#permanent, now: () => this.clock, intervals: { ...STILL, reconcile: HOUR } };
    const mirror = await openMirror(this.board, options);
    const poster = await BoardPoster.open({
      ...{ newsgroup: boardOptions.newsgroup, model: mirror, permanent: this.#permanent, own },
      ...{ reader: this.board, now: () => this.clock, grace: 0 },
    });
    mirror.publishAfter((rows) => poster.beforePublish(rows));
    this.#ready = false;
    this.#life = { mirror, poster, view: new BoardView({ model: mirror, own, options: boardOptions }) };
  }

  async close(): Promise<void> {
    await this.#end();
    await this.#permanent.close();
  }

  async #end(): Promise<void> {
    this.view.close();
    await this.#now.mirror.close();
  }

  /** The bridge asks the board; where that fails, it knows no more than before. */
  async poll(): Promise<void> {
    this.clock = Math.max(this.clock + 1000, this.board.time * 1000);
    await this.#now.mirror.complete().then(
      () => {
        this.#ready = true;
        this.#known = new Set(this.board.index);
      },
      (error: unknown) => {
        if (!(error instanceof RgtpError)) throw error;
      },
    );
  }

  /** What happens, by name. `pick` chooses an item, a row, a fate. */
  readonly steps: Readonly<Record<string, (pick: number) => void | Promise<void>>> = {
    item: (pick) => void this.board.newItem(`Item ${pick}`, `text ${pick}`),
    reply: (pick) => this.#withOpen(pick, (id) => this.board.reply(id, `reply ${pick}`)),
    continue: (pick) => this.#withOpen(pick, (id) => this.board.continue(id, `More ${pick}`)),
    edit: (pick) => this.#withItem(pick, (id) => this.board.edit(id, pick % 3, `edited ${pick}`)),
    withdraw: (pick) => this.#withItem(pick, (id) => this.board.withdraw(id)),
    motd: (pick) => this.board.setMotd(`message ${pick}`),
    gap: () => this.board.gap(),
    jump: (pick) => {
      for (let n = pick % 40; n > 0; n--) this.board.gap();
    },
    'two rows change places': (pick) =>
      this.board.editIndex((rows) => {
        const at = pick % Math.max(1, rows.length - 1);
        const [one, two] = rows.slice(at, at + 2);
        return one === undefined || two === undefined ? [...rows] : rows.toSpliced(at, 2, two, one);
      }),
    'a row twice': (pick) =>
      this.board.editIndex((rows) => {
        const at = pick % Math.max(1, rows.length);
        const row = rows[at];
        return row === undefined ? [...rows] : rows.toSpliced(at, 0, { ...row });
      }),
    'a bogus row': (pick) => {
      const model = this.board.index[pick % Math.max(1, this.board.index.length)];
      if (model === undefined || this.#bogus !== undefined) return;
      const bogus = { ...model, sequence: FAR };
      this.#bogus = bogus;
      this.board.editIndex((rows) => [...rows, bogus]);
    },
    'no bogus row': () => {
      const bogus = this.#bogus;
      this.#bogus = undefined;
      if (bogus !== undefined) this.board.editIndex((rows) => rows.filter((row) => row !== bogus));
    },
    'a row less': (pick) => {
      const row = this.board.index[pick % Math.max(1, this.board.index.length)];
      // A row that no bridge has seen can't come in below those that were.
      if (row === undefined || row === this.#bogus || !this.#known.has(row)) return;
      this.#deleted = { row, before: this.board.index.indexOf(row) };
      this.board.editIndex((rows) => rows.filter((each) => each.sequence !== row.sequence));
    },
    'the row again': () => {
      const deleted = this.#deleted;
      this.#deleted = undefined;
      if (deleted !== undefined) this.board.editIndex((rows) => rows.toSpliced(deleted.before, 0, deleted.row));
    },
    archive: (pick) =>
      this.#withItem(pick, (id) => {
        // Without a word in any log.
        this.board.index = this.board.index.filter((row) => row.itemId !== id);
        this.board.items.delete(id);
      }),
    'backup or restore': async () => {
      if (this.#restore === undefined) this.#restore = this.board.backUp();
      else if (this.#ready) {
        // A bridge that has lost its cache, too, has nothing left to see it by.
        this.#restore();
        // Somebody else is the first to post: see `#post`.
        this.board.newItem('After the loss');
        await this.poll();
      }
    },
    "the board's clock steps": (pick) => {
      this.board.time += (pick - 25) * 600;
    },
    'time passes': (pick) => {
      this.clock += pick * 60_000;
    },
    poll: () => this.poll(),
    'a poll fails': async (pick) => {
      let left = pick % 4;
      this.board.fault = () => {
        if (left-- <= 0) throw new RgtpError('unavailable', 'lost');
      };
      await this.poll();
      this.board.fault = () => {};
    },
    restart: async () => {
      await this.#end();
      await this.open();
    },
    post: (pick) => this.#post(pick, (['arrives', 'lost before', 'lost after'] as const)[pick % 3] ?? 'arrives'),
  };

  /** A post through the bridge. Acknowledged, it is never denied again. */
  async #post(pick: number, fate: Fate): Promise<void> {
    if (!this.#ready || this.#known.size === 0) return;
    const messageId = `<${++this.#posts}.model@client.example>`;
    const lines = [latin1(`own post ${this.#posts}`)];
    const items = [...this.board.items.keys()];
    const target = items[pick % Math.max(1, items.length)];
    const deed: Deed =
      pick % 2 === 0 || target === undefined
        ? { kind: 'item', subject: latin1('Own') }
        : { kind: 'reply', itemId: target };
    let left = fate === 'arrives' ? 0 : 1;
    const connection = this.#author(lines, () => (left-- > 0 ? fate : 'arrives'));
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
    const { poster } = this.#now;
    const posted = await poster.submit(order).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof Refusal)) throw error;
        return false;
      },
    );
    if (!posted) return;
    const row = this.board.index.findLast(({ userid }) => userid === ANN);
    if (row === undefined) throw new Error(`${messageId} is acknowledged, and not on the board`);
    this.acknowledged.push({ messageId, row });
    // Once more: never twice on the board.
    const again = await poster.submit(order).catch((error: unknown) => error);
    if (!(again instanceof Refusal) || again.kind !== 'duplicate') throw new Error(`${messageId} was taken twice`);
  }

  #author(lines: readonly Octets[], fate: () => Fate): PostingConnection {
    const { board } = this;
    const writing = { userid: ANN, grogname: 'ann', lines };
    const sent = <T extends object>(act: () => T): Promise<T & { sequence: number }> => {
      const what = fate();
      if (what === 'lost before') return Promise.reject(new RgtpError('unavailable', 'lost'));
      const done = act();
      if (what === 'lost after') return Promise.reject(new RgtpError('unavailable', 'lost'));
      return Promise.resolve({ ...done, sequence: board.sequence });
    };
    const not = () => Promise.reject(new RgtpError('unsupported', 'not here', { code: 510 }));
    return {
      data: () => Promise.resolve(),
      newItem: (subject) => sent(() => ({ itemId: board.newItem(subject, writing) })),
      reply: async (itemId) => {
        const item = board.items.get(itemId);
        if (item === undefined) throw new RgtpError('no-such-item', 'gone', { code: 410 });
        const next = item.continuedIn?.id;
        if (next !== undefined) throw new RgtpError('continued', 'continued', { code: 422, itemId: next });
        return sent(() => ({ reply: board.reply(itemId, writing) }));
      },
      ...{
        continue: not,
        setMotd: not,
        lock: not,
        unlock: not,
        edit: not,
        confirmEdit: not,
        withdraw: not,
        abortEdit: not,
      },
    };
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

interface Life {
  readonly mirror: Mirror;
  readonly poster: BoardPoster;
  readonly view: BoardView;
}
