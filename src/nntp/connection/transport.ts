import type { Duplex } from 'node:stream';
import type { DotReader } from '../../wire/dots.ts';
import { TOO_LONG } from '../../wire/line-reader.ts';
import type { Limits } from '../limits.ts';
import type { Shared } from '../shared.ts';
import { type Answer, LongAnswer } from '../syntax/answer.ts';
import { Incoming, type Line } from './incoming.ts';
import { LongRun } from './long-run.ts';
import { Output } from './output.ts';

/** How long the sessions that have most to do may keep the event loop, together, before others get a turn, in ms. */
const SLICE = 4;
/** The clock is read once in so many commands, and after each piece of a long answer. */
const STEPS_A_LOOK = 16;
const FLUSH_OCTETS = 64 * 1024;
/** How long a closed side waits for the client to close its own, in ms. */
const LINGER = 5_000;

/** What the transport tells its session. */
export interface TransportEvents {
  /** A command line, without its terminator. `busy()` is asked before the next. */
  command(line: Buffer): void;
  /** A command line over the limit; the rest of it is being discarded. */
  commandTooLong(): void;
  busy(): boolean;
  /** A long answer is complete. */
  answered(): void;
  /** A long answer failed; `begun`: part of it has been sent, nothing can be said any more. */
  answerFailed(error: unknown, begun: boolean): void;
  /** The connection is over; called once. `error` where the client did not end it. */
  closed(error: Error | undefined): void;
}

/**
 * The byte transport of a session: frames lines, runs one command at a time, gathers answers into few writes, and
 * neither reads nor runs commands while the client leaves answers unread. Receives articles and passwords as a
 * command asks for them, and changes the stream beneath for TLS and compression.
 */
export class Transport {
  /** transports that have given up their turn and wait for the next */
  static #waiting = 0;
  readonly #events: TransportEvents;
  readonly #limits: Limits;
  #stream: Duplex;
  readonly #incoming: Incoming;
  readonly #output = new Output();
  #long: LongRun | undefined;
  #pumping = false;
  #yielded = false;
  #settling = false;
  #steps = 0;
  /** when this session has had its share of this turn of the event loop */
  #turnEnds = 0;
  #paused = false;
  #inputEnded = false;
  /** said before the end, once the answer at hand is complete */
  #last: string | undefined;
  #ending = false;
  #closed = false;
  /** when the client last sent something or took something, in ms of the server's clock */
  lastProgress: number;
  readonly #now: () => number;

  constructor(
    stream: Duplex,
    events: TransportEvents,
    { limits, now, articles }: Pick<Shared, 'limits' | 'now' | 'articles'>,
  ) {
    this.#events = events;
    this.#limits = limits;
    this.#stream = stream;
    this.#incoming = new Incoming(limits, articles);
    this.#now = now;
    this.lastProgress = now();
    this.#attach();
  }

  /** What the package's `tick()` asks before it runs a command. */
  get writable(): boolean {
    return !this.#closed && !this.#ending;
  }

  /** Nothing is being answered, received or waiting to be run. */
  get quiet(): boolean {
    return !this.#long && !this.#yielded && !this.#events.busy() && !this.#blocked;
  }

  /** Octets of answers not taken by the client. */
  get #unsent(): number {
    return this.#output.octets + this.#stream.writableLength;
  }

  get #blocked(): boolean {
    return this.#stream.writableNeedDrain && this.#stream.writableLength > 0;
  }

  send(answer: Answer): void {
    if (answer === undefined || !this.writable) return;
    if (answer === null) this.#ending = true;
    else if (typeof answer === 'string') this.#output.line(answer);
    else if (Buffer.isBuffer(answer)) this.#output.bytes(answer);
    else if (answer instanceof LongAnswer) this.#long = new LongRun(answer, this.#output, this.#longEvents);
    else for (const part of answer) this.send(part);
  }

  /** Writes what has gathered: before waiting for the client. */
  flush(): void {
    if (!this.#closed) this.#output.flush(this.#stream);
  }

  /** Resolves once everything sent so far is with the operating system. */
  flushed(): Promise<void> {
    this.flush();
    return new Promise((resolve) => this.#stream.write('', () => resolve()));
  }

  /** The next line, whatever it says; `undefined`: the client has gone. */
  nextLine(): Promise<Line | undefined> {
    const line = this.#incoming.line();
    queueMicrotask(() => this.pump());
    return line;
  }

  /** Receives an article (RFC 3977 §6.3.1): up to a dot on a line. `undefined`: the client has gone. */
  nextArticle(): Promise<DotReader | undefined> {
    const article = this.#incoming.article();
    this.#settle();
    return article;
  }

  /**
   * Puts another stream beneath: what was sent before is written to the old one first, what the client sent ahead
   * is dropped (plaintext after STARTTLS, RFC 4642 §2.2.2).
   */
  exchange(make: (below: Duplex) => Duplex): void {
    if (this.#closed) return;
    this.flush();
    this.#detach();
    this.#incoming.drop();
    this.#stream = make(this.#stream);
    this.#paused = false;
    this.#attach();
  }

  /** Finishes the answer at hand, sends `last`, and ends. Commands not begun are not run. */
  end(last: string): void {
    this.#last = last;
    this.pump();
  }

  /** Ends at once. */
  destroy(error?: Error): void {
    this.#close(error);
    this.#stream.destroy();
  }

  /** Runs what can be run now: the long answer at hand, then commands, until the client or the clock says stop. */
  pump(): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    while (this.#step()) {
      const looks = this.#long !== undefined || ++this.#steps % STEPS_A_LOOK === 0;
      if (looks && performance.now() > this.#turnEnds) {
        this.#yield();
        break;
      }
    }
    this.#pumping = false;
    if (this.#events.busy() && !this.#yielded) this.#settleLater();
    else this.#settle();
  }

  /** A new turn of the event loop: what follows may take a while again. */
  #turn(): void {
    this.#turnEnds = performance.now() + SLICE / (1 + Transport.#waiting);
    this.pump();
  }

  #settle(): void {
    this.flush();
    this.#flow();
  }

  /** A command that is not done yet often is before this turn ends: then its answer goes out with the others. */
  #settleLater(): void {
    if (this.#settling) return;
    this.#settling = true;
    setImmediate(() => {
      this.#settling = false;
      this.#settle();
    });
  }

  /** One piece or one command. False: nothing to do, or not yet. */
  #step(): boolean {
    if (this.#closed || this.#yielded) return false;
    if (this.#output.octets >= FLUSH_OCTETS) this.flush();
    if (this.#unsent > this.#limits.unsent && this.#blocked) return false;
    if (this.#long) return this.#long.step();
    const { awaitsLine, awaitsArticle } = this.#incoming;
    if (this.#ending || awaitsArticle || (this.#events.busy() && !awaitsLine)) return false;
    if (this.#last !== undefined && !awaitsLine) {
      this.send([this.#last, null]);
      return false;
    }
    const line = this.#incoming.next();
    if (line === undefined) return false;
    if (this.#incoming.handOver(line)) return true;
    if (line === TOO_LONG) this.#events.commandTooLong();
    else this.#events.command(line);
    return true;
  }

  readonly #longEvents = {
    resumed: (): void => {
      this.lastProgress = this.#now();
      this.#turn();
    },
    done: (): void => {
      this.#long = undefined;
      this.#events.answered();
    },
    failed: (error: unknown, begun: boolean): void => {
      this.#long = undefined;
      this.#events.answerFailed(error, begun);
      this.pump();
    },
  };

  #yield(): void {
    this.#yielded = true;
    Transport.#waiting++;
    setImmediate(() => {
      this.#yielded = false;
      Transport.#waiting--;
      this.#turn();
    });
  }

  /** Reads on, or stops reading: bytes are taken from the client only when they can be used. */
  #flow(): void {
    if (this.#closed) return;
    // A half-closed client gets every answer it has asked for.
    if (this.#inputEnded && this.quiet) this.#ending = true;
    if (this.#ending && !this.#long) this.#finish();
    const held = !this.#ending && this.#incoming.buffered > 0 && this.#stopped();
    if (held === this.#paused) return;
    this.#paused = held;
    if (held) this.#stream.pause();
    else this.#stream.resume();
  }

  #stopped(): boolean {
    const { awaitsLine } = this.#incoming;
    return this.#yielded || this.#long !== undefined || this.#blocked || (this.#events.busy() && !awaitsLine);
  }

  #finish(): void {
    if (this.#stream.writableEnded) return;
    this.#stream.end();
    // The client may have more to say; it is read and forgotten, lest a reset overtake the last answer.
    setTimeout(() => this.destroy(), LINGER).unref();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.lastProgress = this.#now();
    if (this.#ending) return;
    this.#incoming.feed(chunk);
    this.#turn();
  };

  readonly #onDrain = (): void => {
    this.lastProgress = this.#now();
    this.#turn();
  };

  readonly #onEnd = (): void => {
    this.#inputEnded = true;
    this.#incoming.end();
    this.pump();
  };

  readonly #onError = (error: Error): void => this.#close(error);

  readonly #onClose = (): void => this.#close(undefined);

  #close(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#incoming.end();
    this.#incoming.drop();
    this.#long?.stop();
    this.#long = undefined;
    this.#events.closed(error);
  }

  #attach(): void {
    this.#stream.on('data', this.#onData);
    this.#stream.on('drain', this.#onDrain);
    this.#stream.on('end', this.#onEnd);
    this.#stream.on('error', this.#onError);
    this.#stream.on('close', this.#onClose);
    // Whoever had it before may have paused it.
    this.#stream.resume();
  }

  #detach(): void {
    this.#stream.off('data', this.#onData);
    this.#stream.off('drain', this.#onDrain);
    this.#stream.off('end', this.#onEnd);
  }
}
