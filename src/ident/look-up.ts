import { connect } from 'node:net';
import { LineReader, TOO_LONG } from '../wire/line-reader.ts';

export interface LookUpOptions {
  /** ms for the whole question; default 5000 */
  readonly timeout?: number;
  /** questions at a time; beyond it callers are not looked up. Default 50 */
  readonly concurrent?: number;
  /** where ident answers; default 113 */
  readonly port?: number;
}

/** A connection from elsewhere to us. */
export interface Caller {
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** RFC 1413 §6: an answer has at most 1000 characters. */
const MAX_ANSWER = 1000;
/** Characters of a name that a log is to show. */
const MAX_NAME = 100;

/**
 * Makes a function that asks a caller's machine who is behind a connection (RFC 1413). What it says is hearsay, for logs only. The
 * function never rejects: no answer, no such user, and a machine that does not answer in time are all `undefined`.
 */
export function identLookUp(options: LookUpOptions = {}): (caller: Caller) => Promise<string | undefined> {
  const { timeout = 5000, concurrent = 50, port = 113 } = options;
  let running = 0;
  return async (caller) => {
    if (running >= concurrent) return undefined;
    running++;
    try {
      return await ask(caller, port, timeout);
    } finally {
      running--;
    }
  };
}

function ask(
  { localPort, remoteAddress, remotePort }: Caller,
  port: number,
  timeout: number,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const reader = new LineReader(MAX_ANSWER);
  const socket = connect({ host: remoteAddress, port, noDelay: true });
  const timer = setTimeout(() => socket.destroy(), timeout).unref();
  socket.on('connect', () => socket.write(`${remotePort}, ${localPort}\r\n`));
  socket.on('data', (chunk) => {
    reader.feed(chunk);
    const line = reader.next();
    if (line === undefined) return;
    if (line !== TOO_LONG) resolve(parseAnswer(line.toString('utf8'), remotePort, localPort));
    socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    clearTimeout(timer);
    resolve(undefined);
  });
  return promise;
}

/** `ports : USERID : system : name` about the ports asked for; anything else names nobody. */
function parseAnswer(line: string, theirs: number, ours: number): string | undefined {
  const match = /^\s*(\d+)\s*,\s*(\d+)\s*:\s*USERID\s*:[^:]*:(.*)$/i.exec(line);
  if (match === null || Number(match[1]) !== theirs || Number(match[2]) !== ours) return undefined;
  const name = (match[3] ?? '').replace(/\p{C}/gu, '').trim().slice(0, MAX_NAME);
  return name === '' ? undefined : name;
}
