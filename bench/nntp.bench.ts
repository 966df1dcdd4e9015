import type { Socket } from 'node:net';
import type { Bench, Result } from './main.ts';
import { MeasuredServer, pipeline, roundTrip } from './support/nntp-load.ts';
import { RenderedGroup } from './support/rendered-group.ts';

const ARTICLES = 20_000;
const OCTETS = 2_000;
const COMMANDS = 50_000;
const OVERVIEWS = 25;
const IDLE = 10_000;
const ROUNDS = 3;

interface Load {
  readonly name: string;
  /** what the rate counts */
  readonly unit: string;
  readonly count: number;
  readonly commands: Buffer;
  /** octets of all answers: the same from both servers */
  readonly octets: number;
}

/** What the NNTP front end costs: against a bare `net` server that sends the same rendered octets, in the same run. */
const bench: Bench = async () => {
  const group = new RenderedGroup(ARTICLES, OCTETS);
  const [bare, ours] = [
    await MeasuredServer.start('bare', ARTICLES, OCTETS),
    await MeasuredServer.start('ours', ARTICLES, OCTETS),
  ];
  const results: Result[] = [];
  for (const load of loads(group)) {
    const [first, second] = await inTurns(load, bare, ours);
    const note = `${first.cpu.toFixed(2)} → ${second.cpu.toFixed(2)} µs of CPU each`;
    results.push({
      name: `${load.name}: CPU, times the bare server’s`,
      value: second.cpu / first.cpu,
      unit: '×',
      note,
      better: 'less',
    });
    results.push({ name: load.name, value: second.rate, unit: load.unit, note: `bare: ${Math.round(first.rate)}` });
  }
  results.push(...(await connecting(bare, ours)));
  results.push(await fairness(ours));
  await Promise.all([bare.stop(), ours.stop()]);
  return [...results, await idle('bare'), await idle('ours')];
};

export default bench;

function loads(group: RenderedGroup): Load[] {
  const numbers = Array.from({ length: COMMANDS }, (_, i) => (i % ARTICLES) + 1);
  const status = (code: number, number: number): number => `${code} ${number} ${group.messageId(number)}\r\n`.length;
  const sum = (octets: (number: number) => number): number => numbers.reduce((all, number) => all + octets(number), 0);
  const lines = (line: (number: number) => string): Buffer =>
    Buffer.from(numbers.map((n) => `${line(n)}\r\n`).join(''));
  const selected = `211 ${group.count} ${group.low} ${group.high} ${group.name}\r\n`.length;
  const overview = '224 Overview information follows\r\n.\r\n'.length + group.lines.length;
  return [
    {
      name: 'STAT',
      unit: '/s',
      count: COMMANDS,
      commands: lines((n) => `STAT ${n}`),
      octets: sum((n) => status(223, n)),
    },
    {
      name: 'ARTICLE',
      unit: '/s',
      count: COMMANDS,
      commands: lines((n) => `ARTICLE ${n}`),
      octets: sum((n) => status(220, n) + (group.article(n)?.bytes.length ?? 0)),
    },
    {
      name: 'GROUP',
      unit: '/s',
      count: COMMANDS,
      commands: lines(() => `GROUP ${group.name}`),
      octets: COMMANDS * selected,
    },
    {
      name: 'OVER',
      unit: 'lines/s',
      count: OVERVIEWS * ARTICLES,
      commands: Buffer.from(`OVER 1-${ARTICLES}\r\n`.repeat(OVERVIEWS)),
      octets: OVERVIEWS * overview,
    },
  ];
}

interface Cost {
  /** µs of CPU for each */
  readonly cpu: number;
  readonly rate: number;
}

/** The same load on both, alternating; the cheapest round counts: others shared the processor. */
async function inTurns(load: Load, ...servers: MeasuredServer[]): Promise<[Cost, Cost]> {
  const best = servers.map((): Cost => ({ cpu: Number.POSITIVE_INFINITY, rate: 0 }));
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, server] of servers.entries()) {
      const cost = await run(server, load);
      const known = best[i];
      if (round > 0 && known && cost.cpu < known.cpu) best[i] = cost;
    }
  }
  const [first, second] = best;
  if (!first || !second) throw new Error('two servers are compared');
  return [first, second];
}

async function run(server: MeasuredServer, load: Load): Promise<Cost> {
  const socket = await server.connect();
  const selected = '211 20000 1 20000 bench.group\r\n'.length;
  await pipeline(socket, Buffer.from('GROUP bench.group\r\n'), selected);
  const before = await server.usage();
  const seconds = await pipeline(socket, load.commands, load.octets);
  const after = await server.usage();
  socket.destroy();
  return { cpu: (after.cpu - before.cpu) / load.count, rate: load.count / seconds };
}

async function connecting(...servers: [MeasuredServer, MeasuredServer]): Promise<Result[]> {
  const connections = 1000;
  const costs: number[] = [];
  for (const server of servers) {
    const before = await server.usage();
    for (let i = 0; i < connections; i++) (await server.connect()).destroy();
    costs.push(((await server.usage()).cpu - before.cpu) / connections);
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
