import { type Duplex, duplexPair } from 'node:stream';
import { ArticleMemory } from '../../src/nntp/connection/article-memory.ts';
import { defaultLimits } from '../../src/nntp/limits.ts';
import { LoginGate } from '../../src/nntp/login-gate.ts';
import { Places } from '../../src/nntp/places.ts';
import { Sessions } from '../../src/nntp/sessions.ts';
import { defaultSettings } from '../../src/nntp/settings.ts';
import { silent } from '../../src/wire/log.ts';
import type { MemoryBackend } from './memory-backend.ts';

/** A session without a socket: the client's end of it, where what is written is read in the same pieces. */
export function sessionWith(backend: MemoryBackend, limits = defaultLimits): Duplex {
  const sessions = new Sessions({
    ...defaultSettings,
    limits,
    backend,
    log: silent,
    observer: {},
    logins: new LoginGate(defaultLimits, Date.now),
    certificate: undefined,
    articles: new ArticleMemory(defaultLimits),
    compressions: new Places(() => 1),
    now: Date.now,
    clock: () => performance.now(),
  });
  const [client, server] = duplexPair({ allowHalfOpen: true });
  sessions.welcome({
    stream: server,
    peer: { address: '127.0.0.1', port: 1, connection: 'test' },
    tls: false,
    cleartextAuth: true,
  });
  return client;
}

/** Everything that comes until the server ends. */
export async function collect(stream: Duplex): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString('latin1');
  return text;
}
