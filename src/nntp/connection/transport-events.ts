/** What the transport reports to its session. */
export interface TransportEvents {
  /** A command line, without its terminator. `busy()` is asked before the next. */
  command(line: Buffer): void;
  /** A command line over the limit, with its beginning; the rest is being discarded. */
  commandTooLong(head: string): void;
  busy(): boolean;
  /** A long answer is complete. */
  answered(): void;
  /** A long answer failed; `begun`: part of it has been sent, so no status line can follow. */
  answerFailed(error: unknown, begun: boolean): void;
  /** The connection is over; called once. `error` is set unless the client ended it. */
  closed(error: Error | undefined): void;
}
