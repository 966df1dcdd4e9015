import { Counter, Histogram, type Registry } from 'prom-client';

/** Seconds: from answers from memory to answers that wait for a remote board. */
export const buckets = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];

/** The counts of one verb. */
class Tally {
  readonly byStatus = new Map<number, number>();
  /** how many took no longer than each of `buckets`, but longer than the one before; the last: longer than all */
  readonly took = new Float64Array(buckets.length + 1);
  count = 0;
  seconds = 0;
}

/**
 * NNTP commands for Prometheus. prom-client finds its counters by strings made of the labels, which would cost half as
 * much as a STAT for each command. So commands are counted here, and handed to prom-client at each scrape.
 */
export class CommandCounts {
  readonly #tallies = new Map<string, Tally>();

  constructor(registers: Registry[]) {
    const tallies = this.#tallies;
    new Counter({
      name: 'rgtp_nntp_commands_total',
      help: 'NNTP commands by verb and status code',
      labelNames: ['verb', 'status'],
      registers,
      collect() {
        this.reset();
        for (const [verb, { byStatus }] of tallies) {
          for (const [status, count] of byStatus) this.inc({ verb, status }, count);
        }
      },
    });
    new Durations(tallies, registers);
  }

  /** @param seconds until the end of its answer */
  add(verb: string, status: number, seconds: number): void {
    let tally = this.#tallies.get(verb);
    if (tally === undefined) {
      tally = new Tally();
      this.#tallies.set(verb, tally);
    }
    tally.byStatus.set(status, (tally.byStatus.get(status) ?? 0) + 1);
    let bucket = 0;
    while (seconds > (buckets[bucket] ?? Number.POSITIVE_INFINITY)) bucket++;
    tally.took[bucket] = (tally.took[bucket] ?? 0) + 1;
    tally.count++;
    tally.seconds += seconds;
  }
}

const NAME = 'rgtp_nntp_command_duration_seconds';
const HELP = 'From a command to the end of its answer';

class Durations extends Histogram<'verb'> {
  readonly #tallies: ReadonlyMap<string, Tally>;

  constructor(tallies: ReadonlyMap<string, Tally>, registers: Registry[]) {
    super({ name: NAME, help: HELP, labelNames: ['verb'], buckets, registers });
    this.#tallies = tallies;
  }

  /** The values for everything else that asks prom-client for a histogram. */
  async getForPromString() {
    const values = Array.from(this.#tallies, (each) => valuesOf(...each)).flat();
    return { name: NAME, help: HELP, type: 'histogram', aggregator: 'sum', values };
  }
}

function valuesOf(verb: string, { took, count, seconds }: Tally) {
  const sharedLabels = { verb };
  let sum = 0;
  const cumulated = Array.from(took, (each, bucket) => {
    sum += each;
    return { labels: { le: buckets[bucket] ?? '+Inf' }, sharedLabels, value: sum, metricName: `${NAME}_bucket` };
  });
  return [
    ...cumulated,
    { labels: {}, sharedLabels, value: seconds, metricName: `${NAME}_sum` },
    { labels: {}, sharedLabels, value: count, metricName: `${NAME}_count` },
  ];
}
