import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { measureLag, type Samples } from '../../src/ops/event-loop-lag.ts';
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

describe('the lag of the event loop', () => {
  const MS = 1e6;
  const lagOf = async (looks: object) => {
    const registry = new Registry();
    // What is asked of it.
    measureLag(registry, looks as Samples);
    const values: Record<string, number> = {};
    for (const { name, values: [value] = [] } of await registry.getMetricsAsJSON()) {
      values[name.replace(/^nodejs_eventloop_lag_|_?seconds$/g, '')] = Math.round((value?.value ?? -1) * 1000);
    }
    return values;
  };
  const none = { reset: () => {}, percentile: () => 0 };

  it('is what it was late, without the wait for the next look', async () => {
    let resets = 0;
    const percentile = (at: number) => (100 + at) * MS;
    const looks = {
      ...none,
      count: 9,
      min: 99 * MS,
      max: 350 * MS,
      mean: 120 * MS,
      stddev: 7 * MS,
      percentile,
      reset: () => resets++,
    };
    expect(await lagOf(looks)).toEqual({ '': 20, min: 0, max: 250, mean: 20, stddev: 7, p50: 50, p90: 90, p99: 99 });
    expect(resets).toBe(1);
  });

  it('is none before it was looked at', async () => {
    const looks = { ...none, count: 0, min: 9223372036854776000, max: 0, mean: Number.NaN, stddev: Number.NaN };
    expect(new Set(Object.values(await lagOf(looks)))).toEqual(new Set([0]));
  });
});
