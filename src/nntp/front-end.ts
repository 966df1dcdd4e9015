import type { Duplex } from 'node:stream';
import Nntp, { type Session } from 'nntp-server';
import type { Log } from '../wire/log.ts';
import { type Backend, type Peer, Refusal } from './backend.ts';
import { commands } from './commands/table.ts';
import type { Certificate } from './connection/certificate.ts';
import type { Limits } from './limits.ts';
import type { LoginGate } from './login-gate.ts';
import type { Observer } from './observer.ts';
import { NntpSession } from './session.ts';
import type { Wildmat } from './syntax/wildmat.ts';

/** Lists that whoever runs the server may keep (RFC 6048 §§2.3–2.6). */
export interface Maintained {
  /** lines of LIST DISTRIBUTIONS */
  readonly distributions: readonly string[] | undefined;
  /** lines of LIST MODERATORS */
  readonly moderators: readonly string[] | undefined;
  /** the newsgroups of LIST SUBSCRIPTIONS; `undefined`: all */
  readonly subscriptions: Wildmat | undefined;
}

/** What every session of a server shares. */
export interface Shared {
  readonly backend: Backend;
  /** the host name in greetings */
  readonly name: string;
  readonly limits: Limits;
  readonly log: Log;
  readonly observer: Observer;
  readonly logins: LoginGate;
  /** `undefined`: TLS is not to be had */
  readonly certificate: Certificate | undefined;
  /** AUTHINFO without TLS from anywhere, not only from this host */
  readonly cleartextAuth: boolean;
  readonly compress: boolean;
  readonly maintained: Maintained;
  /** unix ms */
  readonly now: () => number;
}

const LOOPBACK = /^(127\.|::1$)/;

/** The package's server: its hooks over our backend, its sessions ours. It does not listen itself. */
export class FrontEnd extends Nntp implements Shared {
  readonly backend: Backend;
  readonly name: string;
  readonly limits: Limits;
  readonly log: Log;
  readonly observer: Observer;
  readonly logins: LoginGate;
  readonly certificate: Certificate | undefined;
  readonly cleartextAuth: boolean;
  readonly compress: boolean;
  readonly maintained: Maintained;
  readonly now: () => number;
  readonly sessions = new Set<NntpSession>();
  #compressed = 0;

  constructor(shared: Shared) {
    super({
      commands,
      session: {
        create: () => {
          throw new TypeError('sessions are made by welcome()');
        },
      },
    });
    this.backend = shared.backend;
    this.name = shared.name;
    this.limits = shared.limits;
    this.log = shared.log;
    this.observer = shared.observer;
    this.logins = shared.logins;
    this.certificate = shared.certificate;
    this.cleartextAuth = shared.cleartextAuth;
    this.compress = shared.compress;
    this.maintained = shared.maintained;
    this.now = shared.now;
  }

  /** Begins a session on a connected stream. */
  welcome(stream: Duplex, peer: Peer, tls: boolean): NntpSession {
    const session = new NntpSession(this, stream, peer, tls);
    this.sessions.add(session);
    this.log.debug({ connection: peer.connection, address: peer.address, port: peer.port, tls }, 'connection opened');
    this.observer.connectionOpened?.(peer, tls);
    session.greet();
    return session;
  }

  /** Counts a session among the compressed. False: there are too many. */
  startCompressing(session: NntpSession): boolean {
    if (this.#compressed >= this.limits.compressed) return false;
    this.#compressed++;
    session.compressed = true;
    return true;
  }

  /** A session is over. False: that was known. */
  forget(session: NntpSession): boolean {
    if (!this.sessions.delete(session)) return false;
    if (session.compressed) this.#compressed--;
    return true;
  }

  /** A password may cross this connection although it is not encrypted. */
  trustsCleartext(peer: Peer): boolean {
    return this.cleartextAuth || LOOPBACK.test(peer.address);
  }

  override _needAuth(session: Session): boolean {
    return session instanceof NntpSession && !session.access.read;
  }

  override async _selectGroup(session: Session, name: string): Promise<boolean> {
    if (!(session instanceof NntpSession)) return false;
    const group = session.reader.newsgroup(name);
    if (group) session.select(group);
    return group !== undefined;
  }

  /** Checks the user and password that AUTHINFO USER and PASS have left in the session. Rejects with a `Refusal`. */
  override async _authenticate(session: Session): Promise<boolean> {
    const { authinfo_user: user, authinfo_pass: password } = session;
    session.authinfo_pass = null;
    session.authinfo_user = null;
    if (!(session instanceof NntpSession) || user === null || password === null) return false;
    await this.login(session, user, password);
    return true;
  }

  /** Logs a session in, or rejects with a `Refusal`. */
  async login(session: NntpSession, user: string, password: string): Promise<void> {
    const { peer, reader } = session;
    const { connection, address } = peer;
    try {
      const name = await this.logins.attempt(address, () => reader.login(user, password));
      this.log.info({ connection, address, user: name }, 'logged in');
      this.observer.loginSucceeded?.(peer);
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'bad-credentials') {
        this.log.warn({ connection, address, user, reason: error.message }, 'login failed');
        this.observer.loginFailed?.(peer);
      }
      throw error;
    }
  }

  /** Where the package reports what a command rejected with. None does: `NntpSession.refuse` has made an answer of it. */
  override _onError(error: unknown): void {
    this.log.error({ err: error }, 'command failed');
  }
}
