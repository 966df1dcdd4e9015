import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { Metrics } from '../../src/ops/metrics.ts';

/** Collects everything that nothing refers to. */
function collectGarbage(): void {
  setFlagsFromString('--expose_gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc !== 'function') throw new TypeError('no gc');
  gc();
}

/** A server that is scraped once and then forgotten. */
async function served(): Promise<{ readonly body: string; readonly gone: WeakRef<object> }> {
  const metrics = new Metrics();
  const server = { name: 'news', version: '1', started: 0, sessions: 0, boards: [], caches: [] };
  metrics.watch(() => server);
  const { body } = await metrics.render();
  return { body, gone: new WeakRef(server) };
}

it('the metrics of a closed server keep nothing of it', async () => {
  const { body, gone } = await served();
  expect(body).toContain('nodejs_eventloop_lag_seconds');
  expect(body).toContain('rgtp_nntp_build_info{version="1"} 1');
  // What was made in one turn is not collected before the next.
  await new Promise(setImmediate);
  collectGarbage();
  expect(gone.deref()).toBeUndefined();
});
