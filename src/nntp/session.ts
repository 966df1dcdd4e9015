import { performance } from 'node:perf_hooks';
import { addressKey } from '../wire/address.ts';
import { type Access, type Newsgroup, type Peer, type ReaderSession, Refusal } from './backend.ts';
import type { Client } from './commands/client.ts';
import type { Arrival } from './connection/arrivals.ts';
import { Transport } from './connection/transport.ts';
import type { TransportEvents } from './connection/transport-events.ts';
import { Dispatch } from './dispatch.ts';
import type { PackageServer } from './package/server.ts';
import { PackageSession } from './package/session.ts';
import { Selection } from './selection.ts';
import type { Shared } from './shared.ts';
import { type Answer, LongAnswer, statusOf } from './syntax/answer.ts';
import { failureStatus, refusalStatus, status, type Task } from './syntax/status.ts';

/**
 * One client. Uses the state, the queue and `tick()` of the Session in the npm package nntp-server (`package/`); bytes
 * go through `Transport`, and commands that can answer at once do so without a promise.
 */
export class NntpSession extends PackageSession implements Client, TransportEvents {
  readonly shared: Shared;
  readonly transport: Transport;
  readonly reader: ReaderSession;
  readonly peer: Peer;
  compressed = false;
  selected: Selection | undefined;
  /** a TLS layer is there, from the start or by STARTTLS */
  #tls: boolean;
  readonly #opened: number;
  readonly #onClose: () => void;
  readonly #dispatch: Dispatch = new Dispatch(this);
  #status = 0;
  #begun = 0;
  /** the command is in the queue, because its answer is a promise */
  #pending = false;
  /** the connection is closed */
  #gone = false;
  /** the command's answer is a long one */
  #long = false;

  constructor(
    shared: Shared,
    server: PackageServer,
    { stream, peer, tls, cleartextAuth }: Arrival,
    onClose: () => void,
  ) {
    super(server);
    this.shared = shared;
    this.peer = peer;
    this.#tls = tls;
    this.secure = tls || cleartextAuth;
    this.#opened = shared.clock();
    this.#onClose = onClose;
    this.reader = shared.backend.connect(peer);
    this.transport = new Transport(stream, this, shared, addressKey(peer.address));
    this.out_stream = this.transport;
  }

  get access(): Access {
    return this.reader.access;
  }

  /** No login is possible after compression (RFC 8054 §2.2.2). */
  get canLogin(): boolean {
    return !this.authenticated && !this.compressed && this.secure && this.access.loginHelps;
  }

  /** RFC 4642 §2.2.2. */
  get canStartTls(): boolean {
    return !this.#tls && !this.compressed && !this.authenticated && this.shared.certificate !== undefined;
  }

  greet(): void {
    try {
      const { read, post, loginHelps } = this.access;
      if (read || post || loginHelps) this.transport.send(this.readiness());
      else this.transport.end(status.denied);
    } catch (error) {
      this.refuse(error);
      this.transport.end(
        error instanceof Refusal ? refusalStatus(error, 'stream') : '400 Internal fault; it has been logged',
      );
    }
    this.transport.pump();
  }

  /** Posting is allowed, now or after a login that this session can make. */
  get mayPost(): boolean {
    const { post, loginHelps, loginPosts = loginHelps } = this.access;
    return post || (!this.authenticated && loginPosts && (this.canLogin || this.canStartTls));
  }

  /**
   * 200 or 201 (RFC 3977 §5.1, §5.3). Clients decide by it whether to offer posting at all: at 201, rpost gives up
   * before it logs in. Like INN, this says 200 if a login would allow posting.
   */
  readiness(): string {
    const { name } = this.shared;
    if (!this.mayPost) return `201 ${name} rgtp-nntp ready, no posting`;
    return `200 ${name} rgtp-nntp ready, posting allowed${this.access.post ? '' : ' after login'}`;
  }

  select(newsgroup: Newsgroup): Selection {
    this.selected = new Selection(this.reader, newsgroup);
    return this.selected;
  }

  override async login(user: string, password: string): Promise<void> {
    const { peer, reader } = this;
    const { log, logins, observer } = this.shared;
    const { connection, address } = peer;
    try {
      const name = await logins.attempt({ address, user }, () => {
        // The attempt may have waited behind others' guesses until the client had gone, or even the server.
        if (this.#gone) throw new Refusal('unavailable', 'the connection is closed');
        return reader.login(user, password);
      });
      this.authenticated = true;
      log.info({ connection, address, user: name }, 'logged in');
      observer.loginSucceeded?.(peer);
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'bad-credentials') {
        log.warn({ connection, address, user, reason: error.message }, 'login refused');
        observer.loginFailed?.(peer);
      }
      throw error;
    }
  }

  secured(): void {
    this.#tls = true;
    this.secure = true;
    this.selected = undefined;
    this.authinfo_user = null;
    this.authinfo_pass = null;
  }

  startCompressing(): boolean {
    if (!this.shared.compressions.take()) return false;
    this.compressed = true;
    return true;
  }

  override write(answer: Answer): void {
    if (this.shared.observer.commandFinished) this.#status = statusOf(answer) ?? this.#status;
    if (answer !== undefined) this.#long = answer instanceof LongAnswer;
    this.transport.send(answer);
  }

  override parse(line: Buffer): void {
    this.#start();
    this.#answer(this.#dispatch.run(line));
  }

  override tick(): void {
    super.tick();
    if (!this.pipeline.isEmpty()) return;
    if (this.#pending) {
      this.#pending = false;
      if (!this.#long) this.#finish();
    }
    this.transport.pump();
  }

  /** The status line for an error. One that is not a refusal is logged. */
  refuse(error: unknown, task: Task = 'read'): string {
    const { connection, address } = this.peer;
    const fields = { connection, address, command: this.#dispatch.verb, err: error };
    if (!(error instanceof Refusal)) {
      this.shared.log.error(fields, 'command failed');
      return failureStatus(task);
    }
    if (error.kind === 'login-required' && task === 'read') return this.#loginStatus();
    // The backend logs refused posts, about which it knows more.
    if (error.kind === 'unavailable' && task === 'read') this.shared.log.warn(fields, 'cannot answer now');
    return refusalStatus(error, task);
  }

  #loginStatus(): string {
    try {
      return this.loginStatus();
    } catch (error) {
      const { connection, address } = this.peer;
      this.shared.log.error({ connection, address, err: error }, 'access could not be determined');
      return status.denied;
    }
  }

  loginStatus(): string {
    if (this.canLogin) return status.loginRequired;
    return this.canStartTls && this.access.loginHelps ? status.tlsRequired : status.denied;
  }

  command(line: Buffer): void {
    this.parse(line);
  }

  commandTooLong(head: string): void {
    this.#start();
    this.#answer(this.#dispatch.tooLong(head));
  }

  busy(): boolean {
    return !this.pipeline.isEmpty();
  }

  answered(): void {
    this.#finish();
  }

  answerFailed(error: unknown, begun: boolean): void {
    const line = this.refuse(error);
    // An error can't be reported within a multi-line answer: a visible break is better than a list that looks complete.
    if (begun) this.transport.destroy();
    else this.write(line);
    this.#finish();
  }

  closed(error: Error | undefined): void {
    this.#gone = true;
    const { log, observer, clock, compressions } = this.shared;
    this.reader.close();
    if (this.compressed) compressions.leave();
    const { connection, address } = this.peer;
    const seconds = (clock() - this.#opened) / 1000;
    log.debug({ connection, address, seconds, err: error }, 'connection closed');
    observer.connectionClosed?.(this.peer, seconds);
    this.#onClose();
  }

  #start(): void {
    this.#status = 0;
    this.#long = false;
    if (this.shared.observer.commandFinished) this.#begun = performance.now();
  }

  #finish(): void {
    this.shared.observer.commandFinished?.(this.#dispatch.verb, this.#status, (performance.now() - this.#begun) / 1000);
  }

  #answer(result: Answer | Promise<Answer>): void {
    if (result instanceof Promise) {
      this.#pending = true;
      this.enqueue(this.#dispatch.verb, result, (error) => this.refuse(error));
      return;
    }
    this.write(result);
    if (!this.#long) this.#finish();
  }
}
