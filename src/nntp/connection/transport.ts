import type { Duplex } from 'node:stream';
import type { DotReader } from '../../wire/dots.ts';
import { eventLoop } from '../../wire/fair-share.ts';
import { TOO_LONG } from '../../wire/line-reader.ts';
import type { Shared } from '../shared.ts';
import type { Answer } from '../syntax/answer.ts';
import { Incoming, type Line } from './incoming.ts';
import { Link, type LinkEvents } from './link.ts';
import { Outgoing } from './outgoing.ts';
import type { TransportEvents } from './transport-events.ts';

/** An answer of fewer octets cannot have taken long to make; a client that has sent fewer has not said much. */
const SMALL = 4096;

/**
 * Carries commands and answers: runs one command at a time, gathers answers into few writes, and stops while the client
 * leaves answers unread. Receives articles and passwords for commands. Works in turns of the event loop.
 */
export class Transport implements LinkEvents {
  readonly #events: TransportEvents;
  readonly #link: Link;
  readonly #incoming: Incoming;
  readonly #outgoing: Outgoing;
  #pumping = false;
  /** there is work left for a later turn */
  #waiting = false;
  /** the next turn sends what has been gathered, whatever is in progress */
  #settling = false;
  #inputEnded = false;
  /** sent before the end, once the current answer is complete */
  #last: string | undefined;

  /** @param owner whose turns it takes: see `FairShare.belongs()` */
  constructor(stream: Duplex, events: TransportEvents, { limits, clock, articles }: Shared, owner: unknown) {
    this.#events = events;
    eventLoop.belongs(this.#turn, owner);
    this.#incoming = new Incoming(limits, articles);
    this.#link = new Link(stream, this, clock);
    this.#outgoing = new Outgoing(this.#link, limits, events, this);
  }

  /** The package's `tick()` checks this before it runs a command. */
  get writable(): boolean {
    return !this.#link.closed && !this.#outgoing.ending;
  }

  /** Nothing is being answered or received, or waits to be run. */
  get quiet(): boolean {
    return !this.#outgoing.long && !this.#waiting && !this.#events.busy() && !this.#link.blocked;
  }

  /** when the client last sent or took something */
  get lastProgress(): number {
    return this.#link.lastProgress;
  }

  send(answer: Answer): void {
    this.#outgoing.send(answer);
  }

  /** Resolves once everything sent so far is with the operating system. */
  flushed(): Promise<void> {
    return this.#outgoing.flushed();
  }

  /** The next line, which is not a command; `undefined`: the client has gone. */
  nextLine(): Promise<Line | undefined> {
    const line = this.#incoming.line();
    queueMicrotask(() => this.pump());
    return line;
  }

  /**
   * Receives an article, up to a dot on a line of its own (RFC 3977 §6.3.1). `undefined`: the client has gone.
   *
   * @param most octets of it that are kept; 0: it is not wanted
   */
  nextArticle(most: number): Promise<DotReader | undefined> {
    const article = this.#incoming.article(most);
    this.#settle();
    queueMicrotask(() => this.pump());
    return article;
  }

  /**
   * Puts a layer over the stream: answers gathered so far are written below it, and what the client has sent ahead is
   * dropped (plaintext after STARTTLS, RFC 4642 §2.2.2).
   */
  exchange(make: (below: Duplex) => Duplex): void {
    if (this.#link.closed) return;
    this.#outgoing.flush();
    this.#incoming.drop();
    this.#link.exchange(make);
  }

  /** Finishes the current answer, sends `last`, and ends. Commands that have not begun are not run. */
  end(last: string): void {
    this.#last = last;
    this.pump();
  }

  destroy(error?: Error): void {
    this.#link.destroy(error);
  }

  /** Runs what can be run now: the current long answer, then commands, until the client or the clock says stop. */
  pump(): void {
    if (!this.#runs()) this.#flow();
  }

  /** Takes a turn now, if it is this connection's. False: it will, later. */
  #runs(): boolean {
    if (this.#pumping || this.#waiting || this.#link.closed || eventLoop.run(this.#turn)) return true;
    this.#waiting = true;
    return false;
  }

  readonly #turn = (): void => {
    this.#waiting = false;
    this.#pumping = true;
    let gathered = this.#outgoing.octets;
    while (this.#step()) {
      const { octets, long } = this.#outgoing;
      const grown = octets - gathered;
      gathered = octets;
      // Less than before: a write took place, which takes a while.
      if (!eventLoop.over(!long && grown >= 0 && grown < SMALL)) continue;
      this.#waiting = true;
      eventLoop.later(this.#turn);
      break;
    }
    this.#pumping = false;
    // All input has been taken: a command that waits for more will never get it.
    if (this.#inputEnded && !this.#waiting && !this.#outgoing.full) this.#incoming.end();
    // A command in progress often finishes before this turn ends: then its answer goes out with the others.
    this.#settling = this.#events.busy() && !this.#waiting && !this.#settling;
    if (this.#settling) eventLoop.later(this.#turn);
    else this.#settle();
    if (this.#events.busy()) eventLoop.promised();
  };

  #settle(): void {
    this.#outgoing.flush();
    this.#flow();
  }

  /** Sends one piece or runs one command. Returns false if there is nothing to do yet. */
  #step(): boolean {
    if (this.#link.closed) return false;
    if (this.#incoming.awaitsArticle) return this.#incoming.advance();
    this.#outgoing.flushIfMuch();
    if (this.#outgoing.full) return false;
    if (this.#outgoing.long) return this.#outgoing.step();
    const { awaitsLine } = this.#incoming;
    if (this.#outgoing.ending || (this.#events.busy() && !awaitsLine)) return false;
    if (this.#last !== undefined && !awaitsLine) {
      this.send([this.#last, null]);
      return false;
    }
    const line = this.#incoming.next();
    if (line === undefined || this.#incoming.handOver(line)) return line !== undefined;
    if (line === TOO_LONG) this.#events.commandTooLong(this.#incoming.headOfTooLong);
    else this.#events.command(line);
    return true;
  }

  /** Starts or stops reading: bytes are taken from the client only when they can be used. */
  #flow(): void {
    if (this.#link.closed) return;
    // A half-closed client gets every answer it has asked for.
    if (this.#inputEnded && this.quiet && !this.#pumping) this.#outgoing.end();
    const { ending, long } = this.#outgoing;
    if (ending && !long) this.#outgoing.finish();
    const commandRuns = this.#events.busy() && !this.#incoming.awaitsLine;
    const isStopped = this.#waiting || long || this.#link.blocked || commandRuns;
    this.#link.read(ending || this.#incoming.buffered === 0 || !isStopped);
  }

  received(chunk: Buffer): void {
    if (this.#outgoing.ending) return;
    this.#incoming.feed(chunk);
    this.#runs();
    // Nothing more is read before that turn. But thousands may send at the same moment, and to stop reading from one that
    // has sent little costs more than to keep what it sent.
    if (!this.#waiting || this.#incoming.buffered > SMALL) this.#flow();
  }

  inputEnded(): void {
    this.#inputEnded = true;
    this.pump();
  }

  lost(error: Error | undefined): void {
    eventLoop.forget(this.#turn);
    this.#incoming.close();
    this.#outgoing.stop();
    this.#events.closed(error);
  }
}
