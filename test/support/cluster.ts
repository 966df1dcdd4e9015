/** Bridges on one board with one PostgreSQL: real processes, and networks between them that break. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { Network } from '../soak/network.ts';
import { freePort } from './free-port.ts';
import { NntpClient } from './nntp-client.ts';
import { PostgresServer } from './postgres.ts';
import { Supervised } from './supervised.ts';

export const NEWSGROUP = 'groggs.gossip';
export const DOMAIN = 'board.example';

/** ms: on a busy machine a start takes long */
const PATIENCE = 300_000;

/** Who posts on the board. */
export interface Poster {
  readonly user: string;
  /** hexadecimal */
  readonly secret: string;
}

export interface ClusterBridge {
  readonly name: string;
  readonly process: Supervised;
  /** what newsreaders come over, and what it reaches the others over */
  readonly networks: { readonly readers: Network; readonly board: Network; readonly database: Network };
  readonly isReady: () => Promise<boolean>;
  readonly metrics: () => Promise<string>;
}

export interface ClusterOptions {
  readonly bridges: number;
  readonly boardPort: number;
  readonly poster: Poster;
  /** more settings of a bridge */
  readonly settings?: object;
  /** of its board */
  readonly board?: object;
  /** of PostgreSQL, as `name=value` */
  readonly database?: readonly string[];
}

export class Cluster implements AsyncDisposable {
  readonly bridges: readonly ClusterBridge[];
  readonly database: PostgresServer;
  readonly #stack: AsyncDisposableStack;
  readonly #settings: readonly string[];
  readonly #poster: Poster;

  static async open(options: ClusterOptions): Promise<Cluster> {
    await using stack = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'cluster-'));
    stack.defer(() => rmSync(folder, { recursive: true, force: true }));
    const port = await freePort();
    const settings = ['listen_addresses=127.0.0.1', `port=${port}`, ...(options.database ?? [])];
    const database = await PostgresServer.start(...settings);
    stack.defer(() => database.remove());
    const bridges: ClusterBridge[] = [];
    for (let n = 1; n <= options.bridges; n++) {
      bridges.push(await openBridge(`bridge-${n}`, folder, port, options, stack));
    }
    for (const { process } of bridges) process.start();
    return new Cluster(bridges, database, settings, options.poster, stack.move());
  }

  private constructor(
    bridges: readonly ClusterBridge[],
    database: PostgresServer,
    settings: readonly string[],
    poster: Poster,
    stack: AsyncDisposableStack,
  ) {
    this.bridges = bridges;
    this.database = database;
    this.#settings = settings;
    this.#poster = poster;
    this.#stack = stack;
  }

  /** A logged-in newsreader with the newsgroup selected. Rejects where this bridge has none now. */
  async connect({ networks }: ClusterBridge): Promise<NntpClient> {
    const client = await NntpClient.connect(networks.readers.port);
    try {
      const { user, secret } = this.#poster;
      const answers = [await client.login(user, secret), await client.ask(`GROUP ${NEWSGROUP}`)];
      if (answers[0]?.startsWith('281') === true && answers[1]?.startsWith('211') === true) return client;
      throw new Error(answers.join(', '));
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** As a crash, and a start. */
  async killDatabase(): Promise<void> {
    await this.database.kill();
    await this.database.start(...this.#settings);
  }

  /** Serves through one bridge alone. */
  async only(bridge: ClusterBridge): Promise<void> {
    for (const other of this.bridges) if (other !== bridge) await other.process.end();
    await this.ready(bridge);
  }

  /** Rejects where that takes longer than any start does. */
  async ready(bridge: ClusterBridge): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!(await bridge.isReady())) {
      if (performance.now() > end)
        throw new Error(`${bridge.name} is not ready:\n${bridge.process.output.slice(-2000)}`);
      await pause(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process } of this.bridges) await process.end();
    await this.#stack.disposeAsync();
  }
}

async function openBridge(
  name: string,
  folder: string,
  databasePort: number,
  { boardPort, settings, board }: ClusterOptions,
  stack: AsyncDisposableStack,
): Promise<ClusterBridge> {
  const [news, http] = [await freePort(), await freePort()];
  const network = async (target: number) => {
    const opened = await Network.open(target);
    stack.defer(() => opened.close());
    return opened;
  };
  const networks = {
    readers: await network(news),
    board: await network(boardPort),
    database: await network(databasePort),
  };
  mkdirSync(join(folder, name));
  const config = join(folder, `${name}.yaml`);
  const own = {
    name: 'news.example',
    listen: [`nntp://127.0.0.1:${news}`],
    http: { listen: `http://127.0.0.1:${http}` },
    data: join(folder, name),
    keys: join(folder, 'keys'),
    permanent: `postgres://postgres@127.0.0.1:${networks.database.port}/postgres`,
    boards: [{ rgtp: `rgtp://127.0.0.1:${networks.board.port}`, newsgroup: NEWSGROUP, domain: DOMAIN, ...board }],
    log: { level: 'warn' },
  };
  writeFileSync(config, stringify({ ...own, ...settings }));
  const isReady = () =>
    fetch(`http://127.0.0.1:${http}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  const metrics = async () => (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
  return { name, process: stack.use(new Supervised('serve', config)), networks, isReady, metrics };
}
