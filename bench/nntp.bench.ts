import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Bench, Result } from './main.ts';
import { type Layer, MeasuredServer, pipeline, roundTrip } from './support/nntp-load.ts';
import { RenderedGroup } from './support/rendered-group.ts';

const ARTICLES = 20_000;
const OCTETS = 2_000;
const COMMANDS = 50_000;
const OVERVIEWS = 25;
/** subjects asked for at a time */
const SUBJECTS = 1000;
const IDLE = 10_000;
const ROUNDS = 3;
const ONLY = process.env['NNTP_ONLY']?.split(',');

interface Load {
  readonly name: string;
  /** what the rate counts */
  readonly unit: string;
  readonly count: number;
  readonly commands: Buffer;
  /** octets of all answers: the same from both servers */
  readonly octets: number;
}

/** Connections that send the same load at the same time, each its part of it. */
interface Crowd {
  readonly layer: Layer;
  readonly connections: number;
}

const CROWDS: readonly Crowd[] = [
  { layer: 'plain', connections: 1 },
  { layer: 'plain', connections: 8 },
  { layer: 'plain', connections: 64 },
  { layer: 'TLS', connections: 8 },
  { layer: 'COMPRESS', connections: 8 },
];

/**
 * What the NNTP front end costs: against a bare server that sends the same rendered octets, in the same run, over the same
 * layers. `NNTP_ONLY=STAT,GROUP` for some of the commands.
 */
const bench: Bench = async () => {
  const group = new RenderedGroup(ARTICLES, OCTETS);
  const [bare, ours] = [
    await MeasuredServer.start('bare', ARTICLES, OCTETS),
    await MeasuredServer.start('ours', ARTICLES, OCTETS),
  ];
  const results: Result[] = [];
  for (const crowd of CROWDS) {
    const { layer, connections } = crowd;
    const how = `${layer === 'plain' ? '' : `${layer}, `}${connections} connection${connections === 1 ? '' : 's'}`;
    for (const makeLoad of loads(group)) {
      const load = makeLoad(COMMANDS / connections);
      if (ONLY !== undefined && !ONLY.includes(load.name)) continue;
      const [first, second] = await inTurns(load, crowd, bare, ours);
      const note = `${first.cpu.toFixed(2)} → ${second.cpu.toFixed(2)} µs of CPU each`;
      const name = `${load.name}, ${how}`;
      const value = second.cpu / first.cpu;
      console.log(
        `${name}: ${value.toFixed(2)} × the bare server’s CPU, ${(second.rate / first.rate).toFixed(2)} × its rate (${note})`,
      );
      results.push({ name: `${name}: CPU, times the bare server’s`, value, unit: '×', note, better: 'less' });
      results.push({
        name: `${name}: rate, times the bare server’s`,
        value: second.rate / first.rate,
        unit: '×',
        note: `${Math.round(second.rate)} ${load.unit}; bare: ${Math.round(first.rate)}`,
        better: 'more',
      });
    }
  }
  results.push(...(await connecting(bare, ours)));
  results.push(await fairness(ours));
  await Promise.all([bare.stop(), ours.stop()]);
  return [...results, await idle('bare'), await idle('ours')];
};

export default bench;

/** Each of them makes a load of about so many simple commands. */
function loads(group: RenderedGroup): ((commands: number) => Load)[] {
  const lines = (each: readonly string[]): Buffer => Buffer.from(each.map((line) => `${line}\r\n`).join(''));
  /** @param answer octets of one */
  const about = (name: string, answer: (number: number) => number) => (commands: number) => {
    const numbers = Array.from({ length: Math.ceil(commands) }, (_, i) => (i % ARTICLES) + 1);
    return {
      name,
      unit: '/s',
      count: numbers.length,
      commands: lines(numbers.map((n) => `${name} ${n}`)),
      octets: numbers.reduce((sum, number) => sum + answer(number), 0),
    };
  };
  const status = (code: number, number: number): number => `${code} ${number} ${group.messageId(number)}\r\n`.length;
  /** of several pieces, each so many times; @param answer octets of each */
  const repeated = (name: string, pieces: readonly string[], each: number, answer: number) => (commands: number) => {
    const times = Math.max(1, Math.round((commands / COMMANDS) * pieces.length));
    const some = pieces.slice(0, times);
    return { name, unit: 'lines/s', count: times * each, commands: lines(some), octets: times * answer };
  };
  const selected = `211 ${group.count} ${group.low} ${group.high} ${group.name}\r\n`.length;
  const overview = '224 Overview information follows\r\n.\r\n'.length + group.lines.length;
  const subjects = group.subjects.slice(0, SUBJECTS).reduce((sum, { length }) => sum + length, 0);
  const headers = '225 Headers follow\r\n.\r\n'.length + subjects;
  return [
    about('STAT', (n) => status(223, n)),
    // The dot stands where the empty line is.
    about('HEAD', (n) => status(221, n) + (group.article(n)?.bodyStart ?? 0) + '.'.length),
    about('ARTICLE', (n) => status(220, n) + (group.article(n)?.bytes.length ?? 0)),
    (commands) => {
      const count = Math.ceil(commands);
      const all = Array.from({ length: count }, () => `GROUP ${group.name}`);
      return { name: 'GROUP', unit: '/s', count, commands: lines(all), octets: count * selected };
    },
    repeated(
      'HDR',
      Array.from({ length: 500 }, () => `HDR Subject 1-${SUBJECTS}`),
      SUBJECTS,
      headers,
    ),
    repeated(
      'OVER',
      Array.from({ length: OVERVIEWS }, () => `OVER 1-${ARTICLES}`),
      ARTICLES,
      overview,
    ),
  ];
}

interface Cost {
  /** µs of CPU for each */
  readonly cpu: number;
  readonly rate: number;
}

/** The same load on both, alternating; the cheapest round counts: others shared the processor. */
async function inTurns(load: Load, crowd: Crowd, ...servers: MeasuredServer[]): Promise<[Cost, Cost]> {
  const best = servers.map((): Cost => ({ cpu: Number.POSITIVE_INFINITY, rate: 0 }));
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, server] of servers.entries()) {
      const cost = await run(server, load, crowd);
      const known = best[i];
      if (round > 0 && known && cost.cpu < known.cpu) best[i] = cost;
    }
  }
  const [first, second] = best;
  if (!first || !second) throw new Error('two servers are compared');
  return [first, second];
}

async function run(server: MeasuredServer, load: Load, { layer, connections }: Crowd): Promise<Cost> {
  const clients: Duplex[] = [];
  for (let i = 0; i < connections; i++) clients.push(await server.connectOver(layer));
  const selected = '211 20000 1 20000 bench.group\r\n'.length;
  for (const client of clients) await pipeline(client, Buffer.from('GROUP bench.group\r\n'), selected);
  const before = await server.usage();
  const begun = performance.now();
  await Promise.all(clients.map((client) => pipeline(client, load.commands, load.octets)));
  const seconds = (performance.now() - begun) / 1000;
  const after = await server.used();
  for (const client of clients) client.destroy();
  const count = load.count * connections;
  return { cpu: (after.cpu - before.cpu) / count, rate: count / seconds };
}

async function connecting(...servers: [MeasuredServer, MeasuredServer]): Promise<Result[]> {
  const connections = 1000;
  const costs: number[] = [];
  for (const server of servers) {
    const before = await server.usage();
    for (let i = 0; i < connections; i++) (await server.connect()).destroy();
    costs.push(((await server.used()).cpu - before.cpu) / connections);
  }
  const [bare = 0, ours = 0] = costs;
  const note = `${bare.toFixed(0)} → ${ours.toFixed(0)} µs of CPU each`;
  return [{ name: 'connecting: CPU, times the bare server’s', value: ours / bare, unit: '×', note, better: 'less' }];
}

/** How long a STAT takes while somebody else reads the overview of a million articles. */
async function fairness(server: MeasuredServer): Promise<Result> {
  const [greedy, modest] = [await server.connect(), await server.connect()];
  for (const socket of [greedy, modest]) await roundTrip(socket, 'GROUP bench.large');
  greedy.resume();
  greedy.write('OVER 1-\r\n');
  const waits: number[] = [];
  for (let i = 1; i <= 200; i++) waits.push(await roundTrip(modest, `STAT ${i}`));
  waits.sort((a, b) => a - b);
  for (const socket of [greedy, modest]) socket.destroy();
  const [median = 0, most = 0, longest = 0] = [0.5, 0.95, 1].map((share) => waits[Math.ceil(waits.length * share) - 1]);
  const note = `median ${median.toFixed(1)} ms, longest ${longest.toFixed(1)} ms`;
  return { name: 'STAT during another’s OVER 1-1000000, 95 %', value: most, unit: 'ms', note };
}

/** On a fresh server: one that has worked has room to spare. */
async function idle(kind: 'bare' | 'ours'): Promise<Result> {
  const server = await MeasuredServer.start(kind, 1, OCTETS);
  const before = await server.usage();
  const sockets: Socket[] = [];
  for (let i = 0; i < IDLE; i += 500) {
    sockets.push(...(await Promise.all(Array.from({ length: 500 }, () => server.connect()))));
  }
  const after = await server.usage();
  for (const socket of sockets) socket.destroy();
  await server.stop();
  const value = (after.rss - before.rss) / IDLE / 1000;
  return { name: `idle connection, ${kind}: RSS`, value, unit: 'KB', note: `${IDLE} connections` };
}
