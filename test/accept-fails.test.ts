import { expect, test } from 'vitest';
import { BoardServer } from '../src/board/server.ts';
import { IdentRegistry } from '../src/ident/registry.ts';
import { IdentResponder } from '../src/ident/responder.ts';
import { NntpServer } from '../src/nntp/server.ts';
import { History } from '../src/ops/history.ts';
import { HttpServer } from '../src/ops/http.ts';
import { Metrics } from '../src/ops/metrics.ts';
import type { Log } from '../src/wire/log.ts';
import { status } from './ops/sample.ts';
import { listenersOf } from './support/listeners.ts';
import { MemoryBackend } from './support/memory-backend.ts';
import { recordedLog } from './support/recorded-log.ts';

const HERE = { host: '127.0.0.1', port: 0 };

/** Everything that listens. */
const servers: readonly [string, (log: Log) => Promise<{ close(): Promise<void> }>][] = [
  [
    'the front end',
    (log) => NntpServer.open({ backend: new MemoryBackend(), name: 'x.test', listen: [{ ...HERE, tls: false }], log }),
  ],
  ['a board', (log) => BoardServer.open({ path: ':memory:', listen: HERE, log })],
  ['the ident responder', (log) => IdentResponder.open({ listen: HERE, registry: new IdentRegistry(), log })],
  [
    'the status server',
    (log) => {
      const metrics = new Metrics();
      const history = new History(() => metrics.totals);
      history.close();
      return HttpServer.open({ ...HERE, metrics, history, status: () => status, log });
    },
  ],
];

test.each(servers)('%s outlives a connection that the system can’t hand over', async (_what, open) => {
  const { log, messages: errors } = recordedLog('error');
  const { opened, servers: listening } = await listenersOf(() => open(log));
  expect(listening).toHaveLength(1);
  for (const server of listening) server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
  expect(errors).toHaveLength(1);
  expect(listening[0]?.listening).toBe(true);
  await opened.close();
});
