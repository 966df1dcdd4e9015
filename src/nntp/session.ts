import type { Duplex } from 'node:stream';
import type { QueuedCommand, SessionGroup } from 'nntp-server';
import { type Access, type Newsgroup, type Peer, type ReaderSession, Refusal } from './backend.ts';
import { findCommand } from './commands/table.ts';
import { Wire, type WireEvents } from './connection/transport.ts';
import type { FrontEnd } from './front-end.ts';
import { BareSession, OneCommand } from './package/bare-session.ts';
import { noGroup, Selection } from './selection.ts';
import { type Answer, LongAnswer } from './syntax/answer.ts';
import { lineText, wordsOf } from './syntax/command-line.ts';
import { failureStatus, refusalStatus, status, type Task } from './syntax/status.ts';

/** The one command that may be longer than others (RFC 4643 §2.4.1). */
const SASL = /^[ \t]*AUTHINFO[ \t]+SASL[ \t]/i;
const SASL_HEAD = 64;
const isSasl = (line: Buffer): boolean => SASL.test(line.toString('latin1', 0, SASL_HEAD));

/**
 * One client. Of the package's Session remain its state, its queue and `tick()`; bytes go through `Wire`, and
 * commands that can answer at once do so without a promise.
 */
export class NntpSession extends BareSession implements WireEvents {
  declare server: FrontEnd;
  declare group: Selection | SessionGroup;
  declare pipeline: OneCommand;
  readonly wire: Wire;
  readonly peer: Peer;
  readonly reader: ReaderSession;
  /** a TLS layer is there (from the start, or by STARTTLS) */
  tls: boolean;
  compressed = false;
  readonly #opened: number;
  #verb = '';
  #status = 0;
  #begun = 0;
  /** the command is in the queue: its answer is a promise */
  #pending = false;
  /** its answer is a long one */
  #long = false;

  constructor(server: FrontEnd, stream: Duplex, peer: Peer, tls: boolean) {
    super();
    this.server = server;
    this.group = noGroup;
    this.pipeline = new OneCommand();
    this.peer = peer;
    this.tls = tls;
    this.secure = tls || server.trustsCleartext(peer);
    this.#opened = server.now();
    this.reader = server.backend.connect(peer);
    this.wire = new Wire(stream, this, server.limits, server.now);
    this.out_stream = this.wire;
  }

  get access(): Access {
    return this.reader.access;
  }

  /** The selected newsgroup. */
  get selected(): Selection | undefined {
    return this.group instanceof Selection ? this.group : undefined;
  }

  /** AUTHINFO can be used now. After compression it can't (RFC 8054 §2.2.2). */
  get canLogin(): boolean {
    return !this.authenticated && !this.compressed && this.secure && this.access.loginHelps;
  }

  /** STARTTLS can be used now (RFC 4642 §2.2.2). */
  get canStartTls(): boolean {
    return !this.tls && !this.compressed && !this.authenticated && this.server.certificate !== undefined;
  }

  greet(): void {
    try {
      const { read, post, loginHelps } = this.access;
      if (read || post || loginHelps) this.wire.send(this.readiness());
      else this.wire.end(status.denied);
    } catch (error) {
      this.refuse(error);
      this.wire.end('400 Internal fault; it has been logged');
    }
    this.wire.pump();
  }

  /** 200 or 201: clients decide by it whether to offer posting, so it is what holds now (RFC 3977 §5.1, §5.3). */
  readiness(): string {
    const { name } = this.server;
    return this.access.post
      ? `200 ${name} rgtp-nntp ready, posting allowed`
      : `201 ${name} rgtp-nntp ready, no posting`;
  }

  select(group: Newsgroup): Selection {
    const selection = new Selection(this.reader, group);
    this.group = selection;
    return selection;
  }

  /** A TLS layer has come: what the client said before it is forgotten (RFC 4642 §2.2.2). */
  secured(): void {
    this.tls = true;
    this.secure = true;
    this.group = noGroup;
    this.authinfo_user = null;
    this.authinfo_pass = null;
  }

  override write(data: Answer): void {
    if (data === undefined) return;
    if (typeof data !== 'object' || Buffer.isBuffer(data) || data instanceof LongAnswer) this.#note(data);
    else if (data !== null) this.#note(data[0]);
    this.#long = data instanceof LongAnswer;
    this.wire.send(data);
  }

  override parse(line: Buffer): void {
    this.#start('unknown');
    this.#answer(this.#run(line));
  }

  override tick(): void {
    super.tick();
    if (!this.pipeline.isEmpty()) return;
    if (this.#pending) {
      this.#pending = false;
      if (!this.#long) this.#finish();
    }
    this.wire.pump();
  }

  /** What the client is told of an error. Whatever is no refusal is logged. */
  refuse(error: unknown, task: Task = 'read'): string {
    if (!(error instanceof Refusal)) {
      this.server.log.error({ connection: this.peer.connection, verb: this.#verb, err: error }, 'command failed');
      return failureStatus(task);
    }
    if (error.kind === 'login-required' && task === 'read') return this.#loginStatus();
    if (error.kind === 'unavailable') {
      this.server.log.warn({ connection: this.peer.connection, verb: this.#verb, err: error }, 'cannot answer now');
    }
    return refusalStatus(error, task);
  }

  #loginStatus(): string {
    try {
      return this.loginStatus();
    } catch (error) {
      this.server.log.error({ connection: this.peer.connection, err: error }, 'access unknown');
      return status.denied;
    }
  }

  /** For a command that this session may not use yet: 480 where a login would help, 483 where TLS would, 502 where neither would. */
  loginStatus(): string {
    if (this.canLogin) return status.loginRequired;
    return this.canStartTls && this.access.loginHelps ? status.tlsRequired : status.denied;
  }

  command(line: Buffer): void {
    this.parse(line);
  }

  commandTooLong(): void {
    this.#start('unknown');
    this.#answer(this.#tooLong());
  }

  busy(): boolean {
    return !this.pipeline.isEmpty();
  }

  answered(): void {
    this.#finish();
  }

  answerFailed(error: unknown, begun: boolean): void {
    const line = this.refuse(error);
    // Within a multi-line answer nothing can be said any more: an end that shows beats a list that looks complete.
    if (begun) this.wire.destroy();
    else this.write(line);
    this.#finish();
  }

  closed(error: Error | undefined): void {
    const { log, observer, now } = this.server;
    if (!this.server.forget(this)) return;
    this.reader.close();
    const seconds = (now() - this.#opened) / 1000;
    log.debug({ connection: this.peer.connection, seconds, err: error }, 'connection closed');
    observer.connectionClosed?.(this.peer, seconds);
  }

  #tooLong(): string {
    return `501 Line longer than ${this.server.limits.line} octets`;
  }

  #start(verb: string): void {
    this.#verb = verb;
    this.#status = 0;
    this.#long = false;
    if (this.server.observer.commandFinished) this.#begun = performance.now();
  }

  #finish(): void {
    this.server.observer.commandFinished?.(this.#verb, this.#status, (performance.now() - this.#begun) / 1000);
  }

  #note(first: string | Buffer | LongAnswer | null | undefined): void {
    if (!this.server.observer.commandFinished || first === null || first === undefined) return;
    const text = first instanceof LongAnswer ? first.status : first;
    this.#status = Number(Buffer.isBuffer(text) ? text.toString('latin1', 0, 3) : text.slice(0, 3));
  }

  #run(line: Buffer): Answer | Promise<Answer> {
    if (line.length > this.server.limits.line && !isSasl(line)) return this.#tooLong();
    const text = lineText(line);
    if (text === undefined) return status.syntax;
    const words = wordsOf(text);
    const found = findCommand(words);
    if (typeof found === 'string') return found;
    const { command, keywords } = found;
    this.#verb = command.head;
    const given = words.length - keywords;
    if (given < command.words[0] || given > command.words[1]) return `501 Syntax: ${command.head} ${command.syntax}`;
    try {
      if (command.needs === 'read' && this.server._needAuth(this)) return this.loginStatus();
      return command.run(this, words.slice(keywords), text);
    } catch (error) {
      return this.refuse(error);
    }
  }

  #answer(result: Answer | Promise<Answer>): void {
    if (result instanceof Promise) {
      this.#pending = true;
      this.pipeline.push(this.#queued(result));
      super.tick();
      return;
    }
    this.write(result);
    if (!this.#long) this.#finish();
  }

  /** A running command as the package's `tick()` knows it. It never rejects: errors have become answers. */
  #queued(result: Promise<Answer>): QueuedCommand {
    const queued: QueuedCommand = {
      state: 0,
      cmd_line: this.#verb,
      resolved_value: undefined,
      rejected_value: undefined,
      run: () => settled,
    };
    const settle = (answer: Answer): void => {
      queued.resolved_value = answer;
      queued.state = 2;
    };
    const settled = result.then(settle, (error) => settle(this.refuse(error)));
    return queued;
  }
}
