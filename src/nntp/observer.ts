import type { Peer } from './backend.ts';

/** Hears what happens, for metrics. Every callback is optional and must not throw. */
export interface Observer {
  connectionOpened?(peer: Peer, secure: boolean): void;
  /** @param seconds how long it lasted */
  connectionClosed?(peer: Peer, seconds: number): void;
  /**
   * A connection was turned away: too many in total, too many from its address, a failed handshake, not a trusted
   * balancer.
   */
  connectionRefused?(reason: 'full' | 'address' | 'handshake' | 'untrusted'): void;
  /**
   * A command was answered.
   * @param verb as in HELP (`LIST ACTIVE`), or `unknown`: never a client's own text
   * @param status three digits, 0 if the client was gone before an answer
   * @param seconds from taking the command to having its answer ready to send
   */
  commandFinished?(verb: string, status: number, seconds: number): void;
  /** An article did not reach the backend: longer than allowed, or too many under way. */
  articleRefused?(reason: 'too-large' | 'too-many'): void;
  loginSucceeded?(peer: Peer): void;
  loginFailed?(peer: Peer): void;
}
