/** Asks whose connection to us it is (RFC 1413). For why it is written by hand, see `responder.ts`. */
import { connect } from 'node:net';
import { LineReader, TOO_LONG } from '../wire/line-reader.ts';

export interface LookUpOptions {
  /** ms for the whole exchange; default 5000 */
  readonly timeout?: number;
  /** look-ups at a time; further callers are not looked up. Default 50 */
  readonly concurrent?: number;
  /** port of the caller's ident server; default 113 */
  readonly port?: number;
}

/** An incoming connection. */
export interface Caller {
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** RFC 1413 §6: an answer has at most 1000 characters. */
const MAX_ANSWER = 1000;
/** Characters of a name that are logged. */
const MAX_NAME = 100;

/**
 * Makes a function that asks a caller's machine whose connection it is (RFC 1413). The answer proves nothing, and is
 * for logs only. The function never rejects: it resolves to `undefined` if there is no answer in time, or no such user.
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

/** `ports : USERID : system : name` with the ports asked for; `undefined` for anything else. */
function parseAnswer(line: string, theirs: number, ours: number): string | undefined {
  const match = /^\s*(\d+)\s*,\s*(\d+)\s*:\s*USERID\s*:[^:]*:(.*)$/i.exec(line);
  if (match === null || Number(match[1]) !== theirs || Number(match[2]) !== ours) return undefined;
  const name = (match[3] ?? '').replace(/\p{C}/gu, '').trim().slice(0, MAX_NAME);
  return name === '' ? undefined : name;
}
