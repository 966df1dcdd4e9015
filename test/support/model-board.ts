import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_NUMBER } from '../../src/bridge/known/epochs.ts';
import type { Mirror } from '../../src/bridge/mirror/mirror.ts';
import { PostKind } from '../../src/bridge/model.ts';
import type { BoardView } from '../../src/bridge/view/board-view.ts';
import { RgtpError } from '../../src/rgtp/errors.ts';
import type { IndexEntry } from '../../src/rgtp/index-entry.ts';
import { distance } from '../../src/rgtp/sequence.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { FakeBoard } from './fake-board.ts';
import { HOUR, type KeptForGood, ModelBridge, type ModelPlace } from './model-bridge.ts';
import { ModelPosts } from './model-posts.ts';

/** What an editor may write by mistake where a sequence number belongs: so far above the newest, or that number. */
const SLIPS = [5000, 100_000, 0x7fffffff, 0xffffffff] as const;
/** Missing numbers next to a row that are kept for what the edit log tells. */
const RESERVED = 256;
/** Closer to the board's own numbers nobody can tell a made-up row from a post. */
const NEAR = 1100;

/** What the bridges of a board share: what each keeps for good, from its start to its end. */
export interface Keeping {
  /** seconds that NEWNEWS looks back, for bridges whose clocks or news differ */
  readonly overlap: number;
  open(bridge: string): Promise<KeptForGood>;
  close(): Promise<void>;
}

/**
 * A board, its editors, the network, two clocks, and bridges that are restarted and killed and lose their caches: a state
 * machine. `steps` are its moves.
 */
export class ModelBoard {
  readonly board: FakeBoard;
  readonly bridges: readonly ModelBridge[];
  readonly posts: ModelPosts;
  /** unix ms, of the bridges */
  clock: number;
  /** what it showed before it was set back */
  #latest = 0;
  readonly #folder = join(tmpdir(), `model-${randomUUID()}`);
  readonly #keeping: Keeping;
  readonly #bogus = new Set<IndexEntry>();
  #taken: { readonly row: IndexEntry; readonly before: number } | undefined;
  #restore: (() => void) | undefined;
  #logFailed = false;

  /** A number may mean two posts: which of them is shown depends on which was seen first. */
  ambiguous = false;
  /** This bridge has seen what a restored board has lost, or too late what others have in time. */
  differs = false;
  readonly #first: number;

  /** @param keeping of one bridge: in memory */
  constructor(first: number, count = 1, keeping: Keeping = inMemory()) {
    this.#first = first;
    this.#keeping = keeping;
    this.board = new FakeBoard(first);
    this.clock = this.board.time * 1000;
    this.bridges = Array.from({ length: count }, (_, at) => this.#bridge(`bridge-${at}`));
    this.posts = new ModelPosts(this.board);
  }

  /** The one that a step is about; the first, where it does not say. */
  bridge(pick = 0): ModelBridge {
    const bridge = this.bridges[pick % this.bridges.length];
    if (bridge === undefined) throw new Error('no bridge');
    return bridge;
  }

  get mirror(): Mirror {
    return this.bridge().mirror;
  }

  async open(): Promise<void> {
    mkdirSync(this.#folder);
    for (const bridge of this.bridges) await bridge.start();
  }

  async close(): Promise<void> {
    for (const bridge of this.bridges) await bridge.stop();
    await this.#keeping.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** Whoever comes now sees whether the board's numbers have wrapped since it began; and there are article numbers left. */
  get isComparable(): boolean {
    const { index, sequence } = this.board;
    if (this.#first < MAX_NUMBER && sequence >= MAX_NUMBER) return false;
    if (this.#isUnconfirmed) return false;
    // An F row alone is no post, and shows no wrap.
    return this.#first <= sequence || index.some((row) => row.type !== 'F' && row.sequence >= this.#first);
  }

  /** Before a jump over 2³² there is a row that may be made up: of messages of the day and edits a board shows the newest. */
  get #isUnconfirmed(): boolean {
    const { index, message, items } = this.board;
    const jump = index.findLastIndex((row, at) => {
      const next = index[at + 1]?.sequence ?? row.sequence;
      return next < row.sequence && distance(row.sequence, next) > NEAR - 100;
    });
    return index.slice(0, jump + 1).some(({ type, sequence, itemId }) => {
      if (type === 'M') return sequence !== message?.sequence;
      return type === 'E' && items.get(itemId ?? '')?.lastEdit !== sequence;
    });
  }

  /** What another bridge shows that comes to the board now, and shares nothing with those of the story. */
  async stranger<T>(look: (view: BoardView) => Promise<T>): Promise<T> {
    const keeping = inMemory();
    try {
      return await this.#another(keeping, look);
    } finally {
      await keeping.close();
    }
  }

  /** What a bridge shows that comes to the others now. */
  latecomer<T>(look: (view: BoardView) => Promise<T>): Promise<T> {
    return this.#another(this.#keeping, look);
  }

  async #another<T>(keeping: Keeping, look: (view: BoardView) => Promise<T>): Promise<T> {
    const bridge = this.#bridge('another', keeping);
    await bridge.start();
    try {
      await bridge.refresh(this.board.sequence);
      for (let n = 0; n < 3; n++) await bridge.poll();
      return await look(bridge.view);
    } finally {
      await bridge.stop();
    }
  }

  #bridge(name: string, keeping = this.#keeping): ModelBridge {
    const { board } = this;
    const place: ModelPlace = { board, now: () => this.clock, folder: this.#folder, overlap: keeping.overlap };
    return new ModelBridge(name, place, () => keeping.open(name));
  }

  /** The bridge asks the board; where that fails, it knows no more than before. */
  async poll(bridge = this.bridge()): Promise<boolean> {
    this.clock += 1000;
    return bridge.poll();
  }

  /** Everything that happened is known. */
  async settle(): Promise<void> {
    // The whole index is compared an hour after the last time, or as soon as the clock shows less than then.
    if (this.clock < this.#latest) for (const bridge of this.bridges) await this.poll(bridge);
    this.clock = Math.max(this.clock, this.#latest) + HOUR;
    for (const bridge of this.bridges) await bridge.refresh(this.board.sequence);
    // An edit log that failed is asked for again within 64 polls.
    const { requests } = this.board;
    const asked = requests.length;
    for (let n = 0; n < 65; n++) {
      for (const bridge of this.bridges) await this.poll(bridge);
      if (!this.#logFailed || (this.bridges.length === 1 && requests.includes('ELOG', asked))) break;
    }
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
        const isUnseen = 'CF'.includes(row.type) && !this.bridges.every((bridge) => hasContinuation(bridge, row));
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
      // Too late for a number here: it has none, or one that was kept for what the edit log would tell.
      this.differs ||= this.bridges.some(({ hasSeen }) => hasSeen) && !this.#isKnown(taken.row.sequence, true);
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
    poll: async (pick) => void (await this.poll(this.bridge(pick))),
    'a poll is cut off': (pick) => this.#failing(pick, () => 'unavailable'),
    'an answer is nonsense': (pick) => this.#failing(pick, (left) => (left === 0 ? 'nonsense' : undefined)),
    'an answer breaks off': async (pick) => {
      this.board.breaksOff = pick % 7;
      await this.poll(this.bridge(pick));
      this.board.breaksOff = undefined;
    },
    'the edit log fails': async (pick) => {
      const bridge = this.bridge(pick);
      this.board.fault = (request) => {
        if (request !== 'ELOG') return;
        this.#missLog(bridge);
        throw new RgtpError('internal', 'disk trouble', { code: 484 });
      };
      await this.poll(bridge);
      this.board.fault = () => {};
    },
    // Answers are slow: something happens between two of them.
    'a poll meanwhile': async (pick) => {
      const names = ['reply', 'edit', 'withdraw', 'item', 'a row less', 'restore', 'continue'];
      let left = pick % 4;
      this.board.fault = async (request) => {
        if (request !== 'connect' && left-- === 0) await this.steps[names[pick % names.length] ?? '']?.(pick);
      };
      await this.poll(this.bridge(pick));
      this.board.fault = () => {};
    },
    restart: (pick) => this.bridge(pick).restart(),
    'the cache is lost': (pick) => this.bridge(pick).loseCache(),
    // What is on disk at this moment is all that is left.
    kill: async (pick) => {
      this.bridge(pick).die();
      await this.bridge(pick).revive();
    },
    post: (pick) =>
      this.posts.post(
        this.bridge(pick),
        pick,
        (['arrives', 'lost before', 'lost after'] as const)[pick % 3] ?? 'arrives',
      ),
  };

  async #failing(pick: number, fail: (left: number) => 'unavailable' | 'nonsense' | undefined): Promise<void> {
    const bridge = this.bridge(pick);
    let left = pick % 5;
    this.board.fault = (request) => {
      const kind = left <= 0 ? fail(left) : undefined;
      left--;
      if (kind !== undefined && request === 'ELOG') this.#missLog(bridge);
      if (kind !== undefined) throw new RgtpError(kind, 'lost');
    };
    await this.poll(bridge);
    this.board.fault = () => {};
  }

  /** Whether a bridge has a row with this number; `asPost`: and knows, or knew, what it is. */
  #isKnown(sequence: number, asPost = false): boolean {
    return this.bridges.some(({ mirror }) => {
      const row = mirror.rowOfSequence(sequence);
      return row >= 0 && !(asPost && mirror.posts.was[row] === PostKind.Gone);
    });
  }

  #missLog({ mirror }: ModelBridge): void {
    this.#logFailed = true;
    // What it tells of the time before the first row comes too late for a number here.
    const { sequences, length } = mirror.posts;
    // … and so does what it tells of the time before a wrap.
    this.differs ||= length === 0 || (sequences[length - 1] ?? 0) > this.board.sequence;
    // … and of the time between two jumps: numbers are kept near the rows around them, not for all that may lie between.
    const rows = [...this.board.index.map(({ sequence }) => sequence), ...sequences.subarray(0, length)];
    this.differs ||= this.board.log.some(({ kind, sequence }) => {
      const steps = rows.map((row) => distance(row, sequence));
      const isAbove = steps.some((step) => step < 0);
      return kind !== 'edited' && isAbove && steps.every((step) => Math.abs(step) > RESERVED);
    });
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

/** (A board that was restored may have given the number to another post before.) */
function hasContinuation({ mirror }: ModelBridge, { sequence, time }: IndexEntry): boolean {
  const { times, was } = mirror.posts;
  const row = mirror.rowOfSequence(sequence);
  return row >= 0 && times[row] === time && was[row] === PostKind.Continuation;
}

function inMemory(): Keeping {
  const permanent = PermanentFile.open(':memory:');
  return {
    overlap: 0,
    open: async () => ({ permanent, die: () => {}, close: async () => {} }),
    close: () => permanent.close(),
  };
}
