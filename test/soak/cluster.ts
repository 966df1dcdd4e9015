/**
 * `npm run soak:cluster [-- --board embedded|groggsd --posts N --kills N --bridges N --seed N]`: people post through several
 * bridges on one board, while bridges and PostgreSQL are killed (-9) and connections cut, at random by the seed. At the end:
 * is each acknowledged Message-ID on the board exactly once, and does every bridge give the same articles, byte for byte?
 * Default: 1,000 posts and 500 kills on the embedded board.
 */
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { BoardServer } from '../../src/board/server.ts';
import { RgtpConnection } from '../../src/rgtp/client/connection.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { Cluster, NEWSGROUP } from '../support/cluster.ts';
import { ForeignBoard } from '../support/foreign-board.ts';
import { groggsd } from '../support/foreign-manners.ts';
import { seededRandom } from '../support/random.ts';
import { Posters } from './cluster-posters.ts';

const PEOPLE = 6;
const poster = { user: 'ann@rgtp.test', secret: '00112233445566778899AABBCCDDEEFF' };

const { values } = parseArgs({
  options: {
    board: { type: 'string', default: 'embedded' },
    posts: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '500' },
    bridges: { type: 'string', default: '2' },
    seed: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1e6);
const [posts, wanted] = [Number(values.posts), Number(values.kills)];
console.log(`${values.board}: ${posts} posts, ${wanted} kills, ${values.bridges} bridges, --seed ${seed}`);

await using stack = new AsyncDisposableStack();
const boardPort = values.board === 'groggsd' ? await foreign() : await embedded();
const cluster = stack.use(await Cluster.open({ bridges: Number(values.bridges), boardPort, poster }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stack.disposeAsync().then(() => process.exit(130)));
}
await Promise.race(cluster.bridges.map((bridge) => cluster.ready(bridge)));

const random = seededRandom(seed);
const kills = new Map<string, number>();
const killed = () => [...kills.values()].reduce((sum, one) => sum + one, 0);
const people = new Posters(cluster, seededRandom(seed + 1), posts, () => killed() >= wanted);
const started = Date.now();
const done = people.run(PEOPLE);
let isOver = false;
void done.finally(() => {
  isOver = true;
});
const reporting = setInterval(() => {
  console.log(`${Math.round((Date.now() - started) / 1000)} s: ${people.acknowledged.size} posts, ${killed()} kills`);
}, 15_000);
while (!isOver && killed() < wanted) await weather();
await done;
clearInterval(reporting);

const problems = [...people.violations, ...(await onBoard())];
const digests = new Map<string, string>();
for (const bridge of cluster.bridges) {
  bridge.process.start();
  await cluster.only(bridge);
  digests.set(bridge.name, await everything(bridge));
  await bridge.process.end();
}
if (new Set(digests.values()).size !== 1) problems.push(`the bridges differ: ${JSON.stringify([...digests])}`);

console.log(Object.fromEntries(people.answers), Object.fromEntries(kills));
console.log(`${people.acknowledged.size} posts acknowledged, ${killed()} kills, ${problems.length} problems`);
for (const problem of problems.slice(0, 50)) console.log(problem);
await stack.disposeAsync();
// Left to itself, Node may never end: it waits in vain for handles of sockets that were reset (`CleanupHandles`).
process.exit(problems.length === 0 ? 0 : 1);

/** One mishap, and as many answers as it takes until the next. */
async function weather(): Promise<void> {
  const bridge = cluster.bridges[Math.floor(random() * cluster.bridges.length)];
  if (bridge === undefined) return;
  const what = random();
  const until = people.acknowledged.size + Math.floor(random() * 4);
  const { readers, board, database } = bridge.networks;
  const note = (name: string) => kills.set(name, (kills.get(name) ?? 0) + 1);
  if (what < 0.25) {
    note('bridge');
    await bridge.process.kill();
  } else if (what < 0.37) {
    note('PostgreSQL');
    await cluster.killDatabase();
  } else {
    const network = what < 0.6 ? board : what < 0.8 ? database : readers;
    note(network === board ? 'to the board' : network === database ? 'to PostgreSQL' : 'of newsreaders');
    network.cut(() => random() < 0.7, random() < 0.5 ? 0 : 300);
  }
  const deadline = Date.now() + 5_000;
  while (!isOver && people.acknowledged.size < until && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function embedded(): Promise<number> {
  const board = await BoardServer.open({
    path: ':memory:',
    listen: { host: '127.0.0.1', port: 0 },
    proofDelay: 0,
    connectionsPerAddress: 1000,
  });
  stack.defer(() => board.close());
  const account = { level: 2, confirmed: true, waiting: false, disabled: false, lastUsed: board.store.time } as const;
  const secret = Buffer.from(poster.secret, 'hex');
  await board.store.commit(() => board.store.users.put({ ...account, userid: latin1(poster.user), secret }));
  return board.address.port;
}

async function foreign(): Promise<number> {
  const board = stack.use(await ForeignBoard.open(groggsd, { [poster.user]: { secret: poster.secret, level: 2 } }));
  return board.port;
}

/** Past the bridges. */
async function onBoard(): Promise<string[]> {
  const marks = new Map<string, number>();
  const connection = await RgtpConnection.open({ host: '127.0.0.1', port: boardPort });
  const ids = new Set<string>();
  await connection.index(undefined, ({ itemId }) => itemId !== undefined && ids.add(itemId));
  for (const id of ids) {
    for (const { lines } of (await connection.item(id)).contributions) {
      const mark = lines.find((line) => line.startsWith('mark-'));
      if (mark !== undefined) marks.set(mark, (marks.get(mark) ?? 0) + 1);
    }
  }
  await connection.close();
  const found: string[] = [];
  for (const id of people.acknowledged.keys()) {
    const mark = `mark-${id.slice(1, id.indexOf('@'))}`;
    if (marks.get(mark) !== 1) found.push(`${id} is on the board ${marks.get(mark) ?? 0} times`);
    marks.delete(mark);
  }
  for (const [mark, times] of marks) if (times > 1) found.push(`${mark} is on the board ${times} times`);
  return found;
}

/** A digest of all that a reader can get, and whether every acknowledged post is there once. */
async function everything(bridge: Cluster['bridges'][number]): Promise<string> {
  const client = await cluster.connect(bridge);
  // What is still in doubt is settled within seconds.
  let ids: string[] = [];
  for (let tries = 0; tries < 100; tries++) {
    ids = (await client.list('HDR Message-ID 1-')).map((line) => line.split(' ')[1] ?? '');
    if ([...people.acknowledged.keys()].every((id) => ids.includes(id))) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  for (const id of people.acknowledged.keys()) {
    const times = ids.filter((one) => one === id).length;
    if (times !== 1) problems.push(`${bridge.name} shows ${id} ${times} times`);
  }
  const hash = createHash('sha256');
  const group = await client.ask(`GROUP ${NEWSGROUP}`);
  for (const line of [group, ...(await client.list('LIST ACTIVE.TIMES')), ...(await client.list('OVER 1-'))]) {
    hash.update(`${line}\n`);
  }
  await client.ask(`GROUP ${NEWSGROUP}`);
  for (const number of await client.list('LISTGROUP')) {
    for (const line of await client.list(`ARTICLE ${number}`, '220')) hash.update(`${line}\n`);
  }
  client.close();
  return `${hash.digest('hex').slice(0, 16)} of ${ids.length}`;
}
