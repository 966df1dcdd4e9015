import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { transaction } from './database.ts';
import { diskTrouble, StoreError, storeErrorFrom } from './errors.ts';
import type { LogSync } from './log-sync.ts';
import { OpenedFile } from './opened-file.ts';
import { withoutPatience } from './patience.ts';

/** ms that the tasks of one transaction may take together: the rest go into the next */
const PIECE = 6;
/** ms between attempts to write to a disk that refused: doubled each time */
const TRY_AGAIN = { first: 50, longest: 1000 };

interface Waiting {
  readonly relaxed: boolean;
  run(): void;
  settle(failure: unknown): void;
  /** called once the task is settled */
  readonly after: (() => void)[];
}

/**
 * Group commit on a `durable` database: all writes of one turn of the event loop go into one transaction, so fifty
 * posts cost one sync. Writes that arrive while one transaction is being synced go into the next; they could not be on
 * disk any sooner. But a relaxed write, which need not be, commits everything that is waiting. A promise resolves once
 * its change is on disk, never before.
 *
 * A disk that refuses writes (`trouble`) is retried at least every second, so that its recovery is noticed without
 * waiting for the next post. After a failed sync nobody knows how much of the log is on disk: the whole log is copied
 * into the database before anything more is promised (`unsynced`).
 */
export class Writer {
  readonly #db: DatabaseSync;
  readonly #sync: Pick<LogSync, 'sync'> | undefined;
  readonly #path: string;
  readonly #file: OpenedFile;
  // Prepared: every change needs them.
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  #waiting: Waiting[] = [];
  /** the waiting tasks are committed in the next turn */
  #due = false;
  #effects: (() => void)[] = [];
  /** the newest group being synced */
  #syncing: Promise<void> | undefined;
  #trouble: StoreError | undefined;
  #unsynced = false;
  #trying: NodeJS.Timeout | undefined;
  #pause = TRY_AGAIN.first;

  /**
   * @param sync syncs commits without blocking; without it, the process waits for each sync
   * @param path path of the database, for messages
   */
  constructor(db: DatabaseSync, sync?: Pick<LogSync, 'sync'>, path = 'the database') {
    this.#db = db;
    this.#sync = sync;
    this.#path = path;
    this.#file = new OpenedFile(path);
    this.#savepoint = db.prepare('SAVEPOINT task');
    this.#release = db.prepare('RELEASE task');
  }

  /** Why nothing can be written now; `undefined`: as far as is known, it can. */
  get trouble(): StoreError | undefined {
    return this.#trouble;
  }

  /** The database shows changes that may not survive a power cut, because a sync failed. */
  get unsynced(): boolean {
    return this.#unsynced;
  }

  /**
   * Runs `task` in a transaction soon. If it throws, only its own changes are undone. It must read from the database,
   * not from caches, which do not have the changes of earlier tasks of the same transaction yet.
   *
   * `relaxed`, if there is a `LogSync`: resolves once the change survives the process, though a power cut may undo it.
   */
  commit<T>(task: () => T, { relaxed = false } = {}): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let outcome: { readonly value: T } | { readonly error: unknown };
    if (relaxed || this.#syncing === undefined) this.#soon();
    this.#waiting.push({
      relaxed,
      run: () => {
        outcome = this.#guarded(task);
      },
      settle: (failure) => {
        if (failure !== undefined) reject(failure);
        else if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.value);
      },
      after: [],
    });
    return promise;
  }

  /** Resolves when everything requested so far is on disk, or has failed; `undefined`: it is already. */
  get settled(): Promise<void> | undefined {
    const last = this.#waiting.at(-1);
    if (last === undefined) return this.#syncing;
    // Tasks are settled in order, except relaxed ones, which do not wait for the sync.
    return new Promise<void>((resolve) => last.after.push(resolve)).then(() => this.#syncing);
  }

  /** To be called within a task: runs `effect` once the transaction is on disk, before any promise resolves. */
  afterCommit(effect: () => void): void {
    this.#effects.push(effect);
  }

  /** Commits at once everything that is waiting. */
  flush(): void {
    this.#commitSome(Number.POSITIVE_INFINITY);
  }

  #soon(): void {
    if (this.#due) return;
    this.#due = true;
    setImmediate(() => this.#commitNext());
  }

  /** Commits what is waiting, or part of it if that takes long. */
  #commitNext(): void {
    this.#due = false;
    this.#commitSome(performance.now() + PIECE);
    if (this.#syncing === undefined ? this.#waiting.length > 0 : this.#waiting.some(({ relaxed }) => relaxed))
      this.#soon();
  }

  #commitSome(until: number): void {
    const waiting = this.#waiting;
    let group = waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    this.#effects = [];
    try {
      this.#file.requireThere();
      this.#resync();
      const count = this.#transact(waiting, until);
      group = waiting.slice(0, count);
      // What has arrived in the meantime comes after it.
      this.#waiting = [...waiting.slice(count), ...this.#waiting];
    } catch (error) {
      settle(group, this.#failed(error));
      return;
    }
    this.#trouble = undefined;
    this.#pause = TRY_AGAIN.first;
    const effects = this.#effects;
    if (this.#sync === undefined || group.every((one) => one.relaxed)) {
      finish(group, effects);
      return;
    }
    const strict = this.#effects.length > 0 ? group : group.filter((one) => !one.relaxed);
    settle(
      group.filter((one) => !strict.includes(one)),
      undefined,
    );
    // Groups are settled in order.
    const syncing = this.#sync.sync().then(
      () => finish(strict, effects),
      // Nobody is told that it is on disk, but the database has the change, so caches must follow.
      (error: unknown) => {
        this.#unsynced = true;
        finish(strict, effects, this.#failed(doubtOf(error, this.#path)));
      },
    );
    this.#syncing = syncing;
    syncing.then(() => {
      if (this.#syncing !== syncing) return;
      this.#syncing = undefined;
      this.#commitNext();
    });
  }

  /** After a failed sync a later one may succeed without what the first one lost: only a checkpoint is proof. */
  #resync(): void {
    if (!this.#unsynced) return;
    // The log must start over: recovery must not apply the rest of the old one to a newer database.
    const result = withoutPatience(this.#db, () => this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get());
    if (result?.['busy'] !== 0) throw new StoreError('io', this.#path, 'what was not synced is still in use elsewhere');
    this.#unsynced = false;
  }

  /** The error to report. A disk's error is remembered until a write succeeds. */
  #failed(error: unknown): unknown {
    const failure = storeErrorFrom(error, this.#path);
    if (failure instanceof StoreError && diskTrouble(failure) !== undefined) {
      this.#trouble = failure;
      this.#tryLater();
    }
    return failure;
  }

  #tryLater(): void {
    this.#trying ??= setTimeout(() => this.#tryAgain(), this.#pause).unref();
  }

  #tryAgain(): void {
    this.#trying = undefined;
    this.#pause = Math.min(2 * this.#pause, TRY_AGAIN.longest);
    if (this.#trouble === undefined || !this.#db.isOpen) return;
    // Write a page without changing anything.
    const write = () => {
      const version = this.#db.prepare('PRAGMA user_version').get()?.['user_version'];
      this.#db.exec(`PRAGMA user_version=${Number(version)}`);
    };
    // Whatever the reason is this time: of a disk that can't be read, SQLite may say that the database is malformed.
    this.commit(write).catch(() => this.#tryLater());
  }

  /** Returns how many tasks were run before the time was up. */
  #transact(waiting: readonly Waiting[], until: number): number {
    let count = 0;
    if (this.#sync !== undefined) this.#db.exec('PRAGMA synchronous=NORMAL');
    try {
      transaction(this.#db, () => {
        for (const one of waiting) {
          one.run();
          count++;
          if (performance.now() >= until) break;
        }
      });
    } finally {
      if (this.#sync !== undefined) this.#db.exec('PRAGMA synchronous=FULL');
    }
    return count;
  }

  #guarded<T>(task: () => T): { value: T } | { error: unknown } {
    const effects = this.#effects.length;
    this.#savepoint.run();
    try {
      const value = task();
      this.#release.run();
      return { value };
    } catch (error) {
      // After some errors (disk full, …) SQLite has rolled back everything: the whole group fails with this cause.
      if (!this.#db.isTransaction) throw error;
      this.#db.exec('ROLLBACK TO task; RELEASE task');
      this.#effects.length = effects;
      return { error };
    }
  }
}

/** A sync failed: whatever the reason, nothing can be promised until one succeeds. */
function doubtOf(error: unknown, path: string): StoreError {
  const known = storeErrorFrom(error, path, { inDoubt: true });
  if (known instanceof StoreError && diskTrouble(known) !== undefined) return known;
  return new StoreError('io', path, String(error), { cause: error, inDoubt: true });
}

function finish(group: readonly Waiting[], effects: readonly (() => void)[], failure?: unknown): void {
  try {
    for (const effect of effects) effect();
  } catch (error) {
    settle(group, error);
    return;
  }
  settle(group, failure);
}

function settle(group: readonly Waiting[], failure: unknown): void {
  for (const one of group) {
    one.settle(failure);
    for (const after of one.after) after();
  }
}
