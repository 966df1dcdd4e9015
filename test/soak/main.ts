/**
 * `npm run soak [-- --minutes N] [--seed N]`: readers, posters and editors on three bridges to one board, whose processes
 * are killed and whose connections are cut all the while. Then: is each acknowledged post there once, are the bridges
 * equal to the board, have memory and descriptors stayed level? Linux only. Default: an hour.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { until } from '../e2e/until.ts';
import { seededRandom } from '../support/random.ts';
import { Ledger } from './ledger.ts';
import { editor, Puller, poster, reader, type Soak } from './people.ts';
import { verify } from './verify.ts';
import { descriptorsOf, Watch } from './watch.ts';
import { openWorld, type World } from './world.ts';

const MINUTE = 60_000;
/** caches and V8's heap take some minutes to reach their size */
const SHORT = 10;
const ROOM_MIB = 16;
/** how likely the network is cut within a line: a whole index has some thousands */
const LINE_CUT = 0.00003;
/** a pool keeps its connections for a while after the last client */
const SPARE_DESCRIPTORS = 12;

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes ?? 60);
const seed = Number(values.seed ?? Date.now() % 1e6);
const random = seededRandom(seed);
console.log(`soaking for ${minutes} min, --seed ${seed}`);

const ledger = new Ledger();
const end = performance.now() + minutes * MINUTE;
const over = () => performance.now() >= end;
let calm = false;
const world = await openWorld(() => !calm && random() < LINE_CUT);
process.once('SIGINT', () => void world.close().then(() => process.exit(130)));
const descriptors = [world.board, world.steady].map(descriptorsOf);

const soak: Soak = { ledger, random, over };
const pullers = new Map(world.places.map((place) => [place.name, new Puller(place)]));
const people = world.places.flatMap((place) => [
  ...Array.from({ length: 3 }, () => reader(soak, place)),
  ...Array.from({ length: 2 }, () => poster(soak, place)),
  editor(soak, place),
]);
people.push(...[...pullers.values()].map((puller) => puller.live(soak)));
const watches = [world.steady, world.board].map((daemon) => new Watch(daemon));
const failed = await Promise.all([weather(world), ...people]).then(
  () => undefined,
  (error: unknown) => error,
);
calm = true;
if (failed !== undefined) ledger.fault(String(failed));

const found = await verify(world, soak, pullers).catch((error: unknown) => [String(error)]);
const problems = [...ledger.faults, ...found];
const [steady, board] = watches.map((watch) => watch.end());
for (const [name, memory] of Object.entries({ steady, board })) {
  if (memory === undefined) continue;
  console.log(`memory of ${name}: ${memory.second} MiB in the second quarter, ${memory.last} MiB in the last`);
  const most = memory.second * (minutes < SHORT ? 1.3 : 1.1) + ROOM_MIB;
  if (memory.last > most) problems.push(`${name}: memory went from ${memory.second} to ${memory.last} MiB`);
}
const settled = () => [world.board, world.steady].map(descriptorsOf);
await until(
  () => settled().every((now, i) => now <= (descriptors[i] ?? 0) + SPARE_DESCRIPTORS),
  'descriptors',
  150_000,
).catch(() => problems.push(`descriptors: ${descriptors} at the start, ${settled()} at the end`));
console.log(`descriptors: ${descriptors} at the start, ${settled()} at the end`);
await world.close();

for (const [what, count] of [...ledger.counts].sort()) console.log(`${String(count).padStart(8)} ${what}`);
console.log(`${ledger.acknowledged.length} posts acknowledged, ${ledger.withdrawn.length} withdrawn`);
if (ledger.acknowledged.length === 0) problems.push('nobody posted anything');
console.log(
  problems.length === 0 ? 'all is well' : `${problems.length} problems:\n${problems.slice(0, 40).join('\n')}`,
);
process.exit(problems.length === 0 ? 0 : 1);

/** Kills, stops and cuts, at random. The board's process is left alone after the first quarter, so that its memory can be watched. */
async function weather({ board: home, restarted, proxy }: World): Promise<void> {
  const quarter = performance.now() + (minutes * MINUTE) / 4;
  while (!over()) {
    await pause(random() * 8000);
    if (random() < 0.5) {
      proxy.cutAll();
      ledger.count('cuts');
      continue;
    }
    const daemon = performance.now() < quarter && random() < 0.4 ? home : restarted;
    const signal = random() < 0.5 ? 'SIGKILL' : 'SIGTERM';
    ledger.count(`${signal} to ${daemon === home ? 'the board' : 'a bridge'}`);
    const status = await daemon.stop(signal);
    if (signal === 'SIGTERM' && status !== 0) ledger.fault(`SIGTERM: exit ${status}\n${daemon.output.slice(-500)}`);
    await pause(random() * 1000);
    await daemon.start();
  }
}
