import type { Duplex } from 'node:stream';
import { eventLoop } from '../../wire/fair-share.ts';
import { LineReader, TOO_LONG } from '../../wire/line-reader.ts';
import type { Log } from '../../wire/log.ts';
import { bytesOf, type Octets, octets, octetsFrom } from '../../wire/octets.ts';
import { parseStatus, type Status } from '../../wire/status.ts';
import { endsConnection } from '../codes.ts';
import { printable, RgtpError, RgtpFormatError } from '../errors.ts';
import { Fifo } from './fifo.ts';
import { type Answer, type Bounds, type Exchange, nonsense, Pending } from './pending.ts';
import { reset } from './reset.ts';

/**
 * Octets of lines that are taken at once: a tenth of a millisecond of work if they are rows of an index, and ten times as
 * much before V8 has compiled that.
 */
const AT_ONCE = 16 * 1024;

export interface TransportOptions extends Bounds {
  readonly depth: number;
  /** ms */
  readonly answerTimeout: number;
  readonly log: Log;
  /** see `ClientOptions` */
  readonly onAnswer?: (verb: string, code: number, seconds: number) => void;
  readonly onHeard?: () => void;
}

/**
 * Sends commands and matches answers to them in order, with up to `depth` in progress. It always reads: groggsd holds
 * its locks while it sends, so a client that stops reading blocks all posting. It pauses only while a long answer that
 * has arrived waits for its share of the event loop.
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
  /** a turn is due, in which the next lines are taken */
  #due = false;
  /** octets that have arrived since all lines were last taken */
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

  /** Why the connection ended; `undefined` while it is usable. */
  get ended(): RgtpError | undefined {
    return this.#ended;
  }

  /** The connection ended because the server was silent for too long. */
  get timedOut(): boolean {
    return this.#timedOut;
  }

  /** commands not yet answered */
  get pending(): number {
    return this.#waiting.length + this.#underWay.length;
  }

  /** Sends a command in turn. Resolves with any answer, even an error; rejects if there is none. */
  perform(exchange: Exchange): Promise<Answer> {
    const ended = this.#ended;
    if (ended !== undefined) return Promise.reject(ended);
    return new Promise((resolve, reject) => {
      this.#waiting.push(new Pending(exchange, this.#options, resolve, reject));
      this.#pump();
    });
  }

  /** @param how `reset`: what is on its way must not arrive */
  end(reason: RgtpError, how?: 'reset'): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    clearTimeout(this.#deadline);
    eventLoop.forget(this.#turn);
    if (how === 'reset') reset(this.#socket);
    else this.#socket.destroy();
    const level = reason.kind === 'impostor' ? 'error' : reason.kind === 'nonsense' ? 'warn' : 'debug';
    this.#options.log[level]({ code: reason.code, reason: reason.message }, 'the connection to a board ended');
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
      pending.sent();
      this.#exclusive = pending.exclusive;
      if (pending.exchange.command !== undefined) this.#send(octets`${pending.exchange.command}\r\n`);
    }
    if (wasIdle) this.#await();
  }

  /** The commands of one turn of the event loop, and of its microtasks, are sent in one write. */
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
    for (let taken = this.#takeNext(); taken !== undefined; taken = this.#takeNext()) {
      // A line takes microseconds: an item's is only kept, and a row of the index is short.
      if (!eventLoop.over(taken === 'line')) continue;
      this.#due = true;
      this.#socket.pause();
      eventLoop.later(this.#turn);
      return;
    }
    if (this.#socket.isPaused()) this.#socket.resume();
  };

  /** Takes the next line that has arrived, or the next lines. `undefined`: there is none. */
  #takeNext(): 'line' | 'lines' | undefined {
    if (this.#ended !== undefined) return undefined;
    const pending = this.#underWay.peek();
    try {
      const lines = pending?.takesOctets === true ? this.#lines.nextLines(AT_ONCE) : undefined;
      if (lines !== undefined) {
        pending?.takeOctets(lines);
        return 'lines';
      }
      const line = this.#lines.next();
      if (line !== undefined) {
        this.#take(line, pending);
        return 'line';
      }
      if (this.#lines.discarding) pending?.count(this.#fed);
    } catch (error) {
      if (!(error instanceof RgtpError)) throw error;
      this.end(error);
      return 'line';
    }
    this.#fed = 0;
    return undefined;
  }

  #take(line: Buffer | typeof TOO_LONG, pending: Pending | undefined): void {
    if (pending?.takesData === true) {
      const answer = pending.takeData(line);
      if (answer !== undefined) this.#finish(pending, answer);
    } else if (line === TOO_LONG) throw nonsense(`a line of over ${this.#options.maxLine} octets`);
    else this.#takeStatus(octetsFrom(line), pending);
  }

  #takeStatus(line: Octets, pending: Pending | undefined): void {
    const status = parseStatus(line);
    if (status === undefined) throw new RgtpFormatError('not a response', line);
    if (pending === undefined) throw unasked(status);
    const answer = pending.takeStatus(status);
    if (answer === undefined) return;
    const more = pending.proceed(answer);
    if (more === undefined) this.#finish(pending, answer);
    else this.#socket.write(more);
  }

  /** What arrived before the end counts: it may be the answer to a post. */
  #hungUp(cause?: Error): void {
    while (this.#takeNext() !== undefined) {}
    this.end(lost(cause));
  }

  #finish(pending: Pending, answer: Answer): void {
    this.#underWay.shift();
    this.#tell(pending, answer.code);
    if (pending.exclusive) this.#exclusive = false;
    pending.settle(answer);
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

  #tell({ exchange: { command }, seconds }: Pending, code: number): void {
    if (command !== undefined) this.#options.onAnswer?.(command.slice(0, 4), code, seconds);
  }
}

/** An answer without a command. Servers end idle connections with 481; anything else means lost synchronisation. */
function unasked(status: Status): RgtpError {
  return new RgtpError(
    endsConnection(status.code) ? 'unavailable' : 'nonsense',
    `the server said ${shown(status)} without being asked`,
    { code: status.code, line: shown(status), said: status.text },
  );
}

function shown({ code, text }: Status): string {
  return printable(octets`${code} ${text}`);
}

function lost(cause?: Error): RgtpError {
  return new RgtpError('unavailable', `connection lost${cause === undefined ? '' : `: ${cause.message}`}`, { cause });
}
