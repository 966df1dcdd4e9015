import type { Duplex } from 'node:stream';
import { eventLoop } from '../../wire/fair-share.ts';
import { LineReader, TOO_LONG } from '../../wire/line-reader.ts';
import type { Log } from '../../wire/log.ts';
import { bytesOf, type Octets, octets, octetsFrom } from '../../wire/octets.ts';
import { parseStatus, type Status } from '../../wire/status.ts';
import { endsConnection } from '../codes.ts';
import { printable, RgtpError, RgtpFormatError } from '../errors.ts';
import { Fifo } from './fifo.ts';

/** The final line of an answer, errors included, and the 1xx lines before it. */
export interface Answer extends Status {
  readonly preliminary: readonly Status[];
}

/** A command, and how to handle its answer. */
export interface Exchange {
  /** without CRLF; `undefined`: wait for the banner */
  readonly command: Octets | undefined;
  /**
   * Takes the data after 250 line by line, unstuffed. The view is valid during the call. An exception fails this
   * exchange only.
   */
  readonly onData?: (line: Buffer) => void;
  /** octets of data; the connection ends beyond them */
  readonly limit?: number;
  /** ms; overrides the time-out for answers */
  readonly timeout?: number;
  /**
   * For commands of several steps: what to send after this answer (150: the text; 333: the proof); `undefined` after
   * the last. Nothing else is sent between the command and the last answer. An exception ends the connection.
   */
  readonly proceed?: (answer: Answer) => Buffer | undefined;
}

interface Pending {
  readonly exchange: Exchange;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  preliminary: Status[];
  /** the 250 whose data is being read */
  data: Answer | undefined;
  octets: number;
  failure: unknown;
  /** ms, when it was sent */
  sentAt: number;
}

export interface TransportOptions {
  readonly depth: number;
  /** ms */
  readonly answerTimeout: number;
  readonly maxLine: number;
  readonly maxBlock: number;
  readonly log: Log;
  /** see `ClientOptions` */
  readonly onAnswer?: (verb: string, code: number, seconds: number) => void;
  readonly onHeard?: () => void;
}

/** No command has more than two. */
const MAX_PRELIMINARY = 1000;
const DOT = 0x2e;

/**
 * Sends commands and matches answers to them in order, with up to `depth` under way. It always reads: groggsd holds its
 * locks while it sends, so a client that stops reading blocks all posting. It pauses only while a long answer that is
 * here already waits for its next share of the event loop.
 *
 * The first failure (time-out, lost connection, nonsense) ends it, and rejects all exchanges.
 */
export class Transport {
  readonly #socket: Duplex;
  readonly #options: TransportOptions;
  readonly #lines: LineReader;
  readonly #waiting = new Fifo<Pending>();
  readonly #underWay = new Fifo<Pending>();
  #exclusive = false;
  #outgoing: Octets = octets``;
  #deadline: NodeJS.Timeout | undefined;
  #deadlineMs: number | undefined;
  #timedOut = false;
  /** a turn is due in which the next lines are taken */
  #due = false;
  /** octets that came since the lines were last taken to their end */
  #fed = 0;
  #ended: RgtpError | undefined;

  constructor(socket: Duplex, options: TransportOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#lines = new LineReader(options.maxLine);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#hungUp(error));
    socket.on('end', () => this.#hungUp());
    socket.on('close', () => this.#hungUp());
  }

  /** Why it ended; `undefined` while it is usable. */
  get ended(): RgtpError | undefined {
    return this.#ended;
  }

  /** It ended because the server was silent for too long. */
  get timedOut(): boolean {
    return this.#timedOut;
  }

  /** commands not yet answered */
  get pending(): number {
    return this.#waiting.length + this.#underWay.length;
  }

  /** Sends a command in turn. Resolves with any answer, errors included; rejects where there is none. */
  perform(exchange: Exchange): Promise<Answer> {
    const ended = this.#ended;
    if (ended !== undefined) return Promise.reject(ended);
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        exchange,
        resolve,
        reject,
        preliminary: [],
        data: undefined,
        octets: 0,
        failure: undefined,
        sentAt: 0,
      });
      this.#pump();
    });
  }

  end(reason: RgtpError): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    clearTimeout(this.#deadline);
    eventLoop.forget(this.#turn);
    this.#socket.destroy();
    const level = reason.kind === 'impostor' ? 'error' : reason.kind === 'nonsense' ? 'warn' : 'debug';
    this.#options.log[level]({ kind: reason.kind, code: reason.code, line: reason.line }, reason.message);
    const unanswered = this.#underWay.peek();
    if (unanswered !== undefined) this.#tell(unanswered, 0);
    for (const queue of [this.#underWay, this.#waiting]) {
      for (let p = queue.shift(); p !== undefined; p = queue.shift()) p.reject(reason);
    }
  }

  #pump(): void {
    const wasIdle = this.#underWay.length === 0;
    while (!this.#exclusive && this.#underWay.length < this.#options.depth) {
      const pending = this.#waiting.shift();
      if (pending === undefined) break;
      this.#underWay.push(pending);
      pending.sentAt = performance.now();
      this.#exclusive = pending.exchange.proceed !== undefined;
      if (pending.exchange.command !== undefined) this.#send(octets`${pending.exchange.command}\r\n`);
    }
    if (wasIdle) this.#await();
  }

  /** Commands of one turn of the event loop, and of its microtasks, leave in one write. */
  #send(line: Octets): void {
    if (this.#outgoing === '') process.nextTick(() => this.#flush());
    this.#outgoing = this.#outgoing.concat(line);
  }

  #flush(): void {
    const bytes = bytesOf(this.#outgoing);
    this.#outgoing = octets``;
    if (this.#ended === undefined) this.#socket.write(bytes);
  }

  /** Starts the time-out for the next answer, if one is due. Any input restarts it. */
  #await(): void {
    const next = this.#underWay.peek();
    const ms = next === undefined ? undefined : (next.exchange.timeout ?? this.#options.answerTimeout);
    if (ms === this.#deadlineMs) return;
    clearTimeout(this.#deadline);
    this.#deadlineMs = ms;
    this.#deadline = ms === undefined ? undefined : setTimeout(() => this.#expire(ms), ms).unref();
  }

  #expire(ms: number): void {
    this.#timedOut = true;
    const what = this.#underWay.peek()?.exchange.command === undefined ? 'banner' : 'answer';
    this.end(new RgtpError('unavailable', `no ${what} within ${ms} ms`));
  }

  #receive(chunk: Buffer): void {
    this.#options.onHeard?.();
    this.#deadline?.refresh();
    this.#lines.feed(chunk);
    this.#fed += chunk.length;
    if (this.#due) return;
    this.#due = !eventLoop.run(this.#turn);
    if (this.#due) this.#socket.pause();
  }

  readonly #turn = (): void => {
    this.#due = false;
    this.#deadline?.refresh();
    while (this.#takeLine()) {
      if (!eventLoop.over()) continue;
      this.#due = true;
      this.#socket.pause();
      eventLoop.later(this.#turn);
      return;
    }
    if (this.#socket.isPaused()) this.#socket.resume();
  };

  /** Takes the next line that is here. False: there is none. */
  #takeLine(): boolean {
    const line = this.#ended === undefined ? this.#lines.next() : undefined;
    const pending = this.#underWay.peek();
    if (line === undefined) {
      if (this.#lines.discarding && pending !== undefined) this.#count(pending, this.#fed);
      this.#fed = 0;
      return false;
    }
    if (pending?.data !== undefined) this.#takeData(pending, pending.data, line);
    else if (line === TOO_LONG) this.#nonsense(`a line of over ${this.#options.maxLine} octets`);
    else this.#takeStatus(pending, octetsFrom(line));
    return true;
  }

  /** What came before the end counts: it may be the answer to a post. */
  #hungUp(cause?: Error): void {
    while (this.#takeLine()) {}
    this.end(lost(cause));
  }

  #takeStatus(pending: Pending | undefined, line: Octets): void {
    const status = parseStatus(line);
    if (status === undefined) this.end(new RgtpFormatError('not a response', line));
    else if (pending === undefined) this.#unasked(status);
    else if (status.code < 200 && status.code !== 150) {
      pending.preliminary.push(status);
      if (pending.preliminary.length > MAX_PRELIMINARY) this.#nonsense('1xx responses without end', line);
    } else {
      const answer = { ...status, preliminary: pending.preliminary };
      if (status.code === 250) pending.data = answer;
      else if (!this.#proceed(pending, answer)) this.#finish(pending, answer);
    }
  }

  /** Takes the next step of an exchange. Returns false where there is none. */
  #proceed(pending: Pending, answer: Answer): boolean {
    try {
      const more = pending.exchange.proceed?.(answer);
      if (more === undefined) return false;
      pending.preliminary = [];
      this.#socket.write(more);
    } catch (error) {
      this.end(error instanceof RgtpError ? error : new RgtpError('bug', String(error), { cause: error }));
    }
    return true;
  }

  #takeData(pending: Pending, answer: Answer, line: Buffer | typeof TOO_LONG): void {
    if (line === TOO_LONG) {
      // The reader finds the next line, so later answers remain readable.
      pending.failure ??= new RgtpError('nonsense', `data with a line of over ${this.#options.maxLine} octets`);
      this.#count(pending, this.#options.maxLine);
    } else if (line[0] !== DOT) this.#passOn(pending, line);
    else if (line.length > 1) this.#passOn(pending, line.subarray(1));
    else this.#finish(pending, answer);
  }

  #passOn(pending: Pending, line: Buffer): void {
    this.#count(pending, line.length + 2);
    if (pending.failure !== undefined || this.#ended !== undefined) return;
    try {
      pending.exchange.onData?.(line);
    } catch (error) {
      pending.failure = error;
    }
  }

  #count(pending: Pending, octets: number): void {
    pending.octets += octets;
    const limit = pending.exchange.limit ?? this.#options.maxBlock;
    if (pending.octets > limit) this.#nonsense(`data of over ${limit} octets`);
  }

  #finish(pending: Pending, answer: Answer): void {
    this.#underWay.shift();
    this.#tell(pending, answer.code);
    if (pending.exchange.proceed !== undefined) this.#exclusive = false;
    if (pending.failure === undefined) pending.resolve(answer);
    else pending.reject(pending.failure);
    if (endsConnection(answer.code)) {
      this.end(
        new RgtpError('unavailable', `the server ended the connection with ${shown(answer)}`, {
          code: answer.code,
          said: answer.text,
        }),
      );
      return;
    }
    this.#await();
    this.#pump();
  }

  #tell({ exchange: { command }, sentAt }: Pending, code: number): void {
    if (command === undefined) return;
    this.#options.onAnswer?.(command.slice(0, 4), code, (performance.now() - sentAt) / 1000);
  }

  /** An answer without a command. Servers end idle connections with 481; anything else means lost synchronisation. */
  #unasked(status: Status): void {
    const kind = endsConnection(status.code) ? 'unavailable' : 'nonsense';
    this.end(
      new RgtpError(kind, `unasked, the server said ${shown(status)}`, {
        code: status.code,
        line: shown(status),
        said: status.text,
      }),
    );
  }

  #nonsense(what: string, line?: Octets): void {
    const details = line === undefined ? {} : { line: printable(line) };
    this.end(new RgtpError('nonsense', `the server sent ${what}`, details));
  }
}

function shown({ code, text }: Status): string {
  return printable(octets`${code} ${text}`);
}

function lost(cause?: Error): RgtpError {
  return new RgtpError('unavailable', `connection lost${cause === undefined ? '' : `: ${cause.message}`}`, { cause });
}
