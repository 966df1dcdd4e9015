/**
 * `npm run soak [-- --minutes N | --actions N] [--seed N] [--pace MS]`: readers, posters and editors on three bridges to one
 * board, and people who speak RGTP with it, while processes are killed and networks break and fall silent. Then: is each
 * acknowledged post there once, are the bridges equal to the board, did memory and descriptors stay level? Linux only.
 * `--actions`: so many of each person, however long it takes, and nothing is judged that depends on the machine's speed.
 * Default: an hour.
 */
import { parseArgs } from 'node:util';
import { seededRandom } from '../support/random.ts';
import { Course, type Length } from './course.ts';
import { Ledger } from './ledger.ts';
import { Memory } from './memory.ts';
import { Puller, reader } from './newsreaders.ts';
import type { Soak } from './person.ts';
import { editor, poster } from './posters.ts';
import { rgtpPoster, rgtpReader } from './rgtp-people.ts';
import { verify } from './verify.ts';
import { Watch } from './watch.ts';
import { weather } from './weather.ts';
import { openWorld } from './world.ts';

const MIB = 2 ** 20;
/** how likely the network is cut within a line: a whole index has some thousands */
const LINE_CUT = 0.00003;
const EVENTS_PER_MINUTE = 15;
const EVENTS_PER_ACTION = 0.1;
/** Rows, ids and what else a bridge keeps of each number come to less, and so do the rows of the board itself. */
const ROOM = { held: 8 * MIB, perNumber: 2048, descriptors: 12, own: 48 * MIB };
/** What fills up and is then full may still be filling in a short soak: only what grows without end is more than this. */
const ROOM_WHEN_SHORT = { ...ROOM, held: 32 * MIB, descriptors: 60, own: undefined };
const LONG_ENOUGH = 20;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    actions: { type: 'string' },
    seed: { type: 'string' },
    pace: { type: 'string', default: '40' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1e6);
const minutes = Number(values.minutes ?? 60);
const length: Length = values.actions === undefined ? { minutes } : { actions: Number(values.actions) };
const events = 'minutes' in length ? minutes * EVENTS_PER_MINUTE : length.actions * EVENTS_PER_ACTION;
console.log(`soaking: ${JSON.stringify(length)}, --seed ${seed} --pace ${values.pace}`);

const watch = new Watch();
const lines = seededRandom(seed + 1);
let calm = true;
const world = await openWorld(() => !calm && lines() < LINE_CUT);
process.once('SIGINT', () => void world.close().then(() => process.exit(130)));
process.once('SIGTERM', () => void world.close().then(() => process.exit(143)));

const people: ((soak: Soak) => Promise<void>)[] = [];
const pullers = new Map(world.places.map((place) => [place.name, new Puller(place)]));
for (const place of world.places) {
  const { name } = place;
  for (const n of [1, 2, 3]) people.push((soak) => reader(soak, place, `${name}-reader-${n}`));
  for (const n of [1, 2]) people.push((soak) => poster(soak, place, `${name}-poster-${n}`));
  people.push((soak) => editor(soak, place, `${name}-editor`));
  people.push((soak) => pullers.get(name)?.live(soak, `${name}-puller`) ?? Promise.resolve());
}
for (const n of [1, 2]) people.push((soak) => rgtpPoster(soak, world.boardPort, `rgtp-poster-${n}`));
people.push((soak) => rgtpReader(soak, world.boardPort, 'rgtp-reader'));

const ledger = new Ledger();
const memory = new Memory();
const soak: Soak = { ledger, course: new Course(length, people.length), seed, pace: Number(values.pace) };
const { board, steady, restarted } = world;
const numbers = () => Math.max(...world.places.map(({ name }) => ledger.highOf(name)));
calm = false;
const untroubled = (part: Promise<unknown>) =>
  part.catch((error: unknown) => {
    ledger.fault(error instanceof Error ? (error.stack ?? error.message) : String(error));
    soak.course.end();
  });
// Who gave up an action did fewer than were counted on: the rest of the course would never come.
const everybody = Promise.all(people.map((live) => untroubled(live(soak)))).then(() => soak.course.end());
await Promise.all(
  [weather(world, soak, events), memory.look(soak.course, watch, { board, steady, restarted }, numbers), everybody].map(
    untroubled,
  ),
);
calm = true;

const found = await verify(world, soak, pullers).catch((error: unknown) => [String(error)]);
const problems = [...ledger.faults, ...found];
const room = 'minutes' in length && minutes >= LONG_ENOUGH ? ROOM : ROOM_WHEN_SHORT;
for (const name of ['board', 'steady']) problems.push(...memory.problems(name, room));
await world.close();
watch.close();

for (const [what, count] of [...ledger.counts].sort()) console.log(`${String(count).padStart(8)} ${what}`);
const [attempts, acknowledged, removed] = [ledger.attempts, ledger.acknowledged, ledger.removed].map((l) => l.length);
console.log(`${attempts} posts attempted, ${acknowledged} acknowledged, ${removed} edited or withdrawn`);
if (acknowledged === 0) problems.push('nobody posted anything');
console.log(
  problems.length === 0 ? 'all is well' : `${problems.length} problems:\n${problems.slice(0, 40).join('\n')}`,
);
process.exit(problems.length === 0 ? 0 : 1);
