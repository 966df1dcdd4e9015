import type { Text } from './octets.ts';

/** The fields of log lines beside the message: one name for one thing, whichever module logs it. */
export const logFields = {
  part: '`nntp`, or `board` for the embedded board',
  connection: 'the id of a connection to this server, the same in all lines about it',
  address: 'the address of the other end of the connection',
  port: 'the port of the other end; with `listening`, our own',
  tls: 'whether the connection began with TLS',
  seconds: 'how long it lasted',
  ident: 'what the ident server at the other end says about the connection (RFC 1413)',
  user: 'the name that a newsreader logs in with, as typed',
  userid: 'a userid on a board',
  command: 'an NNTP or RGTP command, without its arguments',
  code: "the code of a board's answer",
  board: "a board's name in the configuration",
  newsgroup: "a board's main newsgroup",
  peer: "a peer's name in the configuration",
  messageId: 'the Message-ID of an article',
  item: 'the id of an item, or its name in a row of the index',
  sequence: "a board's sequence number, or the first of several",
  epoch: 'the number of a numbering epoch',
  epochs: 'number of epochs',
  posts: 'number of posts',
  rows: 'number of rows of the index',
  row: 'a row of the index, as received',
  items: 'number of items',
  path: 'the path of a file',
  settings: 'configuration keys',
  step: 'a step of an orderly end',
  signal: 'the signal that ends the server',
  url: 'the URL requested from the status server',
  lines: 'number of log lines',
  message: 'the message of log lines that were left out',
  suppressed: 'number of these lines',
  reason: 'the cause, in words: all that is logged about an event outside the program',
  err: 'a bug, with its stack',
} as const;

/**
 * The fields of a line; others do not compile. A cause goes under `err`, which the log writes as `reason` if it is not
 * a bug (`Trouble`).
 */
export type LogFields = { readonly [field in keyof typeof logFields]?: unknown };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The log that modules write to. pino's `Logger` is one; the composition root makes it and hands it down. */
export interface Log {
  debug(fields: LogFields, message: Text): void;
  info(fields: LogFields, message: Text): void;
  warn(fields: LogFields, message: Text): void;
  error(fields: LogFields, message: Text): void;
  child(fields: LogFields): Log;
  /** Optional: whether lines of a level are written at present. */
  isWritten?(level: LogLevel): boolean;
}

/** Writes nothing. */
export const silent: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silent,
  isWritten: () => false,
};
