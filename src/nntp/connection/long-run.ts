import type { LongAnswer } from '../syntax/answer.ts';
import type { Output } from './output.ts';

const TERMINATOR = Buffer.from('.\r\n');

export interface LongRunEvents {
  /** A piece that was not ready has arrived. */
  resumed(): void;
  done(): void;
  /** `begun`: part of the answer has been sent. */
  failed(error: unknown, begun: boolean): void;
}

/** A long answer being sent, a piece at a time. */
export class LongRun {
  readonly #status: string;
  readonly #pieces: Iterator<Buffer | Promise<Buffer>>;
  readonly #output: Output;
  readonly #events: LongRunEvents;
  #begun = false;
  #awaiting = false;
  #stopped = false;

  constructor(answer: LongAnswer, output: Output, events: LongRunEvents) {
    this.#status = answer.status;
    this.#pieces = answer.pieces[Symbol.iterator]();
    this.#output = output;
    this.#events = events;
  }

  /** Sends the next piece. Returns false if it is not ready yet. */
  step(): boolean {
    if (this.#awaiting) return false;
    try {
      const step = this.#pieces.next();
      if (step.done) this.#finish();
      else if (step.value instanceof Promise) this.#await(step.value);
      // An empty piece only gives others their turn.
      else if (step.value.length > 0) this.#put(step.value);
    } catch (error) {
      this.#events.failed(error, this.#begun);
    }
    return true;
  }

  /** The client has gone: lets the generator of the pieces clean up. */
  stop(): void {
    this.#stopped = true;
    this.#pieces.return?.();
  }

  /** The status line waits for the first piece: until then the answer can still be a refusal. */
  #begin(): void {
    if (!this.#begun) this.#output.line(this.#status);
    this.#begun = true;
  }

  #put(piece: Buffer): void {
    this.#begin();
    this.#output.bytes(piece);
  }

  #finish(): void {
    this.#begin();
    this.#output.bytes(TERMINATOR);
    this.#events.done();
  }

  #await(piece: Promise<Buffer>): void {
    this.#awaiting = true;
    piece.then(
      (bytes) => {
        this.#awaiting = false;
        if (this.#stopped) return;
        this.#put(bytes);
        this.#events.resumed();
      },
      (error) => {
        this.#awaiting = false;
        if (!this.#stopped) this.#events.failed(error, this.#begun);
      },
    );
  }
}
