import type { Text } from './octets.ts';

/** The fields of log lines beside the message: one name for one thing, whichever module logs it. */
export const logFields = {
  part: 'of the program: `nntp`, or `board`, the embedded one',
  connection: 'the id of a connection to this server, the same in all lines about it',
  address: 'where the other end of the connection is',
  port: 'its port there; with `listening`, our own',
  tls: 'whether the connection began with TLS',
  seconds: 'how long it lasted',
  ident: "what the other end's machine says of the connection (RFC 1413)",
  user: 'whom a newsreader logs in as, as typed',
  userid: 'somebody on a board',
  command: 'of NNTP or RGTP, without its arguments',
  code: 'of an answer of a board',
  board: 'its name in the configuration',
  newsgroup: 'the main newsgroup of a board',
  peer: 'a news server that articles are offered to, by its name in the configuration',
  messageId: 'of an article',
  item: 'of a board, or how it is called in a row of the index',
  sequence: 'a sequence number of a board, or the first of several',
  epoch: 'of a newsgroup: its numbering since the board began another',
  epochs: 'how many',
  posts: 'how many',
  rows: 'of the index: how many',
  row: 'of the index, as it came',
  items: 'how many',
  path: 'of a file',
  settings: 'keys of the configuration',
  step: 'of an orderly end',
  signal: 'that told the server to end',
  url: 'asked of the status server',
  lines: 'of the log: how many',
  message: 'of the lines of the log that were left out',
  suppressed: 'how many of them',
  reason: 'why, in words; nothing that happens outside of the program has more than that',
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
};
