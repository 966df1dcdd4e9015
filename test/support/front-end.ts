import { type Duplex, duplexPair } from 'node:stream';
import { FrontEnd } from '../../src/nntp/front-end.ts';
import { defaultLimits } from '../../src/nntp/limits.ts';
import { LoginGate } from '../../src/nntp/login-gate.ts';
import { silent } from '../../src/wire/log.ts';
import type { MemoryBackend } from './memory-backend.ts';

/** A session without a socket: the client's end of it, where what is written is read in the same pieces. */
export function sessionWith(backend: MemoryBackend): Duplex {
  const front = new FrontEnd({
    backend,
    name: 'news.example.net',
    limits: defaultLimits,
    log: silent,
    observer: {},
    logins: new LoginGate(defaultLimits, Date.now),
    certificate: undefined,
    cleartextAuth: false,
    compress: true,
    maintained: { distributions: undefined, moderators: undefined, subscriptions: undefined },
    now: Date.now,
  });
  const [client, server] = duplexPair({ allowHalfOpen: true });
  front.welcome(server, { address: '127.0.0.1', port: 1, connection: 'test' }, false);
  return client;
}

/** All that comes until the server ends. */
export async function collect(stream: Duplex): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString('latin1');
  return text;
}
