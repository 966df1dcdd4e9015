import { LRUCache } from 'lru-cache';
import { addressKey } from './address.ts';
import type { Log, LogFields, LogLevel } from './log.ts';

/** ms */
const WINDOW = 60_000;
/** Lines of one message in a window: from one address (IPv6: /64), and in total. */
const MOST_OF_ONE = 30;
const MOST = 300;
const SOURCES = 1_000;

interface Count {
  lines: number;
  suppressed: number;
}

/**
 * A log for what clients cause: at every level, each message is written a limited number of times a minute, followed by
 * the number left out. Otherwise a client could fill the disk, or push what matters out of the log.
 */
export function boundedLog(log: Log, clock: () => number = () => performance.now()): Log {
  return new BoundedLog(log, new Counts(log, clock), undefined);
}

class BoundedLog implements Log {
  readonly #log: Log;
  readonly #counts: Counts;
  readonly #address: string | undefined;

  constructor(log: Log, counts: Counts, address: string | undefined) {
    this.#log = log;
    this.#counts = counts;
    this.#address = address;
  }

  debug(fields: LogFields, message: string): void {
    this.#write('debug', fields, message);
  }

  info(fields: LogFields, message: string): void {
    this.#write('info', fields, message);
  }

  warn(fields: LogFields, message: string): void {
    this.#write('warn', fields, message);
  }

  error(fields: LogFields, message: string): void {
    this.#write('error', fields, message);
  }

  child(fields: LogFields): Log {
    return new BoundedLog(this.#log.child(fields), this.#counts, addressOf(fields) ?? this.#address);
  }

  isWritten(level: LogLevel): boolean {
    return this.#log.isWritten?.(level) ?? true;
  }

  #write(level: LogLevel, fields: LogFields, message: string): void {
    // Lines of a level that is not logged are not counted as left out.
    if (!this.isWritten(level)) return;
    if (this.#counts.admit(message, addressOf(fields) ?? this.#address)) this.#log[level](fields, message);
  }
}

/** The lines of the current window. */
class Counts {
  readonly #log: Log;
  readonly #clock: () => number;
  readonly #messages = new Map<string, Count>();
  readonly #sources = new LRUCache<string, Count>({ max: SOURCES });
  #began = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Log, clock: () => number) {
    this.#log = log;
    this.#clock = clock;
  }

  admit(message: string, address: string | undefined): boolean {
    if (this.#clock() - this.#began >= WINDOW) this.#turn();
    const all = this.#messages.get(message) ?? { lines: 0, suppressed: 0 };
    this.#messages.set(message, all);
    const one = address === undefined ? undefined : this.#ofSource(`${message} ${addressKey(address)}`);
    if (all.lines >= MOST || (one !== undefined && one.lines >= MOST_OF_ONE)) {
      all.suppressed++;
      this.#timer ??= setTimeout(() => this.#turn(), WINDOW).unref();
      return false;
    }
    all.lines++;
    if (one !== undefined) one.lines++;
    return true;
  }

  #ofSource(key: string): Count {
    const count = this.#sources.get(key) ?? { lines: 0, suppressed: 0 };
    this.#sources.set(key, count);
    return count;
  }

  /** Begins a new window, and logs what was left out of the last. */
  #turn(): void {
    for (const [message, { suppressed }] of this.#messages) {
      if (suppressed > 0) this.#log.warn({ suppressed, message }, 'lines left out: clients cause too many of them');
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#messages.clear();
    this.#sources.clear();
    this.#began = this.#clock();
  }
}

function addressOf({ address }: LogFields): string | undefined {
  return typeof address === 'string' ? address : undefined;
}
