/** Two bridges on one board with one PostgreSQL, and HAProxy in front with config/haproxy.cfg: real processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { RgtpConnection } from '../../src/rgtp/client/connection.ts';
import { Network } from '../soak/network.ts';
import { giveInput } from '../support/child-input.ts';
import { freePort } from '../support/free-port.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { PostgresServer } from '../support/postgres.ts';
import { Supervised } from '../support/supervised.ts';
import { tlsFiles } from '../support/tls-files.ts';
import { type BridgePorts, HaProxy } from './haproxy.ts';
import { until } from './until.ts';

export const NEWSGROUP = 'groggs.gossip';
/** Somebody who may post, and edit. */
export const ACCOUNT = { user: 'ann', password: 'correct horse' } as const;
const main = join(import.meta.dirname, '../../src/main.ts');

export interface BalancedBridge {
  readonly config: string;
  readonly ports: BridgePorts;
  readonly process: Supervised;
  /** what lies between it and PostgreSQL */
  readonly toDatabase: Network;
}

interface Parts {
  readonly database: PostgresServer;
  /** with which it is started again */
  readonly reachable: readonly string[];
  readonly boardPort: number;
  readonly one: BalancedBridge;
  readonly two: BalancedBridge;
  readonly balancer: HaProxy;
}

export class BalancedCluster implements AsyncDisposable {
  readonly database: PostgresServer;
  readonly one: BalancedBridge;
  readonly two: BalancedBridge;
  readonly balancer: HaProxy;
  readonly #reachable: readonly string[];
  readonly #boardPort: number;
  readonly #stack: AsyncDisposableStack;

  /** Once somebody can log in. */
  static async start(): Promise<BalancedCluster> {
    await using stack = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'cluster-'));
    stack.defer(() => rmSync(folder, { recursive: true, force: true }));
    const databasePort = await freePort();
    const reachable = ['listen_addresses=127.0.0.1', `port=${databasePort}`];
    const database = await PostgresServer.start(...reachable);
    stack.defer(() => database.remove());
    const boardPort = await freePort();
    const board = stack.use(boardIn(folder, boardPort));
    board.start();
    await until(() => board.output.includes('Listening for RGTP'), `the board to listen: ${board.output}`);
    const bridge = (name: string) => bridgeIn(folder, name, databasePort, boardPort, stack);
    const [one, two] = [await bridge('one'), await bridge('two')];
    await addAccount(folder, one);
    for (const { process } of [one, two]) process.start();
    const balancer = stack.use(await HaProxy.start(one.ports, two.ports));
    const cluster = new BalancedCluster({ database, reachable, boardPort, one, two, balancer }, stack.move());
    (await cluster.reader()).quit();
    return cluster;
  }

  private constructor({ database, reachable, boardPort, one, two, balancer }: Parts, stack: AsyncDisposableStack) {
    this.database = database;
    this.one = one;
    this.two = two;
    this.balancer = balancer;
    this.#reachable = reachable;
    this.#boardPort = boardPort;
    this.#stack = stack;
  }

  startDatabase(): Promise<void> {
    return this.database.start(...this.#reachable);
  }

  isReady({ ports }: BalancedBridge): Promise<boolean> {
    return fetch(`http://127.0.0.1:${ports.http}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** Somebody who comes to HAProxy, and comes again until a bridge lets them in. */
  reader({ from = '127.0.0.1' } = {}): Promise<NntpClient> {
    const { balancer, one, two } = this;
    const attempt = async () => {
      const socket = connect({ host: '127.0.0.1', port: balancer.news, localAddress: from, noDelay: true });
      await once(socket, 'connect');
      const client = new NntpClient(socket);
      client.greeting = await client.line();
      const isIn = (await client.login(ACCOUNT.user, ACCOUNT.password)).startsWith('281');
      return isIn && (await client.ask(`GROUP ${NEWSGROUP}`)).startsWith('211') ? client : undefined;
    };
    const said = () => [balancer.output, one.process.output, two.process.output].map((text) => text.slice(-2000));
    return until(
      () => attempt().catch(() => undefined),
      () => `HAProxy to let somebody in: ${said().join('\n')}`,
      120_000,
    );
  }

  /** All that somebody new can see. */
  async everything(): Promise<string[]> {
    const client = await this.reader();
    const group = await client.ask(`GROUP ${NEWSGROUP}`);
    const seen = [group, ...(await client.list('LIST ACTIVE.TIMES')), ...(await client.list('OVER 1-'))];
    for (const number of (await client.list('LISTGROUP')).values()) {
      seen.push(...(await client.list(`ARTICLE ${number}`)));
    }
    client.quit();
    return seen;
  }

  /** The texts on the board, asked past the bridges. */
  async texts(): Promise<string[]> {
    const rgtp = await RgtpConnection.open({ host: '127.0.0.1', port: this.#boardPort });
    const texts: string[] = [];
    const items: string[] = [];
    await rgtp.index(undefined, ({ itemId }) => itemId !== undefined && items.push(itemId));
    for (const item of new Set(items)) {
      for (const { lines } of (await rgtp.item(item)).contributions) texts.push(lines.join('\n').trim());
    }
    await rgtp.close();
    return texts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

function boardIn(folder: string, port: number): Supervised {
  const config = join(folder, 'board.yaml');
  const embedded = { listen: `rgtp://127.0.0.1:${port}`, connectionsPerAddress: 1000 };
  writeFileSync(config, stringify({ data: join(folder, 'board'), embedded, http: { listen: 'off' } }));
  return new Supervised('board', config);
}

async function bridgeIn(
  folder: string,
  name: string,
  databasePort: number,
  boardPort: number,
  stack: AsyncDisposableStack,
): Promise<BalancedBridge> {
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

/** What it says to the database passes through this process. */
async function addAccount(folder: string, { config }: BalancedBridge): Promise<void> {
  const { user, password } = ACCOUNT;
  const secret = readFileSync(join(folder, 'board', 'gossip.editor.secret'), 'utf8').trim();
  const args = [main, 'user', 'add', user, '--userid', 'editor', '--config', config];
  const adding = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  giveInput(adding, `${password}\n${password}\n${secret}\n`);
  const [status] = (await once(adding, 'close')) as [number | null];
  if (status !== 0) throw new Error(`user add ended with ${status}`);
}
