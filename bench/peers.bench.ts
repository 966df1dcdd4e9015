/**
 * The whole program against other news servers, and against a server that writes what it has: the same articles, the same client, in
 * turns. `bench/peers/install.sh` brings them. bench/README.md says what is measured, and what it said last.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Bench, Result } from './main.ts';
import { type Copy, copyOf, NEWSGROUP } from './peers/copy.ts';
import { LONGEST, numbersOf, type Scenario, scenarios } from './peers/scenarios.ts';
import {
  areInstalled,
  Ours,
  type Peer,
  startBare,
  startInn,
  startLeafnode,
  startPublicInbox,
  startSn,
} from './peers/servers.ts';
import { RawClient } from './support/raw-client.ts';
import { sampleBoard } from './support/sample.ts';

const ITEMS = Number(process.env['PEERS_ITEMS'] ?? 800);
const ROUNDS = Number(process.env['PEERS_ROUNDS'] ?? 3);
/** runs before articles that nobody has asked for are read: without them, V8 would be measured */
const WARMING = 2;
/** ms */
const PATIENCE = 60_000;
const PIN = ['pinned', 'free'] as const;

/** A server, and where it has the articles. */
interface Contestant {
  readonly peer: Peer;
  readonly copy: Copy;
}

const bench: Bench = async () => {
  if (!areInstalled()) throw new Error('the other servers are not here: bench/peers/install.sh brings them, as root');
  const sample = sampleBoard(ITEMS);
  const count = sample.rows.length;
  await using stack = new AsyncDisposableStack();
  const ours = stack.use(await Ours.start(sample));
  const copy = await copyOf(ours.port, count);
  const others = [
    await startBare(ours, count),
    await startInn(copy),
    await startLeafnode(ours),
    await startSn(copy),
    await startPublicInbox(copy),
  ];
  for (const peer of others) stack.use(peer);
  const contestants: Contestant[] = [];
  for (const peer of [ours, ...others]) contestants.push({ peer, copy: await numberedBy(peer, copy) });

  const results: Result[] = [];
  for (const pin of PIN) {
    const processors = pin === 'pinned' ? '0' : `0-${availableParallelism() - 1}`;
    place(
      processors,
      contestants.map(({ peer }) => peer),
    );
    for (const scenario of scenarios) {
      results.push(...(await inTurns(scenario, 'whole', pin, contestants)));
      if (!scenario.isHot) continue;
      results.push(...(await inTurns(scenario, 'hot', pin, contestants)));
      results.push(...(await cold(scenario, pin, processors, contestants, ours)));
    }
  }
  return results;
};
export default bench;

/** The same articles under a server's own numbers. */
async function numberedBy(peer: Peer, copy: Copy): Promise<Copy> {
  const client = await connect(peer);
  const answer = (await client.kept(`GROUP ${NEWSGROUP}\r\n`)).toString();
  client.close();
  // public-inbox counts one too few.
  const [, , low = 0, high] = answer.split(' ').map(Number);
  if (high !== low + copy.ids.length - 1) {
    throw new Error(`${peer.name} has not ${copy.ids.length} articles without a gap: ${answer}`);
  }
  return { ...copy, low, high };
}

async function connect({ port, hello }: Peer): Promise<RawClient> {
  const client = await RawClient.open(port);
  if (hello !== undefined) await client.lines(hello, 1);
  return client;
}

/** Puts all processes, this one too, on these processors. */
function place(processors: string, peers: readonly Peer[]): void {
  for (const pid of [process.pid, ...peers.flatMap(({ pids }) => pids)]) {
    execFileSync('taskset', ['-acp', processors, String(pid)], { stdio: 'ignore' });
  }
}

/** @param once each article is asked for once, and the run is as short as that makes it */
async function rate(
  scenario: Scenario,
  { peer, copy }: Contestant,
  numbers: readonly number[],
  once = false,
): Promise<number> {
  const client = await connect(peer);
  await client.lines(`GROUP ${NEWSGROUP}\r\n`, 1);
  const begun = performance.now();
  let done = 0;
  do {
    const run = scenario.run({ client, connect: () => connect(peer), numbers, copy });
    done += await answered(run, `${peer.name}: ${scenario.name}`);
  } while (!once && performance.now() - begun < LONGEST);
  const seconds = (performance.now() - begun) / 1000;
  client.close();
  return done / seconds;
}

/** A server that answers otherwise than is counted on would be waited for without end. */
async function answered<T>(run: Promise<T>, what: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what}: no end of its answers`)), PATIENCE);
  return Promise.race([run, promise]).finally(() => clearTimeout(timer));
}

/** One server after the other, round after round: what disturbs one disturbs its neighbours. The first round warms up. */
async function inTurns(
  scenario: Scenario,
  which: 'whole' | 'hot',
  pin: string,
  contestants: readonly Contestant[],
): Promise<Result[]> {
  const rounds: Map<string, number>[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const rates = new Map<string, number>();
    for (const each of contestants) rates.set(each.peer.name, await rate(scenario, each, numbersOf(each.copy, which)));
    if (round > 0) rounds.push(rates);
  }
  const of = (name: string) => rounds.map((rates) => rates.get(name) ?? 0);
  const best = contestants
    .map(({ peer }) => peer.name)
    .filter((name) => name !== 'ours' && name !== 'bare')
    .reduce((a, b) => (median(of(a)) >= median(of(b)) ? a : b));
  const what = `${scenario.name}, ${scenario.isHot ? `${which}, ` : ''}${pin}`;
  return [
    compared(`${what}: times the best peer`, of('ours'), of(best), best),
    compared(`${what}: times the bare server`, of('ours'), of('bare'), 'bare'),
  ];
}

/**
 * Against the best peer as it is: just started, with nothing in memory, neither articles nor compiled code; and then with the
 * code compiled, but articles that were not asked for yet.
 */
async function cold(
  scenario: Scenario,
  pin: string,
  processors: string,
  contestants: readonly Contestant[],
  ours: Ours,
): Promise<Result[]> {
  const own = contestants.find(({ peer }) => peer === ours);
  if (own === undefined) return [];
  const bests: number[] = [];
  const started: number[] = [];
  const unread: number[] = [];
  let name = '';
  for (let round = 0; round < ROUNDS; round++) {
    let best = 0;
    for (const each of contestants.filter(({ peer }) => peer !== ours && peer.name !== 'bare')) {
      const its = await rate(scenario, each, numbersOf(each.copy, 'whole'));
      if (its > best) [best, name] = [its, each.peer.name];
    }
    bests.push(best);
    await ours.restart(own.copy.ids.length);
    place(processors, [ours]);
    started.push(await rate(scenario, own, numbersOf(own.copy, 'older'), true));
    // V8 compiles what was called thousands of times; a run over the half is not enough.
    for (let run = 0; run < WARMING; run++) await rate(scenario, own, numbersOf(own.copy, 'older'));
    unread.push(await rate(scenario, own, numbersOf(own.copy, 'newer'), true));
  }
  return [
    compared(`${scenario.name}, just started, ${pin}: times the best peer`, started, bests, name),
    compared(`${scenario.name}, not in memory, ${pin}: times the best peer`, unread, bests, name),
  ];
}

/** The ratio of each round; their median, and how far they are apart. */
function compared(name: string, ours: readonly number[], theirs: readonly number[], who: string): Result {
  const ratios = ours.map((value, round) => value / (theirs[round] ?? 1));
  const value = median(ratios);
  const noise = (Math.max(...ratios) - Math.min(...ratios)) / 2 / value;
  const rates = `${Math.round(median(ours))} ÷ ${Math.round(median(theirs))} (${who}) a second`;
  return { name, value, unit: '×', note: `± ${Math.round(noise * 100)} %; ${rates}`, noise, better: 'more' };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
