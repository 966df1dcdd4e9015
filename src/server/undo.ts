import { setTimeout as delay } from 'node:timers/promises';
import { type Log, silent } from '../wire/log.ts';

type Step = () => Promise<void> | void | undefined;

/** How long a step may take, in ms, and its name for the log. */
interface Patience {
  readonly what: string;
  readonly ms: number;
}

/** Closes what has been opened, in reverse order. A step that fails, or takes too long, does not stop the others. */
export class Undo {
  readonly #log: Log;
  readonly #steps: { readonly step: Step; readonly patience: Patience | undefined }[] = [];
  #run: Promise<void> | undefined;

  constructor(log: Log = silent) {
    this.#log = log;
  }

  /** @param patience for steps that wait for others: a peer at the end of a connection, a board */
  add(step: Step, patience?: Patience): void {
    this.#steps.push({ step, patience });
  }

  /** Takes every step once, then rejects with the first error, if any. */
  run(): Promise<void> {
    this.#run ??= this.#all();
    return this.#run;
  }

  async #all(): Promise<void> {
    const errors: unknown[] = [];
    for (const { step, patience } of this.#steps.toReversed()) {
      try {
        if (patience === undefined) await step();
        else await this.#within(patience, Promise.resolve(step()));
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /** Like `inTime`, but its clock keeps the process alive: the steps that follow must be taken. */
  async #within({ what, ms }: Patience, done: Promise<void>): Promise<void> {
    const clock = new AbortController();
    const late = delay(ms, true, { signal: clock.signal }).catch(() => false);
    const isLate = await Promise.race([done.then(() => false), late]).finally(() => clock.abort());
    if (!isLate) return;
    this.#log.warn({ step: what }, 'did not end in time; going on without it');
    // Nobody is left to hear about a later failure.
    done.catch(() => {});
  }
}
