import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import tls from 'node:tls';
import { LineReader, TOO_LONG } from '../wire/line-reader.ts';
import { Paced } from '../wire/paced.ts';

/** Where a peer is, and how to log in there. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** PEM: the authorities that may certify it; `undefined`: the well-known ones */
  readonly authorities?: string | undefined;
  /** '': no login */
  readonly user: string;
  readonly password: string;
}

export interface PeerAnswer {
  readonly code: number;
  /** what follows the code */
  readonly text: string;
}

/** The peer can't be used now. */
export class PeerError extends Error {
  override readonly name = 'PeerError';
}

interface Waiting {
  resolve(answer: PeerAnswer): void;
  reject(error: Error): void;
}

const LONGEST_ANSWER = 4096;
/** Octets that may wait to be sent. */
const UNSENT = 256 * 1024;
const LONGEST_REASON = 200;
/** ms that a peer has to hang up after QUIT */
const FAREWELL = 5_000;

/** One connection to another news server, as its client: requests are pipelined, and answered in order. */
export class PeerConnection {
  readonly #socket: Socket;
  readonly #lines = new LineReader(LONGEST_ANSWER);
  readonly #waiting: Waiting[] = [];
  readonly #patience: number;
  /** while an answer has begun and not ended: a peer that sends it octet by octet is never silent */
  #begun: NodeJS.Timeout | undefined;
  #over: PeerError | undefined;
  #streaming = false;

  /**
   * Connects, logs in and asks for streaming. Rejects with `PeerError`.
   *
   * @param patience ms for each answer, before it begins and until it is complete
   * @param ended cuts the connection
   */
  static async open(address: PeerAddress, patience: number, ended?: AbortSignal): Promise<PeerConnection> {
    if (ended?.aborted) throw new PeerError('closed');
    const connection = new PeerConnection(address, patience);
    const cut = () => connection.#end(new PeerError('closed'));
    ended?.addEventListener('abort', cut);
    connection.#socket.once('close', () => ended?.removeEventListener('abort', cut));
    try {
      await connection.#begin(address);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  private constructor({ host, port, tls: secure, authorities }: PeerAddress, patience: number) {
    this.#patience = patience;
    const place = { host, port, noDelay: true };
    const name = net.isIP(host) === 0 ? { servername: host } : {};
    const below = net.connect(place);
    below.on('error', (error) => this.#end(new PeerError(error.message, { cause: error })));
    // What a peer sends over TLS is decrypted in turns, like what clients send.
    this.#socket = secure
      ? tls.connect({ socket: new Paced(below, this), host, ...name, ...(authorities && { ca: authorities }) })
      : below;
    this.#socket.setTimeout(patience, () => {
      if (this.#waiting.length > 0) this.#gaveUp();
    });
    this.#socket.on('data', (chunk) => this.#received(chunk));
    if (secure) this.#socket.on('error', (error) => this.#end(new PeerError(error.message, { cause: error })));
    this.#socket.on('close', () => this.#end(new PeerError('the connection was closed')));
  }

  /** CHECK and TAKETHIS can be used (RFC 4644); else IHAVE. */
  get streaming(): boolean {
    return this.#streaming;
  }

  get closed(): boolean {
    return this.#over !== undefined;
  }

  /**
   * Sends a command, perhaps followed by an article (dot-stuffed and terminated). Rejects with `PeerError`, also for
   * 400, with which the peer ends the connection.
   */
  ask(line: string, article?: Buffer): Promise<PeerAnswer> {
    return this.#answerTo(() => {
      this.#socket.write(`${line}\r\n`);
      if (article !== undefined) this.#socket.write(article);
    });
  }

  /** The second half of IHAVE. */
  send(article: Buffer): Promise<PeerAnswer> {
    return this.#answerTo(() => this.#socket.write(article));
  }

  /**
   * Offers an article that does not exist. Resolves with the reason why the peer takes no articles from us;
   * `undefined`: it does.
   */
  async takesArticles(): Promise<string | undefined> {
    const { code, text } = await this.ask(`${this.#streaming ? 'CHECK' : 'IHAVE'} <${randomUUID()}@doctor.invalid>`);
    // After 335, no article follows: the connection is closed.
    return [238, 431, 438, 335, 435, 436].includes(code) ? undefined : `${code} ${text.slice(0, LONGEST_REASON)}`;
  }

  /** Resolves once the peer has taken most of what was sent. */
  async room(): Promise<void> {
    while (this.#over === undefined && this.#socket.writableLength > UNSENT) {
      const ended = new AbortController();
      const { signal } = ended;
      await Promise.race([once(this.#socket, 'drain', { signal }), once(this.#socket, 'close', { signal })]).catch(
        () => {},
      );
      ended.abort();
    }
  }

  close(): undefined {
    if (this.#over === undefined && this.#waiting.length === 0) this.#socket.end('QUIT\r\n');
    this.#end(new PeerError('closed'));
  }

  async #begin({ user, password }: PeerAddress): Promise<void> {
    expectCode(await this.#answerTo(() => {}), 'the greeting', 200, 201);
    if (user !== '') await this.#login(user, password);
    const { code } = await this.ask('MODE STREAM');
    this.#streaming = code === 203;
  }

  /** RFC 4643 §2.3. */
  async #login(user: string, password: string): Promise<void> {
    const first = await this.ask(`AUTHINFO USER ${user}`);
    if (first.code === 281) return;
    expectCode(first, 'the login', 381);
    expectCode(await this.ask(`AUTHINFO PASS ${password}`), 'the login', 281);
  }

  #answerTo(write: () => void): Promise<PeerAnswer> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const { promise, resolve, reject } = Promise.withResolvers<PeerAnswer>();
    this.#waiting.push({ resolve, reject });
    write();
    return promise;
  }

  #received(chunk: Buffer): void {
    // Nothing is accepted after QUIT.
    if (this.closed) return;
    this.#lines.feed(chunk);
    for (let line = this.#lines.next(); line !== undefined && !this.closed; line = this.#lines.next()) {
      this.#whole();
      if (line === TOO_LONG) this.#end(new PeerError('an answer without end'));
      // The text goes into messages of one line.
      else this.#answered(line.toString('utf8').replace(/\p{Cc}+/gu, ' '));
    }
    if (!this.closed && this.#lines.buffered > 0)
      this.#begun ??= setTimeout(() => this.#gaveUp(), this.#patience).unref();
  }

  /** The answer that had begun is complete. */
  #whole(): void {
    clearTimeout(this.#begun);
    this.#begun = undefined;
  }

  #gaveUp(): void {
    this.#end(new PeerError(`no answer for ${this.#patience / 1000} s`));
  }

  #answered(line: string): void {
    const code = /^[1-5]\d\d(?= |$)/.exec(line)?.[0];
    if (code === undefined) this.#end(new PeerError(`not an answer: ${JSON.stringify(line.slice(0, LONGEST_REASON))}`));
    else if (code === '400') this.#end(new PeerError(line.slice(0, LONGEST_REASON)));
    else {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#end(new PeerError(`an answer to nothing: ${line.slice(0, LONGEST_REASON)}`));
      else waiting.resolve({ code: Number(code), text: line.slice(4) });
    }
  }

  #end(error: PeerError): void {
    if (this.#over !== undefined) return;
    this.#over = error;
    this.#whole();
    // After QUIT it is the peer that hangs up, if it does.
    if (this.#socket.writableEnded)
      setTimeout(() => this.#socket.destroy(), Math.min(this.#patience, FAREWELL)).unref();
    else this.#socket.destroy();
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }
}

/** @throws PeerError for any other answer */
function expectCode({ code, text }: PeerAnswer, what: string, ...wanted: readonly number[]): void {
  if (!wanted.includes(code)) throw unexpected(what, { code, text });
}

export function unexpected(what: string, { code, text }: PeerAnswer): PeerError {
  return new PeerError(`${what} was answered ${code} ${text.slice(0, LONGEST_REASON)}`);
}
