/** Two bridges on one board, PostgreSQL, and HAProxy with config/haproxy.cfg in front: docs/cluster.md. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { RgtpConnection } from '../../src/rgtp/client/connection.ts';
import { Network } from '../soak/network.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { hasPostgres, PostgresServer } from '../support/postgres.ts';
import { Supervised } from '../support/supervised.ts';
import { tlsFiles } from '../support/tls-files.ts';
import { present } from './clients.ts';
import { freePort } from './daemon.ts';
import { type BridgePorts, HaProxy, haproxy } from './haproxy.ts';
import { until } from './until.ts';

const NEWSGROUP = 'groggs.gossip';
const PASSWORD = 'correct horse';
const POSTS = 14;
const main = join(import.meta.dirname, '../../src/main.ts');
const script = join(import.meta.dirname, 'cluster_reader.py');

interface Bridge {
  readonly config: string;
  readonly ports: BridgePorts;
  readonly process: Supervised;
  /** what lies between it and PostgreSQL */
  readonly toDatabase: Network;
}

const isHere = hasPostgres && present('HAProxy', haproxy) && present('python3', 'python3');

describe.skipIf(!isHere)('two bridges behind HAProxy', () => {
  const stack = new AsyncDisposableStack();
  let folder: string;
  let database: PostgresServer;
  let reachable: readonly string[];
  let boardPort: number;
  let one: Bridge;
  let two: Bridge;
  let balancer: HaProxy;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cluster-'));
    stack.defer(() => rmSync(folder, { recursive: true, force: true }));
    const databasePort = await freePort();
    reachable = ['listen_addresses=127.0.0.1', `port=${databasePort}`];
    database = await PostgresServer.start(...reachable);
    stack.defer(() => database.remove());
    boardPort = await freePort();
    const config = join(folder, 'board.yaml');
    const board = stack.use(new Supervised('board', config));
    const embedded = { listen: `rgtp://127.0.0.1:${boardPort}`, connectionsPerAddress: 1000 };
    writeFileSync(config, stringify({ data: join(folder, 'board'), embedded, http: { listen: 'off' } }));
    board.start();
    await until(() => board.output.includes('Listening for RGTP'), `the board to listen: ${board.output}`);
    one = await bridge('one', databasePort);
    two = await bridge('two', databasePort);
    const account = ['user', 'add', 'ann', '--userid', 'editor', '--config', one.config];
    const secret = readFileSync(join(folder, 'board', 'gossip.editor.secret'), 'utf8').trim();
    // What it says to the database passes through this process.
    const adding = spawn(process.execPath, [main, ...account], { stdio: ['pipe', 'ignore', 'inherit'] });
    adding.stdin.end(`${PASSWORD}\n${PASSWORD}\n${secret}\n`);
    expect(await once(adding, 'close')).toEqual([0, null]);
    for (const { process } of [one, two]) process.start();
    balancer = stack.use(await HaProxy.start(one.ports, two.ports));
    await reader();
  });
  afterAll(() => stack.disposeAsync());

  async function bridge(name: string, databasePort: number): Promise<Bridge> {
    const ports = { news: await freePort(), tls: await freePort(), http: await freePort() };
    const toDatabase = await Network.open(databasePort);
    stack.defer(() => toDatabase.close());
    const config = join(folder, `${name}.yaml`);
    const settings = {
      name: 'news.example',
      listen: [
        `nntp://127.0.0.1:${ports.news}?proxyProtocol&cleartextAuth`,
        `nntps://127.0.0.1:${ports.tls}?proxyProtocol`,
      ],
      balancers: ['127.0.0.1'],
      tls: tlsFiles('first'),
      http: { listen: `http://127.0.0.1:${ports.http}` },
      data: join(folder, name),
      keys: join(folder, 'keys'),
      permanent: `postgres://postgres@127.0.0.1:${toDatabase.port}/postgres`,
      boards: [{ rgtp: `rgtp://127.0.0.1:${boardPort}`, newsgroup: NEWSGROUP, domain: 'board.example' }],
    };
    writeFileSync(config, stringify(settings));
    return { config, ports, process: stack.use(new Supervised('serve', config)), toDatabase };
  }

  /** Somebody who comes to HAProxy, and comes again until a bridge lets them in. */
  function reader({ from = '127.0.0.1' } = {}): Promise<NntpClient> {
    const attempt = async () => {
      const socket = connect({ host: '127.0.0.1', port: balancer.news, localAddress: from, noDelay: true });
      await once(socket, 'connect');
      const client = new NntpClient(socket);
      client.greeting = await client.line();
      const isIn = (await client.login('ann', PASSWORD)).startsWith('281');
      return isIn && (await client.ask(`GROUP ${NEWSGROUP}`)).startsWith('211') ? client : undefined;
    };
    const said = () => [balancer.output, one.process.output, two.process.output].map((text) => text.slice(-2000));
    return until(
      () => attempt().catch(() => undefined),
      () => `HAProxy to let somebody in: ${said().join('\n')}`,
      120_000,
    );
  }

  async function posts(client: NntpClient, id: string): Promise<string> {
    const lines = ['From: A <a@x.example>', `Newsgroups: ${NEWSGROUP}`, `Subject: ${id}`, `Message-ID: ${id}`, '', id];
    return client.post(lines);
  }

  /** All that somebody new can see. */
  async function everything(): Promise<string[]> {
    const client = await reader();
    const group = await client.ask(`GROUP ${NEWSGROUP}`);
    const seen = [group, ...(await client.list('LIST ACTIVE.TIMES')), ...(await client.list('OVER 1-'))];
    for (const number of (await client.list('LISTGROUP')).values()) {
      seen.push(...(await client.list(`ARTICLE ${number}`)));
    }
    client.quit();
    return seen;
  }

  const isReady = ({ ports }: Bridge) =>
    fetch(`http://127.0.0.1:${ports.http}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );

  it('names readers by their own addresses, over TLS too, and believes nobody else', async () => {
    const client = await reader({ from: '127.0.0.77' });
    const output = () => one.process.output + two.process.output;
    await until(() => /"address":"127\.0\.0\.77".*"logged in"/.test(output()), 'the address in the log');
    client.quit();
    const secured = connectTls({ host: '127.0.0.1', port: balancer.tls, rejectUnauthorized: false });
    const overTls = new NntpClient(secured);
    expect(await overTls.line()).toMatch(/^20[01] /);
    overTls.close();
    // Whoever is no balancer may not say who calls: a PROXY header of 192.0.2.1, from 127.0.0.78.
    const served = (await isReady(one)) ? one : two;
    const liar = connect({ host: '127.0.0.1', port: served.ports.news, localAddress: '127.0.0.78' });
    const header = '0d0a0d0a000d0a515549540a2111000cc0000201cb00710104d20077';
    liar.on('error', () => {});
    liar.end(Buffer.from(header, 'hex'));
    await new Promise((resolve) => liar.once('close', resolve));
    await until(() => /"address":"127\.0\.0\.78".*"untrusted"/.test(output()), 'the refusal in the log');
    expect(output()).not.toContain('192.0.2.1');
    const health = await fetch(`http://127.0.0.1:${balancer.health}/healthz`);
    expect(health.status).toBe(200);
  });

  it('nntplib reads and posts while bridges are killed, and notices nothing but cut connections', async () => {
    const child = spawn('python3', [script, String(balancer.news), NEWSGROUP, 'ann', PASSWORD, String(POSTS)]);
    let said = '';
    let complaints = '';
    let victim = one;
    let kills = 0;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    const acknowledged: string[] = [];
    for await (const text of child.stdout.setEncoding('utf8')) {
      said += text;
      const now = Array.from(said.matchAll(/^acknowledged (\S+)$/gm), ([, id = '']) => id);
      const isTime = now.slice(acknowledged.length).some((_, i) => (acknowledged.length + i) % 3 === 1);
      acknowledged.splice(0, Infinity, ...now);
      if (!isTime) continue;
      // The one that serves, if only one does; the other next time.
      if (!(await isReady(victim))) victim = victim === one ? two : one;
      await victim.process.kill();
      victim = victim === one ? two : one;
      kills++;
    }
    expect(complaints).toBe('');
    expect(kills).toBeGreaterThanOrEqual(4);
    expect(acknowledged).toHaveLength(POSTS);
    const { connections, seen } = JSON.parse(said.split('\n').at(-1) ?? '') as {
      connections: number;
      seen: Record<string, string>;
    };
    expect(connections).toBeGreaterThan(1);
    const ours = Object.values(seen).filter((id) => id.startsWith('<cluster.'));
    expect(ours.toSorted()).toEqual(acknowledged.toSorted());

    // On the board: each once.
    const rgtp = await RgtpConnection.open({ host: '127.0.0.1', port: boardPort });
    const texts: string[] = [];
    const items: string[] = [];
    await rgtp.index(undefined, ({ itemId }) => itemId !== undefined && items.push(itemId));
    for (const item of new Set(items)) {
      for (const { lines } of (await rgtp.item(item)).contributions) texts.push(lines.join('\n').trim());
    }
    await rgtp.close();
    expect(texts.filter((text) => text.startsWith('The text')).toSorted()).toEqual(
      acknowledged.map((id) => `The text of ${id}`).toSorted(),
    );

    // And from each bridge the same.
    await one.process.end();
    const ofTwo = await everything();
    one.process.start();
    await two.process.end();
    expect(await everything()).toEqual(ofTwo);
    two.process.start();
  });

  it('a bridge that is not ready gets nobody; without PostgreSQL everybody reads on', async () => {
    const first =
      (await until(async () => ((await isReady(one)) ? 'one' : (await isReady(two)) ? 'two' : false), 'one')) === 'one'
        ? one
        : two;
    const other = first === one ? two : one;
    first.toDatabase.cut(() => true, 0);
    first.toDatabase.hold();
    await until(() => isReady(other), `the other bridge to be ready: ${other.process.output.slice(-2000)}`, 120_000);
    await until(
      async () => !(await isReady(first)),
      () =>
        `the bridge without a database to say so: ${first.process.output.slice(-3000)} OTHER ${other.process.output.slice(-3000)}`,
    );
    // Whoever comes now can post, every time.
    await until(async () => {
      const client = await reader();
      const answer = await posts(client, '<away.0@x>');
      client.quit();
      return /^240|^441 435/.test(answer);
    }, 'HAProxy to know');
    for (const n of [1, 2, 3]) {
      const client = await reader();
      expect(await posts(client, `<away.${n}@x>`)).toMatch(/^240/);
      client.quit();
    }
    first.toDatabase.release();

    const stays = await reader();
    await database.kill();
    await until(async () => !(await isReady(one)) && !(await isReady(two)), 'both to miss the database');
    expect(await posts(stays, '<none@x>')).toMatch(/^441 .*database is away/);
    expect(await stays.ask('STAT 2')).toMatch(/^223/);
    const comes = await reader();
    expect(await comes.ask('STAT 2')).toMatch(/^223/);
    await database.start(...reachable);
    await until(async () => (await isReady(one)) || (await isReady(two)), 'a bridge to have it again', 120_000);
    await until(async () => /^240|^441 435/.test(await posts(await reader(), '<back@x>')), 'a post');
    expect(await everything()).toEqual(expect.arrayContaining([expect.stringMatching(/\t<back@x>\t/)]));
  });
});
