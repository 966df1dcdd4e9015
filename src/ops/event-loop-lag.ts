import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/** ms between samples: each wakes the process, and at the usual 10 that is most of an idle server's work. */
const EVERY = 100;

/** The samples: ns from one to the next. */
export type Samples = ReturnType<typeof monitorEventLoopDelay>;

/** Figures of the lag, by prom-client's names. */
const FIGURES = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'] as const;

function sampleEvery(resolution: number): Samples {
  const samples = monitorEventLoopDelay({ resolution });
  samples.enable();
  return samples;
}

/**
 * How late the event loop has run since the last scrape. Replaces prom-client's metrics of these names, which count the
 * wait for the next sample as lag.
 */
export function measureLag(registry: Registry, samples: Samples = sampleEvery(EVERY)): void {
  /** seconds late, from the ns between two samples */
  const late = (ns: number) => Math.max(0, ns / 1e9 - EVERY / 1000);
  const read = {
    // Infinite before the first sample.
    min: () => (samples.count === 0 ? 0 : late(samples.min)),
    max: () => late(samples.max),
    mean: () => (samples.count === 0 ? 0 : late(samples.mean)),
    stddev: () => (samples.count === 0 ? 0 : samples.stddev / 1e9),
    p50: () => late(samples.percentile(50)),
    p90: () => late(samples.percentile(90)),
    p99: () => late(samples.percentile(99)),
  } as const satisfies Record<(typeof FIGURES)[number], () => number>;
  const gauges: (readonly [figure: (typeof FIGURES)[number], gauge: Gauge])[] = [];
  const gauge = (name: string, figure: string, collect?: (this: Gauge) => void) => {
    registry.removeSingleMetric(name);
    const help = `Lag of the event loop in seconds since the last scrape: ${figure}.`;
    return new Gauge({ name, help, registers: [registry], ...(collect && { collect }) });
  };
  // This gauge is collected first, and sets the others.
  gauge('nodejs_eventloop_lag_seconds', 'mean', function () {
    this.set(read.mean());
    for (const [figure, each] of gauges) each.set(read[figure]());
    samples.reset();
  });
  for (const figure of FIGURES) gauges.push([figure, gauge(`nodejs_eventloop_lag_${figure}_seconds`, figure)]);
}
