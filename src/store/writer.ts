import type { DatabaseSync } from 'node:sqlite';
import { transaction } from './database.ts';
import type { LogSync } from './log-sync.ts';

interface Waiting {
  readonly relaxed: boolean;
  run(): void;
  settle(failure: unknown): void;
}

/**
 * Group commit on a `durable` database: everything that is to be written in one turn of the event loop goes into one
 * transaction, so fifty posts cost one sync to disk. What comes while one is on its way to disk goes into the next: it
 * could not get there any sooner. A promise resolves once its change is on disk, never before.
 */
export class Writer {
  readonly #db: DatabaseSync;
  readonly #sync: Pick<LogSync, 'sync'> | undefined;
  #waiting: Waiting[] = [];
  #effects: (() => void)[] = [];
  /** the newest group on its way to disk */
  #syncing: Promise<void> | undefined;

  /** @param sync brings commits to disk while the process goes on; without it, it stands still for each sync */
  constructor(db: DatabaseSync, sync?: Pick<LogSync, 'sync'>) {
    this.#db = db;
    this.#sync = sync;
  }

  /**
   * Runs `task` in a transaction soon. What it throws undoes its own changes alone. It must read through the
   * database, not through caches: earlier tasks of the same transaction have not reached them yet.
   *
   * `relaxed`, where there is a `LogSync`: resolves once the change outlives the process; a power cut may undo it.
   */
  commit<T>(task: () => T, { relaxed = false } = {}): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let outcome: { readonly value: T } | { readonly error: unknown };
    if (this.#waiting.length === 0 && this.#syncing === undefined) setImmediate(() => this.flush());
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
    });
    return promise;
  }

  /** Resolves when everything asked for so far is on disk, or has failed; `undefined`: it is already. */
  get settled(): Promise<void> | undefined {
    if (this.#waiting.length === 0) return this.#syncing;
    // The flush of what waits is due before this.
    const due = this.#syncing ?? new Promise<void>((resolve) => setImmediate(resolve));
    return due.then(() => this.#syncing);
  }

  /** From within a task: `effect` happens once the transaction is on disk, before anybody is told. */
  afterCommit(effect: () => void): void {
    this.#effects.push(effect);
  }

  /** Commits what waits, at once. */
  flush(): void {
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length === 0) return;
    this.#effects = [];
    try {
      this.#transact(group);
    } catch (error) {
      settle(group, error);
      return;
    }
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
    // Groups come out of it in their order.
    const syncing = this.#sync.sync().then(
      () => finish(strict, effects),
      // Nobody is told that it is on disk; but the database has it, so caches must follow.
      (error: unknown) => finish(strict, effects, error),
    );
    this.#syncing = syncing;
    syncing.then(() => {
      if (this.#syncing !== syncing) return;
      this.#syncing = undefined;
      this.flush();
    });
  }

  #transact(waiting: readonly Waiting[]): void {
    if (this.#sync !== undefined) this.#db.exec('PRAGMA synchronous=NORMAL');
    try {
      transaction(this.#db, () => {
        for (const one of waiting) one.run();
      });
    } finally {
      if (this.#sync !== undefined) this.#db.exec('PRAGMA synchronous=FULL');
    }
  }

  #guarded<T>(task: () => T): { value: T } | { error: unknown } {
    const effects = this.#effects.length;
    this.#db.exec('SAVEPOINT task');
    try {
      const value = task();
      this.#db.exec('RELEASE task');
      return { value };
    } catch (error) {
      // After some errors (disk full, …) SQLite has rolled back everything: the whole group fails, with this cause.
      if (!this.#db.isTransaction) throw error;
      this.#db.exec('ROLLBACK TO task; RELEASE task');
      this.#effects.length = effects;
      return { error };
    }
  }
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
  for (const one of group) one.settle(failure);
}
