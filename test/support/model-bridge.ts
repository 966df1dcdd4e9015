/** A bridge on the model's board: it is restarted and killed, and loses its cache. */
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BoardPool } from '../../src/bridge/board-line.ts';
import { Mirror } from '../../src/bridge/mirror/mirror.ts';
import { BoardPoster } from '../../src/bridge/posting/board-poster.ts';
import { OwnPostRegister } from '../../src/bridge/posting/own-posts.ts';
import type { Order } from '../../src/bridge/posting/sender.ts';
import { BoardView } from '../../src/bridge/view/board-view.ts';
import type { BoardOptions } from '../../src/bridge/view/options.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import { RgtpError } from '../../src/rgtp/errors.ts';
import { Cache } from '../../src/store/cache.ts';
import { deleteDatabase } from '../../src/store/database.ts';
import { StoreError } from '../../src/store/errors.ts';
import type { Permanent } from '../../src/store/permanent.ts';
import type { FakeBoard } from './fake-board.ts';
import { boardOptions } from './views.ts';

export const HOUR = 3_600_000;
/** How often a supervisor starts it, where the database is too busy. */
const STARTS = 100;

/** Where it all is. */
export interface ModelPlace {
  readonly board: FakeBoard;
  /** unix ms */
  readonly now: () => number;
  /** for caches */
  readonly folder: string;
  /** seconds that NEWNEWS looks back */
  readonly overlap: number;
}

/** What a bridge keeps for good, from its start to its end. */
export interface KeptForGood {
  readonly permanent: Permanent;
  /** From now on nothing of it can be read or written through `permanent`. */
  readonly die: () => void;
  readonly close: () => Promise<void>;
}

/** From its start to its end. */
interface Life {
  readonly mirror: Mirror;
  readonly poster: BoardPoster;
  readonly view: BoardView;
  readonly kept: KeptForGood;
  isDead: boolean;
}

export class ModelBridge {
  readonly name: string;
  readonly #place: ModelPlace;
  readonly #keep: () => Promise<KeptForGood>;
  #caches = 0;
  #life: Life | undefined;
  #ready = false;
  #hasSeen = false;

  constructor(name: string, place: ModelPlace, keep: () => Promise<KeptForGood>) {
    this.name = name;
    this.#place = place;
    this.#keep = keep;
  }

  get view(): BoardView {
    return this.#now.view;
  }

  get mirror(): Mirror {
    return this.#now.mirror;
  }

  get permanent(): Permanent {
    return this.#now.kept.permanent;
  }

  /** It has read the index since it started. Until then it answers nothing but "try again". */
  get ready(): boolean {
    return this.#ready && !this.#now.isDead;
  }

  /** It has shown something, whether or not its cache was lost since. */
  get hasSeen(): boolean {
    return this.#hasSeen;
  }

  get #now(): Life {
    if (this.#life === undefined) throw new Error(`${this.name} is not running`);
    return this.#life;
  }

  async start(): Promise<void> {
    for (let starts = 1; this.#life === undefined; starts++) {
      try {
        this.#life = await this.#begin();
      } catch (error) {
        if (!(error instanceof StoreError) || starts === STARTS) throw error;
      }
    }
    this.#ready = this.mirror.isRead;
  }

  async stop(): Promise<void> {
    if (this.#life === undefined) return;
    const { view, mirror, poster, kept } = this.#life;
    view.close();
    poster.close();
    await mirror.close();
    await kept.close();
    this.#life = undefined;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async loseCache(): Promise<void> {
    await this.stop();
    deleteDatabase(this.#cachePath);
    await this.start();
  }

  /** From now on it does nothing any more; what is on disk at this moment is all that is left of its cache. Until `revive`. */
  die(): void {
    if (this.#now.isDead) return;
    this.#now.isDead = true;
    this.#now.kept.die();
    const from = this.#cachePath;
    this.#caches++;
    for (const part of ['', '-wal']) if (existsSync(from + part)) copyFileSync(from + part, this.#cachePath + part);
  }

  /** A supervisor starts it again. */
  async revive(): Promise<void> {
    if (this.#now.isDead) await this.restart();
  }

  /** It asks the board; where that fails, it knows no more than before. @returns whether it has gone well */
  async poll(): Promise<boolean> {
    const isDone = await this.#tried(() => this.mirror.complete());
    this.#seen();
    return isDone;
  }

  /** Also what the index does not show. */
  async refresh(upTo: number): Promise<void> {
    await this.#tried(() => this.mirror.refresh(upTo));
  }

  /** Where it is killed meanwhile, nobody hears an answer. */
  async submit(order: Order): Promise<void> {
    const life = this.#now;
    try {
      await life.poster.submit(order);
    } catch (error) {
      if (!life.isDead) throw error;
    } finally {
      this.#seen();
    }
    if (life.isDead) throw new Refusal('unavailable', 'the bridge was killed');
  }

  /** What it would show if nobody had posted through it. */
  async withoutOwn<T>(look: (view: BoardView) => Promise<T>): Promise<T> {
    const view = new BoardView({ model: this.mirror, options: this.#options });
    try {
      return await look(view);
    } finally {
      view.close();
    }
  }

  #seen(): void {
    this.#ready = this.mirror.isRead;
    this.#hasSeen ||= this.mirror.posts.length > 0;
  }

  async #tried(task: () => Promise<void>): Promise<boolean> {
    try {
      await task();
      return true;
    } catch (error) {
      if (error instanceof RgtpError || error instanceof StoreError) return false;
      throw error;
    }
  }

  get #options(): BoardOptions {
    const { overlap } = this.#place;
    return { ...boardOptions, newsgroup: 'groggs.model', description: 'A model', overlap };
  }

  get #cachePath(): string {
    return join(this.#place.folder, `${this.name}-${this.#caches}`);
  }

  async #begin(): Promise<Life> {
    const { board, now } = this.#place;
    const kept = await this.#keep();
    const cache = Cache.open(this.#cachePath);
    const { permanent } = kept;
    const own = new OwnPostRegister();
    const { newsgroup } = this.#options;
    const still = { reader: 1e9, idle: 1e9, quiet: 1e9, reconcile: HOUR, retryFirst: 0, retryLongest: 1e9 };
    let life: Life | undefined;
    const pool: BoardPool = { use: (task) => (life?.isDead === true ? Promise.reject(dead()) : board.use(task)) };
    const { mirror, gate: poster } = await Mirror.behind(
      { newsgroup, pool, cache, permanent, now, poll: still },
      (model) => BoardPoster.open({ newsgroup, model, permanent, own, reader: pool, now, grace: 0 }),
    ).catch(async (error: unknown) => {
      cache.close();
      await kept.close();
      throw error;
    });
    const view = new BoardView({ model: mirror, own, options: this.#options });
    life = { mirror, poster, view, kept, isDead: false };
    return life;
  }
}

function dead(): RgtpError {
  return new RgtpError('unavailable', 'the bridge was killed');
}
