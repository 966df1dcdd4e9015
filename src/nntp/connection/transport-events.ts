/** What the transport tells its session. */
export interface TransportEvents {
  /** A command line, without its terminator. `busy()` is asked before the next. */
  command(line: Buffer): void;
  /** A command line over the limit, which began like this; the rest of it is being discarded. */
  commandTooLong(head: string): void;
  busy(): boolean;
  /** A long answer is complete. */
  answered(): void;
  /** A long answer failed; `begun`: part of it has been sent, nothing more can be said. */
  answerFailed(error: unknown, begun: boolean): void;
  /** The connection is over; called once. `error` where the client did not end it. */
  closed(error: Error | undefined): void;
}
