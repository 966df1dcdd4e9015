import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Daemon } from '../../test/e2e/daemon.ts';
import { Inn } from '../../test/e2e/inn.ts';
import { Leafnode } from '../../test/e2e/leafnode.ts';
import { until } from '../../test/e2e/until.ts';
import { freePort } from '../../test/support/free-port.ts';
import type { TcpServer } from '../../test/support/tcp-server.ts';
import { RawClient } from '../support/raw-client.ts';
import type { SampleBoard } from '../support/sample.ts';
import { startSlowBoard } from '../support/slow-board.ts';
import { type Copy, NEWSGROUP } from './copy.ts';

/** A news server that has the articles. */
export interface Peer extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  /** what it wants to be told by a reader first */
  readonly hello?: string;
  /** the processes that it works in; those that they start work on the same processors */
  readonly pids: readonly number[];
}

const file = (name: string): string => join(import.meta.dirname, name);
const debian = new URL('../../node_modules/.clients/peers/debian/', import.meta.url).pathname;

/** A program that ends when it is no longer needed, and what it leaves. */
async function started(name: string, port: number, child: ChildProcess, tidy: () => void = () => {}): Promise<Peer> {
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    return isListening(port);
  }, `${name} to listen on ${port}`);
  return {
    name,
    port,
    pids: child.pid === undefined ? [] : [child.pid],
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await ended;
      tidy();
    },
  };
}

function isListening(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, '127.0.0.1');
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/** The whole program, in its default configuration, before a board that answers at once; restarted, it has nothing in memory. */
export class Ours implements Peer {
  readonly name = 'ours';
  readonly #daemon: Daemon;
  readonly #board: TcpServer;

  private constructor(daemon: Daemon, board: TcpServer) {
    this.#daemon = daemon;
    this.#board = board;
  }

  static async start(sample: SampleBoard): Promise<Ours> {
    const board = await startSlowBoard(sample, 0);
    const daemon = await Daemon.create({
      http: { listen: 'off' },
      embedded: { listen: 'off' },
      boards: [{ newsgroup: NEWSGROUP, domain: 'bench.example', rgtp: `rgtp://127.0.0.1:${board.port}` }],
    });
    const ours = new Ours(daemon, board);
    await daemon.start();
    await ours.#settled(sample.rows.length);
    return ours;
  }

  get port(): number {
    return this.#daemon.port;
  }

  get pids(): readonly number[] {
    return [this.#daemon.pid];
  }

  async restart(count: number): Promise<void> {
    await this.#daemon.stop();
    await this.#daemon.start();
    await this.#settled(count);
  }

  async #settled(count: number): Promise<void> {
    const client = await RawClient.open(this.port);
    await until(
      async () => (await client.kept(`GROUP ${NEWSGROUP}\r\n`)).toString().startsWith(`211 ${count} `),
      `${count} articles`,
    );
    client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
    await this.#board.close();
  }
}

/** A server that writes what it has, and no more. */
export async function startBare(ours: Ours, count: number): Promise<Peer> {
  const child = fork(file('bare-process.ts'), [String(ours.port), String(count)]);
  const [port] = await once(child, 'message');
  return started('bare', Number(port), child);
}

export async function startInn({ articles, ids }: Copy): Promise<Peer> {
  const inn = await Inn.start(NEWSGROUP);
  const feed = await RawClient.open(inn.port);
  for (const [i, article] of articles.entries())
    await feed.lines(`TAKETHIS ${ids[i]}\r\n${article.toString('latin1')}`, 1);
  feed.close();
  return {
    name: 'INN',
    port: inn.port,
    hello: 'MODE READER\r\n',
    pids: [inn.pid],
    [Symbol.asyncDispose]: () => inn[Symbol.asyncDispose](),
  };
}

/** leafnode fetches them from us. */
export async function startLeafnode(ours: Ours): Promise<Peer> {
  const leafnode = new Leafnode(ours.port);
  leafnode.subscribe(NEWSGROUP);
  await leafnode.fetch();
  await leafnode.fetch();
  const port = await freePort();
  const [program, args] = leafnode.inside('perl', file('inetd.pl'), String(port), '/usr/sbin/leafnode');
  const child = spawn(program, args, { stdio: 'ignore' });
  return started('leafnode', port, child, () => void leafnode[Symbol.asyncDispose]());
}

export async function startSn({ articles }: Copy): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'sn-'));
  const env = { ...process.env, SNROOT: folder };
  const program = (name: string) => join(debian, 'usr/sbin', name);
  execFileSync(program('snnewgroup'), [NEWSGROUP], { env, stdio: 'ignore' });
  execFileSync(program('snstore'), { env, input: Buffer.concat(articles), stdio: ['pipe', 'ignore', 'ignore'] });
  const port = await freePort();
  const child = spawn('perl', [file('inetd.pl'), String(port), program('snntpd.bin')], { env, stdio: 'ignore' });
  return started('sn', port, child, () => rmSync(folder, { recursive: true }));
}

export async function startPublicInbox({ articles }: Copy): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'public-inbox-'));
  const libraries = ['usr/share/perl5', 'usr/lib/x86_64-linux-gnu/perl5/5.36'].map((path) => join(debian, path));
  const git = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'Bench'],
      [`GIT_${who}_EMAIL`, 'bench@bench.example'],
    ]),
  );
  const env = { ...process.env, ...git, HOME: folder, PI_DIR: join(folder, 'settings'), PERL5LIB: libraries.join(':') };
  mkdirSync(env.PI_DIR);
  const program = (name: string) => join(debian, 'usr/bin', name);
  const inbox = ['board', join(folder, 'inbox'), 'http://bench.example/', 'board@bench.example'];
  const options = { cwd: folder, env };
  execFileSync('perl', [program('public-inbox-init'), '-V2', '-L', 'basic', '--ng', NEWSGROUP, ...inbox], {
    ...options,
    stdio: 'ignore',
  });
  execFileSync('perl', [file('public-inbox.pl')], {
    ...options,
    input: Buffer.concat(articles),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const port = await freePort();
  const child = spawn('perl', [program('public-inbox-nntpd'), '-l', `nntp://127.0.0.1:${port}`, '-W0'], {
    ...options,
    stdio: 'ignore',
  });
  return started('public-inbox', port, child, () => rmSync(folder, { recursive: true }));
}

export const areInstalled = (): boolean => existsSync(join(debian, 'usr/bin/public-inbox-nntpd'));
