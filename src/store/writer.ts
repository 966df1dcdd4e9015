import type { DatabaseSync } from 'node:sqlite';
import { transaction } from './database.ts';

interface Waiting {
  readonly relaxed: boolean;
  run(): void;
  settle(failure: unknown): void;
}

/**
 * Group commit on a `durable` database: everything that is to be written in one turn of the event loop goes into one
 * transaction, so fifty posts cost one sync to disk. A promise resolves once its change is on disk, never before.
 */
export class Writer {
  readonly #db: DatabaseSync;
  #relaxed = false;
  #waiting: Waiting[] = [];
  #effects: (() => void)[] = [];

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /**
   * Runs `task` in a transaction soon. What it throws undoes its own changes alone. It must read through the
   * database, not through caches: earlier tasks of the same transaction have not reached them yet.
   *
   * `relaxed`: it resolves once the change outlives the process; a power cut may undo it, with all that came after.
   */
  commit<T>(task: () => T, { relaxed = false } = {}): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let outcome: { readonly value: T } | { readonly error: unknown };
    if (this.#waiting.length === 0) setImmediate(() => this.flush());
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

  /** From within a task: `effect` happens once the transaction is on disk, before anybody is told. */
  afterCommit(effect: () => void): void {
    this.#effects.push(effect);
  }

  /** Commits what waits, at once. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    let failure: unknown;
    this.#effects = [];
    try {
      this.#relax(waiting.every((one) => one.relaxed));
      transaction(this.#db, () => {
        for (const one of waiting) one.run();
      });
      for (const effect of this.#effects) effect();
    } catch (error) {
      failure = error;
    }
    for (const one of waiting) one.settle(failure);
  }

  /** Without a sync of its own a commit is on disk with the next that has one. */
  #relax(relaxed: boolean): void {
    if (relaxed === this.#relaxed) return;
    this.#db.exec(`PRAGMA synchronous=${relaxed ? 'NORMAL' : 'FULL'}`);
    this.#relaxed = relaxed;
  }

  #guarded<T>(task: () => T): { value: T } | { error: unknown } {
    const effects = this.#effects.length;
    this.#db.exec('SAVEPOINT task');
    try {
      const value = task();
      this.#db.exec('RELEASE task');
      return { value };
    } catch (error) {
      this.#db.exec('ROLLBACK TO task; RELEASE task');
      this.#effects.length = effects;
      return { error };
    }
  }
}
