import { createConnection, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { silent } from '../../wire/log.ts';
import { errorFor } from '../codes.ts';
import { RgtpError } from '../errors.ts';
import { type ClientOptions, DEFAULT_DEPTH, DEFAULT_LIMITS, DEFAULT_TIMEOUTS } from './options.ts';
import type { Answer } from './pending.ts';
import { Transport } from './transport.ts';

/** A burst overflows groggsd's backlog of three. Connections that it never greets are retried. */
const BANNER_ATTEMPTS = 3;

export interface Greeted {
  readonly transport: Transport;
  /** 230, 231, 232 or 233 */
  readonly banner: Answer;
}

/** Connects and reads the banner. */
export async function connect(options: ClientOptions, signal?: AbortSignal): Promise<Greeted> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const { transport, connecting } = dial(options, signal);
    // No `await` if the stream is connected: a board in this process has greeted already, and its banner would be lost
    // by the next turn of the event loop.
    if (connecting !== undefined) await connecting;
    const abort = () => transport.end(aborted(signal));
    signal?.addEventListener('abort', abort);
    try {
      const timeout = options.timeouts?.banner ?? DEFAULT_TIMEOUTS.banner;
      const banner = await transport.perform({ command: undefined, timeout });
      if (banner.code < 230 || banner.code > 233) throw errorFor('the connection', banner);
      return { transport, banner };
    } catch (error) {
      transport.end(error instanceof RgtpError ? error : aborted(signal));
      signal?.throwIfAborted();
      if (attempt === BANNER_ATTEMPTS || !transport.timedOut) throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}

/** `connecting` settles once the socket has connected; `undefined`: it has already. */
function dial(
  options: ClientOptions,
  signal: AbortSignal | undefined,
): { readonly transport: Transport; readonly connecting: Promise<void> | undefined } {
  const socket = (options.connect ?? overTcp)({ host: options.host, port: options.port });
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const transport = new Transport(socket, {
    depth: options.depth ?? DEFAULT_DEPTH,
    answerTimeout: options.timeouts?.answer ?? DEFAULT_TIMEOUTS.answer,
    maxLine: limits.line,
    maxBlock: limits.block,
    log: options.log ?? silent,
    ...(options.onAnswer && { onAnswer: options.onAnswer }),
    ...(options.onHeard && { onHeard: options.onHeard }),
  });
  return { transport, connecting: connected(socket, transport, options, signal) };
}

function overTcp(address: { host: string; port: number }): Duplex {
  return createConnection({ ...address, noDelay: true });
}

/** Resolves once the socket is connected and its certificate verified. Rejects with the reason, or at the time-out. */
function connected(
  socket: Duplex,
  transport: Transport,
  { host, port, timeouts }: ClientOptions,
  signal: AbortSignal | undefined,
): Promise<void> | undefined {
  if (!isConnecting(socket)) return undefined;
  return new Promise((resolve, reject) => {
    const ms = timeouts?.connect ?? DEFAULT_TIMEOUTS.connect;
    const timer = setTimeout(
      () => fail(new RgtpError('unavailable', `no connection to ${host}:${port} within ${ms} ms`)),
      ms,
    );
    const abort = () => fail(aborted(signal));
    const failed = (cause: Error) =>
      fail(new RgtpError('unavailable', `no connection to ${host}:${port}: ${reasonOf(cause)}`, { cause }));
    const ready = socket instanceof TLSSocket ? 'secureConnect' : 'connect';
    socket.once(ready, succeed);
    socket.once('error', failed);
    signal?.addEventListener('abort', abort);

    function succeed(): void {
      settle();
      resolve();
    }

    function fail(error: RgtpError): void {
      settle();
      transport.end(error);
      reject(signal?.aborted ? signal.reason : error);
    }

    function settle(): void {
      clearTimeout(timer);
      socket.removeListener(ready, succeed);
      socket.removeListener('error', failed);
      signal?.removeEventListener('abort', abort);
    }
  });
}

function isConnecting(socket: Duplex): boolean {
  // Node's own `connecting` is false where TLS lies over a stream that is no socket.
  if (socket instanceof TLSSocket) return socket.getPeerFinished() === undefined;
  return socket instanceof Socket && socket.connecting;
}

function aborted(signal: AbortSignal | undefined): RgtpError {
  return new RgtpError('unavailable', 'given up', { cause: signal?.reason });
}

/** For a name with several addresses, Node's error has a code but no message. */
function reasonOf(error: Error): string {
  return error.message !== '' ? error.message : 'code' in error ? String(error.code) : error.name;
}
