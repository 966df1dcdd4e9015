import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/** ms between looks: each wakes the process up, and at the usual 10 that is most of what an idle server uses. */
const EVERY = 100;

/** What is asked of the looks, in ns from one to the next. */
export type Looks = ReturnType<typeof monitorEventLoopDelay>;

/** Figures of the lag; names are prom-client's. */
const FIGURES = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'] as const;

function lookEvery(resolution: number): Looks {
  const looks = monitorEventLoopDelay({ resolution });
  looks.enable();
  return looks;
}

/**
 * How late the event loop comes to what is due, since the last time somebody asked, in place of what prom-client measures
 * under these names: that counts the wait for the next look as lag.
 */
export function measureLag(registry: Registry, looks: Looks = lookEvery(EVERY)): void {
  /** seconds, of ns from one look to the next */
  const late = (ns: number) => Math.max(0, ns / 1e9 - EVERY / 1000);
  const read = {
    // Before the first look it is endless.
    min: () => (looks.count === 0 ? 0 : late(looks.min)),
    max: () => late(looks.max),
    mean: () => (looks.count === 0 ? 0 : late(looks.mean)),
    stddev: () => (looks.count === 0 ? 0 : looks.stddev / 1e9),
    p50: () => late(looks.percentile(50)),
    p90: () => late(looks.percentile(90)),
    p99: () => late(looks.percentile(99)),
  } as const satisfies Record<(typeof FIGURES)[number], () => number>;
  const gauges: (readonly [figure: (typeof FIGURES)[number], gauge: Gauge])[] = [];
  const gauge = (name: string, figure: string, collect?: (this: Gauge) => void) => {
    registry.removeSingleMetric(name);
    const help = `Lag of the event loop in seconds since the last scrape: ${figure}.`;
    return new Gauge({ name, help, registers: [registry], ...(collect && { collect }) });
  };
  // The first is collected first, and sets all.
  gauge('nodejs_eventloop_lag_seconds', 'mean', function () {
    this.set(read.mean());
    for (const [figure, each] of gauges) each.set(read[figure]());
    looks.reset();
  });
  for (const figure of FIGURES) gauges.push([figure, gauge(`nodejs_eventloop_lag_${figure}_seconds`, figure)]);
}
