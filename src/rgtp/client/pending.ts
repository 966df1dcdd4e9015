import { TOO_LONG } from '../../wire/line-reader.ts';
import { type Octets, octets, octetsFrom } from '../../wire/octets.ts';
import type { Status } from '../../wire/status.ts';
import { printable, RgtpError } from '../errors.ts';

/** The final line of an answer (perhaps an error), and the 1xx lines before it. */
export interface Answer extends Status {
  readonly preliminary: readonly Status[];
}

/** A command, and how to handle its answer. */
export interface Exchange {
  /** without CRLF; `undefined`: wait for the banner */
  readonly command: Octets | undefined;
  /**
   * Takes the data after 250 line by line, unstuffed. The view is valid during the call. An exception fails only this
   * exchange.
   */
  readonly onData?: (line: Buffer) => void;
  /** Takes all lines that have arrived at once instead, in one piece, each ended by CRLF: far cheaper. */
  readonly onText?: (lines: Octets) => void;
  readonly octets?: DataOctets;
  /** octets of data; the connection ends beyond them */
  readonly limit?: number;
  /** ms; overrides the time-out for answers */
  readonly timeout?: number;
  /**
   * For commands of several steps: returns what to send after this answer (150: the text; 333: the proof); `undefined`
   * after the last. Nothing else is sent between the command and the last answer. An exception ends the connection.
   */
  readonly proceed?: (answer: Answer) => Buffer | undefined;
}

/** Takes data as it comes, many lines at a time, line ends included. */
export interface DataOctets {
  /** How many at the beginning do not go to `onData` line by line, which costs far more (lines beginning with a dot do). */
  readonly unread: number;
  /** The view is valid during the call. */
  take(octets: Buffer): void;
}

/** Bounds of an answer, in octets. */
export interface Bounds {
  readonly maxLine: number;
  /** of data, for exchanges without a limit of their own */
  readonly maxBlock: number;
}

/** No command has more than two. */
const MAX_PRELIMINARY = 1000;
const DOT = 0x2e;
const LF = 0x0a;
const CR = 0x0d;
const CRLF = Buffer.from('\r\n');

/** An exchange whose answer is incomplete. Its methods throw `RgtpError` for anything that must end the connection. */
export class Pending {
  readonly exchange: Exchange;
  readonly reject: (error: unknown) => void;
  readonly #bounds: Bounds;
  readonly #resolve: (answer: Answer) => void;
  #preliminary: Status[] = [];
  /** the 250 whose data is being read */
  #data: Answer | undefined;
  #octets = 0;
  /** octets of the data that are still to come, and are not read by line */
  #unread: number;
  #failure: unknown;
  /** ms, when it was sent */
  #sentAt = 0;

  constructor(exchange: Exchange, bounds: Bounds, resolve: (answer: Answer) => void, reject: (error: unknown) => void) {
    this.exchange = exchange;
    this.#unread = exchange.octets?.unread ?? 0;
    this.#bounds = bounds;
    this.#resolve = resolve;
    this.reject = reject;
  }

  /** The command is being sent. */
  sent(): void {
    this.#sentAt = performance.now();
  }

  /** Seconds since the command was sent. */
  get seconds(): number {
    return (performance.now() - this.#sentAt) / 1000;
  }

  /** Nothing else may be sent before its last answer. */
  get exclusive(): boolean {
    return this.exchange.proceed !== undefined;
  }

  /** The next lines are data, not status lines. */
  get takesData(): boolean {
    return this.#data !== undefined;
  }

  /** Takes a status line. Returns it as the answer, unless more lines follow. */
  takeStatus(status: Status): Answer | undefined {
    const { code, text } = status;
    if (code < 200 && code !== 150) {
      this.#preliminary.push(status);
      if (this.#preliminary.length > MAX_PRELIMINARY)
        throw nonsense('1xx responses without end', octets`${code} ${text}`);
      return undefined;
    }
    const answer = { ...status, preliminary: this.#preliminary };
    if (code !== 250) return answer;
    this.#data = answer;
    return undefined;
  }

  /** Data is taken many lines at a time. */
  get takesOctets(): boolean {
    const { octets, onText } = this.exchange;
    return this.#data !== undefined && (octets ?? onText) !== undefined;
  }

  /** Takes whole lines as they came, none of which begins with a dot. */
  takeOctets(lines: Buffer): void {
    const { onText } = this.exchange;
    const text = onText && textOf(lines, this.#bounds.maxLine);
    if (text !== undefined) {
      this.count(lines.length);
      if (this.#failure === undefined) onText?.(text);
      return;
    }
    this.exchange.octets?.take(lines);
    let start = Math.min(this.#unread, lines.length);
    this.#unread -= start;
    this.count(start);
    for (let end = lines.indexOf(LF, start); end >= 0; end = lines.indexOf(LF, start)) {
      const length = (end > start && lines[end - 1] === CR ? end - 1 : end) - start;
      this.takeData(length > this.#bounds.maxLine ? TOO_LONG : lines.subarray(start, start + length));
      start = end + 1;
    }
  }

  /** Takes a line of data. Returns the answer once the data is complete. */
  takeData(line: Buffer | typeof TOO_LONG): Answer | undefined {
    if (line === TOO_LONG) {
      // The reader still finds the next line, so later answers remain readable.
      this.#failure ??= new RgtpError('nonsense', `data with a line of over ${this.#bounds.maxLine} octets`);
      this.count(this.#bounds.maxLine);
    } else if (line[0] !== DOT) this.#passOn(line);
    else if (line.length > 1) this.#stuffed(line);
    else return this.#data;
    return undefined;
  }

  /** Counts octets of data. */
  count(octets: number): void {
    this.#octets += octets;
    const limit = this.exchange.limit ?? this.#bounds.maxBlock;
    if (this.#octets > limit) throw nonsense(`data of over ${limit} octets`);
  }

  /** Returns what to send next; `undefined`: this was the last answer. */
  proceed(answer: Answer): Buffer | undefined {
    try {
      const more = this.exchange.proceed?.(answer);
      if (more !== undefined) this.#preliminary = [];
      return more;
    } catch (error) {
      throw error instanceof RgtpError ? error : new RgtpError('bug', String(error), { cause: error });
    }
  }

  /** Settles the exchange with its last answer. */
  settle(answer: Answer): void {
    if (this.#failure === undefined) this.#resolve(answer);
    else this.reject(this.#failure);
  }

  #stuffed(line: Buffer): void {
    this.exchange.octets?.take(line);
    this.exchange.octets?.take(CRLF);
    this.#unread = Math.max(this.#unread - line.length - CRLF.length, 0);
    this.#passOn(line.subarray(1));
  }

  #passOn(line: Buffer): void {
    this.count(line.length + 2);
    if (this.#failure !== undefined) return;
    try {
      this.exchange.onData?.(line);
      this.exchange.onText?.(octets`${octetsFrom(line)}\r\n`);
    } catch (error) {
      this.#failure = error;
    }
  }
}

/** Lines as they came; `undefined` if one may be too long, or ends in LF alone. */
function textOf(lines: Buffer, maxLine: number): Octets | undefined {
  if (lines.length > maxLine) return undefined;
  const text = octetsFrom(lines);
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    if (text.charCodeAt(end - 1) !== CR) return undefined;
  }
  return text;
}

export function nonsense(what: string, line?: Octets): RgtpError {
  return new RgtpError('nonsense', `the server sent ${what}`, line === undefined ? {} : { line: printable(line) });
}
