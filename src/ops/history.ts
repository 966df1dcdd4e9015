/** The last hour, minute by minute, for the charts of the status page. */
import type { Metrics } from './metrics.ts';

const minutes = 60;
type Counts = Metrics['totals'];

export class History {
  readonly #read: () => Counts;
  readonly #rows: Counts[] = [];
  readonly #timer: NodeJS.Timeout;
  #last: Counts;

  /** @param read running totals; the history keeps their growth per minute */
  constructor(read: () => Counts, everyMs = 60_000) {
    this.#read = read;
    this.#last = { ...read() };
    this.#timer = setInterval(() => this.sample(), everyMs).unref();
  }

  /** Ends a minute. */
  sample(): void {
    const now = { ...this.#read() };
    this.#rows.push(grown(now, this.#last));
    if (this.#rows.length > minutes) this.#rows.shift();
    this.#last = now;
  }

  /** 60 values, oldest first; 0 before the start. The current minute is not included. */
  series(name: keyof Counts): number[] {
    const known = this.#rows.map((row) => row[name]);
    return [...new Array<number>(minutes - known.length).fill(0), ...known];
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

function grown(now: Counts, last: Counts): Counts {
  return {
    connections: now.connections - last.connections,
    commands: now.commands - last.commands,
    posts: now.posts - last.posts,
    requests: now.requests - last.requests,
    postsRefused: now.postsRefused - last.postsRefused,
    loginsRefused: now.loginsRefused - last.loginsRefused,
    connectionsRefused: now.connectionsRefused - last.connectionsRefused,
  };
}
