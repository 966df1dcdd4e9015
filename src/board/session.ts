import type { Duplex } from 'node:stream';
import { dropInTurns } from '../wire/endings.ts';
import { eventLoop } from '../wire/fair-share.ts';
import { LineReader, TOO_LONG } from '../wire/line-reader.ts';
import type { Log, LogFields } from '../wire/log.ts';
import { latin1, type Octets, octets } from '../wire/octets.ts';
import type { Soon } from '../wire/soon.ts';
import { type AccessLevel, accessText } from './access.ts';
import type { Grant } from './accounts.ts';
import { type Board, type Caller, callerKey, type Member } from './board.ts';
import type { Challenge, CommandSession } from './command-session.ts';
import { findCommand, unknownCommand } from './commands/table.ts';
import { Deadline } from './deadline.ts';
import { ErrorResponse, requireSynced, responseTo } from './error-response.ts';
import { limits } from './limits.ts';
import { Output } from './output.ts';
import { Standing } from './standing.ts';
import { stripLine, TextReceiver, type TextRules } from './text.ts';
import { Work } from './work.ts';

/** log entries a session can cause */
const MOST_REPORTS = 5;

/**
 * One connection. Commands are answered in order. While one is in progress, or its answer has not been read,
 * the next lines wait in the socket.
 */
export class Session implements Member, CommandSession {
  readonly board: Board;
  readonly log: Log;
  readonly caller: Caller;
  readonly owner: unknown;
  readonly #stream: Duplex;
  readonly #reader = new LineReader(limits.line);
  readonly #output: Output;
  readonly #onClose: () => void;
  readonly #deadline = new Deadline(() => this.#timeOut());
  readonly #standing: Standing;
  #receiver: TextReceiver | undefined;
  #busy = false;
  /** a turn is due, in which the next lines are taken */
  #due = false;
  #ended = false;
  #closing = false;
  /** said as soon as no command is in progress */
  #lastWords: Octets | undefined;
  #reports = 0;
  /** asked for at once: the caller's machine forgets the connection when a refusal closes it */
  readonly #identity: Promise<string | undefined>;
  readonly #gone = Promise.withResolvers<void>();

  level: AccessLevel = 0;
  userid: Octets | undefined;
  challenge: Challenge | undefined;
  registering = false;
  debug = false;
  readonly work = new Work();

  constructor(board: Board, stream: Duplex, caller: Caller, log: Log, onClose: () => void) {
    this.board = board;
    this.#stream = stream;
    this.caller = caller;
    // The people behind the bridge do not share one turn.
    this.owner = caller.address === undefined ? this : callerKey(caller);
    eventLoop.belongs(this.#turn, this.owner);
    this.log = log;
    this.#onClose = onClose;
    this.#standing = new Standing(board.store.accounts);
    this.#identity = board.identify(caller);
    this.#output = new Output(stream, () => this.#progress());
    stream.on('data', this.#onData);
    // Complete commands before the end are still answered; an incomplete line or text is dropped.
    stream.on('end', () => {
      this.#ended = true;
      this.#pump();
    });
    stream.on('error', (error) => this.log.debug({ err: error }, 'connection lost'));
    stream.on('close', () => this.#closed());
    this.#arm();
    this.say(octets`230 ${accessText(0, board.greeting)}`);
    this.#output.flush();
  }

  say(line: Octets): void {
    this.#output.line(line);
  }

  send(answer: Buffer): void {
    this.#output.write(answer);
  }

  async room(): Promise<boolean> {
    this.#arm();
    await this.#output.room();
    return !this.#stream.destroyed;
  }

  get blocked(): boolean {
    return this.#output.blocked || this.#stream.destroyed;
  }

  report(message: string, fields: LogFields): void {
    if (++this.#reports > MOST_REPORTS) return;
    void this.#identity.then((ident) => this.log.warn({ ...fields, ...(ident !== undefined && { ident }) }, message));
  }

  admit(grant: Grant, what: string): void {
    this.#standing.grant(grant);
    this.board.observer.loggedIn('accepted');
    this.setLevel(grant.level, what);
  }

  setLevel(level: AccessLevel, what: string): void {
    this.level = level;
    if (level < 3) {
      this.work.endEdit();
      this.board.lock.release(this);
    }
    this.say(octets`23${level} ${accessText(level, latin1(what))}`);
  }

  receive(rules: TextRules): void {
    this.work.awaitText();
    this.#receiver = new TextReceiver(rules, this.#reader.endedBare);
    this.say(octets`150 Send ${rules.prompt}; finish with \`.'`);
  }

  close(): void {
    this.#closing = true;
    this.#letGo();
    this.#output.end();
    this.#stream.off('data', this.#onData);
    dropInTurns(this.#stream);
    this.#arm();
  }

  /** The server stops: the command in progress finishes, then 481 asks the client to come back later. */
  shutDown(): Promise<void> {
    this.#leave(octets`481 The server is going down - closing connection.`);
    return this.#gone.promise;
  }

  review(): void {
    const words = this.#standing.revoked(false);
    if (words !== undefined) this.#leave(octets`482 ${words}`);
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #leave(lastWords: Octets): void {
    this.#lastWords = lastWords;
    if (!this.#busy) this.#pump();
  }

  /** Takes the lines that have arrived when this session's turn comes. */
  #pump(): void {
    if (this.#due) return;
    this.#due = !eventLoop.run(this.#turn);
    if (this.#due) this.#stream.pause();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#reader.feed(chunk);
    this.#pump();
  };

  readonly #turn = (): void => {
    this.#due = false;
    while (!this.#busy && !this.#closing && this.#lastWords === undefined && !this.blocked) {
      const line = this.#reader.next();
      if (line === undefined) break;
      this.#take(line);
      // After the command: EDLK and DATA change how long the client may be silent.
      this.#arm();
      if (this.#reader.buffered === 0 || !eventLoop.over()) continue;
      this.#due = true;
      eventLoop.later(this.#turn);
      break;
    }
    if (this.#lastWords !== undefined && !this.#busy && !this.#closing) {
      this.say(this.#lastWords);
      this.close();
    }
    this.#output.flush();
    if (this.#busy) eventLoop.promised();
    if (this.#output.blocked) this.#arm();
    if (this.#busy || this.#due || this.#output.blocked) this.#stream.pause();
    else if (this.#ended && !this.#closing) this.close();
    // Even after QUIT: only reading notices the end.
    else this.#stream.resume();
  };

  #take(line: Buffer | typeof TOO_LONG): void {
    try {
      const done = this.#receiver === undefined ? this.#command(line) : this.#text(line);
      if (done instanceof Promise) this.#await(done);
    } catch (error) {
      this.#fail(error);
    }
  }

  #await(done: Promise<void>): void {
    this.#busy = true;
    done
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#busy = false;
        this.#arm();
        this.#pump();
      });
  }

  #command(line: Buffer | typeof TOO_LONG): Soon<void> {
    if (line === TOO_LONG) throw new ErrorResponse(512, octets`Line far too long.`);
    const text = stripLine(line);
    if (text === '') return;
    const [, word = '', args = octets``] = text.match(/^(\S*)\s*(.*)$/s) ?? [];
    const command = findCommand(word);
    if (command === undefined) throw unknownCommand(text);
    const revoked = this.#standing.revoked(command.level < 2);
    if (revoked !== undefined) throw new ErrorResponse(482, revoked);
    if (this.debug) this.log.info({ command: word.toUpperCase() }, 'command');
    if (this.level < command.level) {
      const { userid } = this;
      this.report('command refused', { command: word.toUpperCase(), userid, reason: 'its access level is too low' });
      throw new ErrorResponse(531, octets`Permission denied as specified in 230/231/232 response.`);
    }
    if (command.level > 0) requireSynced(this.board.store);
    return command.run(this, args);
  }

  #text(line: Buffer | typeof TOO_LONG): void {
    const receiver = this.#receiver;
    if (receiver === undefined) return;
    if (line === TOO_LONG) receiver.tooLong();
    else if (receiver.line(line, this.#reader.endedBare, this.#reader.afterBare)) {
      this.#receiver = undefined;
      this.work.takeText(() => receiver.finish());
      this.say(octets`350 Data received, thanks.  What shall I do with it?`);
    }
  }

  #fail(error: unknown): void {
    if (!(error instanceof ErrorResponse)) this.log.error({ err: error }, 'command failed');
    const { before, code, text, closes } = responseTo(error);
    for (const line of before) this.say(line);
    this.say(octets`${code} ${text}`);
    if (closes) this.close();
  }

  /** Restarts the time-out: at every complete line, and whenever the client has read. */
  #arm(): void {
    this.#deadline.set(this.#timeLimit());
  }

  #timeLimit(): number {
    const { idle, lock, data, closing } = this.board.timeouts;
    if (this.#closing) return closing;
    if (this.#receiver !== undefined || this.#output.blocked) return data;
    return this.board.lock.heldBy(this) ? lock : idle;
  }

  #timeOut(): void {
    // A client that does not read would not read 481 either.
    if (this.#closing || this.#output.blocked) this.destroy();
    else if (this.#busy) this.#arm();
    else {
      this.say(octets`481 Timeout awaiting input - closing connection.`);
      this.close();
    }
  }

  #progress(): void {
    this.#arm();
    this.#pump();
  }

  #closed(): void {
    this.#deadline.clear();
    eventLoop.forget(this.#turn);
    this.#closing = true;
    this.#letGo();
    this.#onClose();
    this.#gone.resolve();
  }

  /** Releases the lock and the edit at once, however long the client takes to hang up (RGTP 2.2.23). */
  #letGo(): void {
    this.work.drop();
    this.#standing.drop();
    this.board.lock.release(this);
  }
}
