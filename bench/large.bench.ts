/**
 * A million posts in 60,000 items, from a board in another process, by the program as it is installed: first sync, what it
 * holds and uses, and starting again. `LARGE_ITEMS` for fewer.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net, { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Bench, Result } from './main.ts';
import { POSTS_PER_ITEM } from './support/large-board-process.ts';

const ITEMS = Number(process.env['LARGE_ITEMS'] ?? 60_000);
const POSTS = ITEMS * POSTS_PER_ITEM;
const NEWSGROUP = 'groggs.large';
const ARTICLES = 100_000;
/** commands that are sent without waiting for answers */
const DEPTH = 200;
const IDLE = 20_000;
/** of /proc/…/stat: a hundredth of a second */
const TICK = 10;
const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');

const bench: Bench = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'large-bench-'));
  const board = fork(join(import.meta.dirname, 'support', 'large-board-process.ts'), [String(ITEMS)]);
  const [boardPort] = await once(board, 'message');
  const settings = {
    name: 'news.example',
    listen: ['nntp://127.0.0.1:0'],
    data: join(folder, 'data'),
    boards: [{ name: 'large', newsgroup: NEWSGROUP, rgtp: `rgtp://127.0.0.1:${boardPort}`, domain: 'large.example' }],
    http: { listen: 'http://127.0.0.1:0' },
  };
  const file = join(folder, 'config.yaml');
  writeFileSync(file, stringify(settings));
  const results: Result[] = [];
  const note = (name: string, value: number, unit: string, more = '') => {
    console.log(`${name}: ${value.toFixed(2)} ${unit} ${more}`);
    results.push({ name, value, unit, note: more });
  };
  try {
    let server = await Server.start(file);
    const began = performance.now();
    await server.synced();
    note(
      'first sync',
      ITEMS / ((performance.now() - began) / 1000),
      'items/s',
      `${(server.cpu() / ITEMS).toFixed(3)} ms of CPU an item`,
    );
    note('memory after it', server.memory(), 'MB', `at most ${server.memory('VmHWM').toFixed(0)}`);
    for (const time of ['once', 'again']) {
      const cpu = server.cpu();
      await server.ask(`GROUP ${NEWSGROUP}\r\nOVER 1-${POSTS}\r\n`, 1);
      note(`OVER of everything, ${time}`, ((server.cpu() - cpu) * 1000) / POSTS, 'µs', 'of CPU an article');
      note(`memory after it`, server.memory(), 'MB');
    }
    for (const [name, command] of [
      ['HEAD', 'HEAD'],
      ['ARTICLE', 'ARTICLE'],
    ] as const) {
      const cpu = server.cpu();
      for (let n = 0; n < ARTICLES; n += DEPTH) {
        const commands = Array.from({ length: DEPTH }, (_, i) => `${command} ${1 + (((n + i) * 104_729) % POSTS)}\r\n`);
        await server.ask(commands.join(''), DEPTH);
      }
      note(`${name} at random`, ((server.cpu() - cpu) * 1000) / ARTICLES, 'µs', 'of CPU each');
      note(`memory after ${ARTICLES} of them`, server.memory(), 'MB');
    }
    await server.stop();
    server = await Server.start(file);
    note('start to first answer', server.firstAnswer, 'ms', `${server.cpuOfFirstAnswer.toFixed(0)} ms of CPU`);
    await pause(3000);
    note('memory after a start', server.memory(), 'MB', `${server.cpu().toFixed(0)} ms of CPU since then`);
    const cpu = server.cpu();
    await pause(IDLE);
    note('idle', (100 * (server.cpu() - cpu)) / IDLE, '%', 'of a core');
    await server.stop();
  } finally {
    board.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
};
export default bench;

/** The program, and a newsreader of it. */
class Server {
  readonly firstAnswer: number;
  readonly cpuOfFirstAnswer: number;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #httpPort: number;

  private constructor(child: ChildProcess, socket: Socket, httpPort: number, firstAnswer: number) {
    this.#child = child;
    this.#socket = socket;
    this.#httpPort = httpPort;
    this.firstAnswer = firstAnswer;
    this.cpuOfFirstAnswer = this.cpu();
  }

  static async start(file: string): Promise<Server> {
    const began = performance.now();
    const child = spawn(process.execPath, ['--max-semi-space-size=8', MAIN, 'serve', '--config', file], {
      stdio: ['ignore', 'pipe', process.env['LARGE_LOG'] === undefined ? 'ignore' : 'inherit'],
      env: { ...process.env, MALLOC_TRIM_THRESHOLD_: '131072' },
    });
    let said = '';
    const ports = await new Promise<number[]>((resolve, reject) => {
      child.once('exit', () => reject(new Error(said)));
      child.stdout?.on('data', (text: Buffer) => {
        said += text.toString();
        const news = /newsreader at 127\.0\.0\.1 port (\d+)/.exec(said)?.[1];
        const http = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
        if (news !== undefined && http !== undefined) resolve([Number(news), Number(http)]);
      });
    });
    const [newsPort = 0, httpPort = 0] = ports;
    const socket = net.connect({ port: newsPort, host: '127.0.0.1' });
    await once(socket, 'data');
    socket.write(`GROUP ${NEWSGROUP}\r\n`);
    await once(socket, 'data');
    return new Server(child, socket, httpPort, performance.now() - began);
  }

  /** Waits for so many answers that end with a dot. */
  async ask(commands: string, blocks: number): Promise<void> {
    let left = blocks;
    let tail = '';
    await new Promise<void>((resolve) => {
      const onData = (data: Buffer) => {
        const text = tail + data.toString('latin1');
        for (let at = text.indexOf('\r\n.\r\n'); at >= 0; at = text.indexOf('\r\n.\r\n', at + 3)) left--;
        tail = text.slice(-4);
        if (left > 0) return;
        this.#socket.off('data', onData);
        resolve();
      };
      this.#socket.on('data', onData);
      this.#socket.write(commands);
    });
  }

  /** Waits until every item's text is held. */
  async synced(): Promise<void> {
    for (;;) {
      await pause(500);
      const answer = await (await fetch(`http://127.0.0.1:${this.#httpPort}/metrics`)).text();
      const held = Number(/^rgtp_nntp_board_items_held\S* (\d+)/m.exec(answer)?.[1]);
      if (held >= ITEMS) return;
    }
  }

  /** MB */
  memory(of = 'VmRSS'): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return (Number(new RegExp(`^${of}:\\s*(\\d+)`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  }

  /** ms since it began */
  cpu(): number {
    const [user = 0, system = 0] = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return (user + system) * TICK;
  }

  async stop(): Promise<void> {
    this.#socket.destroy();
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}
