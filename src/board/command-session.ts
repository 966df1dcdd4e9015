import type { Log, LogFields } from '../wire/log.ts';
import type { Octets } from '../wire/octets.ts';
import type { AccessLevel } from './access.ts';
import type { Grant } from './accounts.ts';
import type { Board, Caller } from './board.ts';
import type { TextRules } from './text.ts';
import type { Account } from './users.ts';
import type { Work } from './work.ts';

/** A challenge that AUTH has to answer. */
export interface Challenge {
  readonly account: Account & { readonly secret: Buffer };
  readonly serverNonce: Buffer;
}

/** A session as its commands see it. */
export interface CommandSession {
  readonly board: Board;
  readonly log: Log;
  readonly caller: Caller;
  /** the owner of the turns of the event loop that it takes */
  readonly owner: unknown;
  readonly work: Work;
  readonly level: AccessLevel;
  userid: Octets | undefined;
  challenge: Challenge | undefined;
  /** REGU was given: the next USER registers. */
  registering: boolean;
  /** Commands are logged. */
  debug: boolean;
  /** Says one line. */
  say(line: Octets): void;
  /** Sends a complete answer, CRLF included. */
  send(answer: Buffer): void;
  /** True while the client must read before more is sent, and once it has gone. */
  readonly blocked: boolean;
  /** For answers of many pieces: resolves when the next may be sent, with false when the client has gone. */
  room(): Promise<boolean>;
  /** Logs what an operator should know, with ident's answer once it has come. Does not wait for it. */
  report(message: string, fields: LogFields): void;
  /** Logs the session in and says 23x (RGTP 2.2.3). The session ends when the grant no longer holds. */
  admit(grant: Grant, what: string): void;
  /** Sets the access level and says 23x. */
  setLevel(level: AccessLevel, what: Octets): void;
  /** Says 150: the lines up to the dot are text. */
  receive(rules: TextRules): void;
  /** Ends the session once everything said has been sent. */
  close(): void;
}
