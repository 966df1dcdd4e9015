import type { Query } from './postgres.ts';

type Task = (query: Query, bridge: string) => Promise<unknown>;

/** The most changes kept. Posting stops while the database is away, so there are only those that were under way. */
const MOST = 10_000;

/** Changes that have happened but could not be written. They are written before anything else is asked. */
export class Owed {
  readonly #write: (task: Task) => Promise<unknown>;
  #tasks: Task[] = [];
  #paying: Promise<void> | undefined;

  /** @param write writes in a transaction of its own */
  constructor(write: (task: Task) => Promise<unknown>) {
    this.#write = write;
  }

  add(task: Task): void {
    if (this.#tasks.length < MOST) this.#tasks.push(task);
  }

  /** Writes them in order. Rejects if that is still not possible. */
  paid(): Promise<void> | undefined {
    if (this.#tasks.length === 0) return undefined;
    this.#paying ??= this.#pay().finally(() => {
      this.#paying = undefined;
    });
    return this.#paying;
  }

  async #pay(): Promise<void> {
    for (let task = this.#tasks[0]; task !== undefined; task = this.#tasks[0]) {
      await this.#write(task);
      this.#tasks.shift();
    }
  }
}
