import { performance } from 'node:perf_hooks';
import { type Task, WaitingLine } from './waiting-line.ts';

/** How long all turns together may take in one round of the event loop, in ms, nearly all of it CPU time. */
const ROUND = 5;
/** How long one turn may take while nobody else waits, in ms. */
const TURN = 4;
/** A task that has had this much since it was last idle, in ms, has much to do. */
const MUCH = 4;
/** The shortest turn of a task that has much to do, in ms: shorter ones would cost more than they achieve. */
const SHORTEST = 0.1;

/** How much is done at once, out of turn, if somebody waits for it, in ms. */
const PROMPT = 1;

/**
 * The clock is read once in so many small steps (fewer at the beginning of a turn), as long as they take no more than
 * that together, in ms; else after each.
 */
const MOST_STEPS = 16;
const FIRST_STEPS = 4;
const BRIEF = 0.1;

/** How long one round may take in input, in ms, before the rest is left for later ones; looked at once in so many calls. */
const INPUT = 3;
const LOOK = 32;

export interface Clockwork {
  /** ms, monotonic */
  readonly now: () => number;
  /** Grows with each round of the event loop, before its input is read. */
  readonly loops: () => number;
  /** Calls back in the next round of the event loop, after its input has been read. */
  readonly nextRound: (callback: () => void) => void;
  /** Calls back in this round, once every promise that can make progress has done so. */
  readonly afterPromises: (callback: () => void) => void;
}

/**
 * Shares the event loop among all that may have much to do: news sessions, the board's sessions, the mirror. Work is
 * done in turns. In one round of the loop, all turns together take no more than a few milliseconds; the rest waits for
 * later rounds, and new input is read in between. Newcomers, tasks that have had little so far, and tasks that have
 * much to do are served alternately, so that none waits for a crowd of another kind. Within each kind, owners (client
 * addresses) are served alternately, so that none waits for another's crowd. The more tasks wait, the shorter the
 * turns.
 *
 * Tasks end their own turns: they ask `over()` after every small step, and hand the rest to `later()`.
 */
export class FairShare {
  readonly #clockwork: Clockwork;
  /** tasks whose first turn did not fit into a round */
  readonly #fresh = new WaitingLine();
  /** tasks, or promises, that continue after a turn: those that have had little so far, and the others */
  readonly #light = new WaitingLine();
  readonly #heavy = new WaitingLine();
  readonly #owners = new WeakMap<Task, unknown>();
  /** ms that tasks have had since they were last idle */
  readonly #had = new WeakMap<Task, number>();
  /** a callback for the next round is pending */
  #due = false;
  /** the event loop's round in which this one began */
  #loop = -1;
  #roundBegan = Number.NEGATIVE_INFINITY;
  #roundEnds = 0;
  #begun = 0;
  #turnEnds = 0;
  /** when the clock was last read, the small steps since then, and how many there may be */
  #looked = 0;
  #steps = 0;
  #stride = 1;
  #running = false;
  /** the turn continues after the task, in a promise */
  #handed = false;
  /** calls of `run`, and the round, and when in it, they were last looked at first */
  #calls = 0;
  #inputLoop = -1;
  #inputBegan = 0;
  #crowded: () => void = () => {};

  constructor(clockwork: Clockwork) {
    this.#clockwork = clockwork;
  }

  /** Sets the owner of a task: any value that stays the same. By default, each task has an owner of its own. */
  belongs(task: Task, owner: unknown): void {
    this.#owners.set(task, owner);
  }

  /**
   * Calls back, once in a round of the event loop, when its input takes long. Node reads from every connection that has
   * something before it does anything else.
   */
  whenCrowded(callback: () => void): void {
    this.#crowded = callback;
  }

  /**
   * Gives `task` a turn: now, if this round has time left (or as part of the turn that calls this), else in a later
   * round. False: later.
   */
  run(task: Task): boolean {
    if (this.#running) {
      task();
      return true;
    }
    const now = this.#clockwork.now();
    if (++this.#calls % LOOK === 0) this.#watchInput(now);
    this.#had.delete(task);
    // To ask which round this is takes as long as what most turns do.
    const mayBeNext = !this.#due && now - this.#roundBegan >= BRIEF;
    if (mayBeNext && this.#loop !== this.#clockwork.loops()) this.#beginRound(now);
    if (this.#fresh.size > 0 || now >= this.#roundEnds) {
      this.#fresh.add(task, this.#ownerOf(task));
      this.#schedule();
      return false;
    }
    this.#take(task, now);
    return true;
  }

  /** When this round began, in ms of the monotonic clock: for what need not be looked up more than once in each. */
  get roundBegan(): number {
    return this.#roundBegan;
  }

  /**
   * Whether the current turn has had its share: then hand the rest to `later()` or `next()`.
   * @param small the last step is likely to have taken microseconds. Reading the clock takes nearly as long, so it is
   *   not read after each of these
   */
  over(small = false): boolean {
    if (small && ++this.#steps < this.#stride) return false;
    const now = this.#clockwork.now();
    this.#stride = small && now - this.#looked < BRIEF ? Math.min(2 * this.#stride, MOST_STEPS) : 1;
    this.#looked = now;
    this.#steps = 0;
    return now >= this.#turnEnds;
  }

  /** The current turn continues in promises, which run before the next turn; their time is part of this round. */
  promised(): void {
    this.#handed = true;
  }

  /** Gives `task` another turn, after those already waiting. */
  later(task: Task): void {
    const had = (this.#had.get(task) ?? 0) + (this.#running ? this.#clockwork.now() - this.#begun : 0);
    this.#had.set(task, had);
    const light = had < MUCH;
    (light ? this.#light : this.#heavy).add(task, this.#ownerOf(task));
    this.#schedule();
  }

  /**
   * The next turn of a loop in an async function: `if (share.over()) await share.next()`.
   * @param light short work that somebody waits for
   * @param owner as of `belongs()`
   */
  next(light = false, owner?: unknown): Promise<void> {
    return new Promise((resolve) => {
      const task = () => {
        this.#handed = true;
        resolve();
      };
      (light ? this.#light : this.#heavy).add(task, owner ?? task);
      this.#schedule();
    });
  }

  /**
   * Runs a generator to its end, in turns with all others. It yields wherever it may be interrupted.
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

  /**
   * Like `inTurns`, for work that somebody waits for: if it is short, it does not wait for a turn.
   *
   * @param signal ends the work at its next wait
   */
  async promptly<T>(work: Iterator<unknown, T>, signal: AbortSignal): Promise<T> {
    const until = this.#clockwork.now() + PROMPT;
    do {
      const step = work.next();
      if (step.done) return step.value;
    } while (this.#clockwork.now() < until);
    return this.inTurns(work, () => signal.throwIfAborted());
  }

  /** Forgets a waiting task. */
  forget(task: Task): void {
    for (const line of [this.#fresh, this.#light, this.#heavy]) line.delete(task, this.#ownerOf(task));
  }

  #ownerOf(task: Task): unknown {
    return this.#owners.get(task) ?? task;
  }

  #schedule(): void {
    if (this.#due) return;
    this.#due = true;
    this.#clockwork.nextRound(this.#round);
  }

  #beginRound(now: number): void {
    this.#loop = this.#clockwork.loops();
    this.#roundBegan = now;
    this.#roundEnds = now + ROUND;
  }

  #watchInput(now: number): void {
    const loop = this.#clockwork.loops();
    if (loop !== this.#inputLoop) {
      this.#inputLoop = loop;
      this.#inputBegan = now;
    } else if (now - this.#inputBegan >= INPUT) {
      this.#inputBegan = Number.POSITIVE_INFINITY;
      this.#crowded();
    }
  }

  readonly #round = (): void => {
    this.#due = false;
    if (this.#idle) return;
    this.#schedule();
    this.#beginRound(this.#clockwork.now());
    this.#serve();
  };

  readonly #serve = (): void => {
    this.#handed = false;
    while (!this.#roundIsOver()) {
      // Alternate between the kinds, so that neither a stream of newcomers nor a crowd of heavy tasks starves the
      // others.
      for (const line of [this.#fresh, this.#light, this.#heavy]) if (!this.#roundIsOver()) this.#takeFrom(line);
    }
    // A promise that was given this turn uses it first.
    if (this.#handed) this.#clockwork.afterPromises(this.#serve);
  };

  get #idle(): boolean {
    return this.#fresh.size + this.#light.size + this.#heavy.size === 0;
  }

  #roundIsOver(): boolean {
    return this.#idle || this.#handed || this.#clockwork.now() >= this.#roundEnds;
  }

  #takeFrom(line: WaitingLine): void {
    const task = line.take();
    if (task !== undefined) this.#take(task, this.#clockwork.now(), line === this.#heavy);
  }

  #take(task: Task, now: number, heavy = false): void {
    const others = this.#fresh.size + this.#light.size;
    const share = heavy ? Math.max(TURN / (1 + others + this.#heavy.size), SHORTEST) : TURN / (1 + others);
    this.#begun = this.#looked = now;
    this.#steps = 0;
    this.#stride = Math.min(this.#stride, FIRST_STEPS);
    this.#turnEnds = Math.min(now + share, this.#roundEnds);
    this.#running = true;
    this.#handed = false;
    try {
      task();
    } finally {
      this.#running = false;
    }
  }
}

/** Runs work that yields now and then to its end at once, if it is known to be short. */
export function atOnce<T>(work: Iterator<unknown, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

const { nodeTiming } = performance;

/** For this thread's one event loop. */
export const eventLoop = new FairShare({
  now: () => performance.now(),
  loops: () => nodeTiming.uvMetricsInfo.loopCount,
  nextRound: (callback) => void setImmediate(callback),
  // Node runs ticks once no microtask is left.
  afterPromises: (callback) => queueMicrotask(() => process.nextTick(callback)),
});
