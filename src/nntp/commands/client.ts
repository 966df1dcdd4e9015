import type { Newsgroup, Peer, ReaderSession } from '../backend.ts';
import type { Transport } from '../connection/transport.ts';
import type { PackageSession } from '../package/session.ts';
import type { Selection } from '../selection.ts';
import type { Shared } from '../shared.ts';
import type { Task } from '../syntax/status.ts';

/** The session as a command sees it. */
export interface Client extends PackageSession {
  /** what all sessions of the server share, settings included */
  readonly shared: Shared;
  readonly peer: Peer;
  readonly reader: ReaderSession;
  readonly transport: Transport;
  readonly compressed: boolean;
  readonly selected: Selection | undefined;

  /** AUTHINFO can be used now. */
  readonly canLogin: boolean;
  /** STARTTLS can be used now. */
  readonly canStartTls: boolean;

  /** Posting is allowed, now or after a login that this session can make. */
  readonly mayPost: boolean;

  /** 200 or 201, as the greeting would be now. */
  readiness(): string;
  select(newsgroup: Newsgroup): Selection;
  /**
   * The status of a command that this session may not use yet: 480 if a login would help, 483 if TLS would, else 502.
   */
  loginStatus(): string;
  /** The status line for an error. */
  refuse(error: unknown, task: Task): string;

  /** Counts this session among the compressed ones. Returns false if there are too many. */
  startCompressing(): boolean;
  /** Called when TLS begins: forgets what the client said before (RFC 4642 §2.2.2). */
  secured(): void;
}
