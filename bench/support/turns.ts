/**
 * How long this process holds its event loop in one piece, in ms of CPU between two turns: a busy machine does not count.
 * With a profiler, also by what.
 */
import { type Profiler, Session } from 'node:inspector/promises';
import { PerformanceObserver } from 'node:perf_hooks';

export interface Turns {
  readonly p99: number;
  readonly longest: number;
  /** ms of the longest that V8 collected garbage */
  readonly collecting: number;
  /** functions that were at work in the longest turn, those that took most of it first; without a profiler, none */
  readonly culprits: readonly string[];
}

/** µs, of the monotonic clock */
interface Span {
  readonly from: number;
  readonly to: number;
}

interface Turn extends Span {
  readonly cpu: number;
}

/** ms between looks */
const EVERY = 2;
/** µs between samples */
const SAMPLES = 500;
const NAMED = 12;
/** when `performance.now()` was 0 */
const START = microseconds() - performance.now() * 1000;

export class TurnMeter {
  #turns: Turn[] = [];
  #cpu = cpuOfThisThread();
  #at = microseconds();
  readonly #collections: Span[] = [];
  readonly #observer = new PerformanceObserver((list) => this.#note(list.getEntries()));
  readonly #session: Session | undefined;

  private constructor(session: Session | undefined) {
    this.#session = session;
    this.#observer.observe({ entryTypes: ['gc'] });
    const turn = (): void => {
      const [cpu, at] = [cpuOfThisThread(), microseconds()];
      this.#turns.push({ cpu: cpu - this.#cpu, from: this.#at, to: at });
      [this.#cpu, this.#at] = [cpu, at];
      setTimeout(turn, EVERY);
    };
    turn();
  }

  /** @param profiled says what held the loop; slows everything down */
  static async start(profiled = false): Promise<TurnMeter> {
    if (!profiled) return new TurnMeter(undefined);
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLES });
    await session.post('Profiler.start');
    return new TurnMeter(session);
  }

  /** Since the last look. */
  async look(): Promise<Turns> {
    this.#note(this.#observer.takeRecords());
    const collections = this.#collections.splice(0);
    const turns = this.#turns.splice(0).sort((a, b) => a.cpu - b.cpu);
    const longest = turns.at(-1);
    const culprits = longest === undefined ? [] : await this.#culpritsOf(longest);
    // Reading the profile was our own work.
    this.#turns = [];
    [this.#cpu, this.#at] = [cpuOfThisThread(), microseconds()];
    return {
      p99: turns[Math.floor(turns.length * 0.99)]?.cpu ?? 0,
      longest: longest?.cpu ?? 0,
      collecting: longest === undefined ? 0 : within(longest, collections) / 1000,
      culprits,
    };
  }

  #note(entries: readonly { readonly startTime: number; readonly duration: number }[]): void {
    for (const { startTime, duration } of entries) {
      this.#collections.push({ from: START + startTime * 1000, to: START + (startTime + duration) * 1000 });
    }
  }

  async #culpritsOf(turn: Turn): Promise<string[]> {
    if (this.#session === undefined) return [];
    const { profile } = await this.#session.post('Profiler.stop');
    await this.#session.post('Profiler.start');
    return heaviest(profile, turn);
  }
}

function heaviest(profile: Profiler.Profile, { from, to }: Turn): string[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id])));
  const weights = new Map<string, number>();
  let at = profile.startTime;
  for (const [i, sample] of (profile.samples ?? []).entries()) {
    const delta = profile.timeDeltas?.[i] ?? 0;
    at += delta;
    if (at < from || at > to) continue;
    const names = new Set<string>();
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      const frame = nodes.get(id)?.callFrame;
      if (frame !== undefined)
        names.add(`${frame.functionName} ${frame.url.replace(/^.*\/(?=src\/)/, '')}:${frame.lineNumber + 1}`);
    }
    for (const name of names) weights.set(name, (weights.get(name) ?? 0) + delta);
  }
  return [...weights]
    .sort(([, a], [, b]) => b - a)
    .slice(0, NAMED)
    .map(([name, weight]) => `${(weight / 1000).toFixed(1)} ms ${name}`);
}

/** µs of a span that others cover */
function within({ from, to }: Span, spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0);
}

function cpuOfThisThread(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function microseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
