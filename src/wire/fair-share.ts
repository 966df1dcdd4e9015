/** How long turns may take together in one round of the event loop, in ms, nearly all of it CPU time. */
const ROUND = 8;
/** How long one turn may take while nobody else waits, in ms. */
const TURN = 4;

type Task = () => void;

export interface Clockwork {
  /** ms, monotonic */
  readonly now: () => number;
  /** Calls back in the next round of the event loop, after its input has been read. */
  readonly nextRound: (callback: () => void) => void;
}

/**
 * Shares the event loop among everything that has much to do: news sessions, the board's sessions, the mirror. Work is
 * done in turns. In one round of the loop, turns take no more than a few milliseconds together; what is left waits for
 * later rounds, and new input is read in between. A newcomer goes before those that have used up a turn already.
 *
 * A turn ends by itself: its task asks `over()` after every small step, and hands the rest to `later()`.
 */
export class FairShare {
  readonly #clockwork: Clockwork;
  /** tasks whose first turn did not fit into a round */
  readonly #fresh = new Set<Task>();
  /** tasks that go on after a turn, or a promise that does */
  readonly #waiting = new Set<Task>();
  /** a callback for the next round is due */
  #due = false;
  #roundEnds = 0;
  #rounds = 0;
  #turnEnds = 0;
  #running = false;
  /** the turn goes on after the task, in a promise */
  #handed = false;

  constructor(clockwork: Clockwork) {
    this.#clockwork = clockwork;
  }

  /**
   * Gives `task` a turn: now if this round has time left (or another turn is calling: it becomes part of that), else in
   * a later round. False: later.
   */
  run(task: Task): boolean {
    if (this.#running) {
      task();
      return true;
    }
    if (this.#fresh.size > 0 || (this.#due && this.#clockwork.now() >= this.#roundEnds)) {
      this.#fresh.add(task);
      this.#schedule();
      return false;
    }
    if (!this.#due) this.#beginRound();
    this.#take(task);
    return true;
  }

  /** Grows from round to round: what is true for milliseconds only is looked up once in each. */
  get round(): number {
    return this.#rounds;
  }

  /** The current turn has had its share: hand the rest to `later()` or `next()`. */
  over(): boolean {
    return this.#clockwork.now() >= this.#turnEnds;
  }

  /** Gives `task` another turn, after those that wait already. */
  later(task: Task): void {
    this.#waiting.add(task);
    this.#schedule();
  }

  /** The next turn of a loop in an async function: `if (share.over()) await share.next()`. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.later(() => {
        this.#handed = true;
        resolve();
      });
    });
  }

  /**
   * Runs a generator to its end, in turns with all others: it yields wherever it may be interrupted.
   * @param resumed called after each wait; what it throws ends the work
   */
  async inTurns<T>(work: Iterator<unknown, T>, resumed?: () => void): Promise<T> {
    for (;;) {
      const step = work.next();
      if (step.done) return step.value;
      if (!this.over()) continue;
      await this.next();
      resumed?.();
    }
  }

  /** Forgets a task that waits. */
  forget(task: Task): void {
    this.#fresh.delete(task);
    this.#waiting.delete(task);
  }

  #schedule(): void {
    if (this.#due) return;
    this.#due = true;
    this.#clockwork.nextRound(this.#round);
  }

  #beginRound(): void {
    this.#schedule();
    this.#rounds++;
    this.#roundEnds = this.#clockwork.now() + ROUND;
  }

  readonly #round = (): void => {
    this.#due = false;
    if (this.#fresh.size === 0 && this.#waiting.size === 0) return;
    this.#beginRound();
    this.#handed = false;
    do {
      // Both in turn: neither a stream of newcomers nor a crowd of heavy tasks starves the other.
      this.#takeFrom(this.#fresh);
      if (!this.#roundIsOver()) this.#takeFrom(this.#waiting);
    } while (!this.#roundIsOver());
  };

  #roundIsOver(): boolean {
    const idle = this.#fresh.size === 0 && this.#waiting.size === 0;
    return idle || this.#handed || this.#clockwork.now() >= this.#roundEnds;
  }

  #takeFrom(tasks: Set<Task>): void {
    for (const task of tasks) {
      tasks.delete(task);
      this.#take(task);
      return;
    }
  }

  #take(task: Task): void {
    this.#turnEnds = Math.min(this.#clockwork.now() + TURN / (1 + this.#waiting.size), this.#roundEnds);
    this.#running = true;
    this.#handed = false;
    try {
      task();
    } finally {
      this.#running = false;
    }
  }
}

/** For this thread's one event loop. */
export const eventLoop = new FairShare({
  now: () => performance.now(),
  nextRound: (callback) => void setImmediate(callback),
});
