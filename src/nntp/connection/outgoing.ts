import type { Limits } from '../limits.ts';
import { type Answer, LongAnswer } from '../syntax/answer.ts';
import type { Link } from './link.ts';
import { LongRun, type LongRunEvents } from './long-run.ts';
import { Output } from './output.ts';
import type { TransportEvents } from './transport-events.ts';

const FLUSH_OCTETS = 64 * 1024;

/** What is sent to a client: answers gathered for one write, and at most one long answer still being made. */
export class Outgoing implements LongRunEvents {
  /** how many connections there are */
  static #open = 0;
  readonly #output = new Output();
  readonly #link: Link;
  readonly #limits: Limits;
  readonly #events: Pick<TransportEvents, 'answered' | 'answerFailed'>;
  readonly #transport: { pump(): void };
  #long: LongRun | undefined;
  #ending = false;

  /** @param transport pumped when there is more to send, or when another command may run */
  constructor(
    link: Link,
    limits: Limits,
    events: Pick<TransportEvents, 'answered' | 'answerFailed'>,
    transport: { pump(): void },
  ) {
    Outgoing.#open++;
    this.#link = link;
    this.#limits = limits;
    this.#events = events;
    this.#transport = transport;
  }

  /** A long answer is not complete yet. */
  get long(): boolean {
    return this.#long !== undefined;
  }

  /** The session ends once everything before `null` has been sent. */
  get ending(): boolean {
    return this.#ending;
  }

  /** octets gathered but not written yet */
  get octets(): number {
    return this.#output.octets;
  }

  /** The client has left so much unread that nothing more is made for it. The limit falls as more clients connect. */
  get full(): boolean {
    if (!this.#link.blocked) return false;
    const { unsent, unsentInAll } = this.#limits;
    const most = Math.min(unsent, unsentInAll / Outgoing.#open);
    return this.#output.octets + this.#link.unsent > most;
  }

  send(answer: Answer): void {
    if (answer === undefined || this.#ending || this.#link.closed) return;
    if (answer === null) this.#ending = true;
    else if (typeof answer === 'string') this.#output.line(answer);
    else if (Buffer.isBuffer(answer)) this.#output.bytes(answer);
    else if (answer instanceof LongAnswer) this.#long = new LongRun(answer, this.#output, this);
    else for (const part of answer) this.send(part);
  }

  /** Ends the session after what has been sent. */
  end(): void {
    this.#ending = true;
  }

  /** Sends the next piece of the long answer. Returns false if it is not ready yet. */
  step(): boolean {
    return this.#long?.step() ?? false;
  }

  flush(): void {
    this.#link.write(this.#output);
  }

  /** Resolves once everything sent so far is with the operating system. */
  flushed(): Promise<void> {
    this.flush();
    return this.#link.flushed();
  }

  /** Closes this side after the last answer, which may have come outside of a turn. */
  finish(): void {
    this.flush();
    this.#link.finish();
  }

  /** For long answers: writes what has been gathered before it grows too large. */
  flushIfMuch(): void {
    if (this.#output.octets >= FLUSH_OCTETS) this.flush();
  }

  /** The client has gone; called once. */
  stop(): void {
    Outgoing.#open--;
    this.#long?.stop();
    this.#long = undefined;
  }

  resumed(): void {
    this.#link.progressed();
    this.#transport.pump();
  }

  done(): void {
    this.#long = undefined;
    this.#events.answered();
  }

  failed(error: unknown, begun: boolean): void {
    this.#long = undefined;
    this.#events.answerFailed(error, begun);
    this.#transport.pump();
  }
}
