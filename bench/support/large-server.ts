/** The program as it is installed, before a large board in a process of its own, and a newsreader of it. Linux. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net, { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { type Memory, memoryOf, residentOf } from './memory-report.ts';

export const NEWSGROUP = 'groggs.large';
/** commands that are sent without waiting for answers */
const DEPTH = 200;
const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const REPORT = join(import.meta.dirname, 'memory-report.ts');

/** A board in a process of its own, and a folder for a server in front of it. */
export class LargeBoard {
  readonly items: number;
  readonly #process: ChildProcess;
  readonly #folder = mkdtempSync(join(tmpdir(), 'large-bench-'));
  readonly #port: number;

  private constructor(items: number, board: ChildProcess, port: number) {
    this.items = items;
    this.#process = board;
    this.#port = port;
  }

  static async start(items: number): Promise<LargeBoard> {
    const board = fork(join(import.meta.dirname, 'large-board-process.ts'), [String(items)]);
    const [port] = await once(board, 'message');
    return new LargeBoard(items, board, Number(port));
  }

  /** @param more sections of the configuration; otherwise their defaults */
  serve(more: object = {}): Promise<LargeServer> {
    const rgtp = `rgtp://127.0.0.1:${this.#port}`;
    const settings = {
      name: 'news.example',
      listen: ['nntp://127.0.0.1:0'],
      data: join(this.#folder, 'data'),
      boards: [{ name: 'large', newsgroup: NEWSGROUP, rgtp, domain: 'large.example' }],
      http: { listen: 'http://127.0.0.1:0' },
      ...more,
    };
    return LargeServer.start(settings, this.#folder);
  }

  close(): void {
    this.#process.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export class LargeServer {
  /** ms of time and of CPU */
  readonly firstAnswer: number;
  readonly cpuOfFirstAnswer: number;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly port: number;
  readonly #httpPort: number;

  private constructor(child: ChildProcess, socket: Socket, ports: readonly number[], firstAnswer: number) {
    this.#child = child;
    this.#socket = socket;
    [this.port, this.#httpPort] = [ports[0] ?? 0, ports[1] ?? 0];
    this.firstAnswer = firstAnswer;
    this.cpuOfFirstAnswer = this.cpu();
  }

  /** @param settings the configuration; its newsgroup is `NEWSGROUP` @param folder where to write it */
  static async start(settings: object, folder: string): Promise<LargeServer> {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, stringify(settings));
    const began = performance.now();
    const child = spawn(
      process.execPath,
      ['--max-semi-space-size=4', `--import=${REPORT}`, MAIN, 'serve', '--config', file],
      {
        stdio: ['ignore', 'pipe', process.env['LARGE_LOG'] === undefined ? 'ignore' : 'inherit', 'ipc'],
        env: {
          ...process.env,
          MALLOC_ARENA_MAX: '2',
          MALLOC_TRIM_THRESHOLD_: '131072',
          MALLOC_MMAP_THRESHOLD_: '32768',
        },
      },
    );
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
    const [port = 0] = ports;
    const socket = net.connect({ port, host: '127.0.0.1' });
    await once(socket, 'data');
    socket.write(`GROUP ${NEWSGROUP}\r\n`);
    await once(socket, 'data');
    return new LargeServer(child, socket, ports, performance.now() - began);
  }

  /** Sends commands of which each has one answer, many at a time. Returns µs of CPU that one costs. */
  async costOf(commands: readonly string[], end: '\r\n' | '\r\n.\r\n'): Promise<number> {
    const cpu = this.cpu();
    for (let n = 0; n < commands.length; n += DEPTH) {
      const some = commands.slice(n, n + DEPTH);
      await this.#ask(some.map((command) => `${command}\r\n`).join(''), end, some.length);
    }
    return ((this.cpu() - cpu) * 1000) / commands.length;
  }

  /** Waits for so many answers. */
  async #ask(commands: string, end: string, answers: number): Promise<void> {
    let left = answers;
    let tail = '';
    await new Promise<void>((resolve) => {
      const onData = (data: Buffer) => {
        const text = tail + data.toString('latin1');
        let from = 0;
        for (let at = text.indexOf(end); at >= 0; at = text.indexOf(end, from)) {
          from = at + end.length;
          left--;
        }
        tail = text.slice(Math.max(from, text.length - end.length + 1));
        if (left > 0) return;
        this.#socket.off('data', onData);
        resolve();
      };
      this.#socket.on('data', onData);
      this.#socket.write(commands);
    });
  }

  /** Waits until so many items' texts are held. */
  async synced(items: number): Promise<void> {
    for (;;) {
      await pause(500);
      const answer = await (await fetch(`http://127.0.0.1:${this.#httpPort}/metrics`)).text();
      if (Number(/^rgtp_nntp_board_items_held\S* (\d+)/m.exec(answer)?.[1]) >= items) break;
    }
    // There was none to select before the index was read.
    await this.costOf([`GROUP ${NEWSGROUP}`], '\r\n');
  }

  memory(): Promise<Memory> {
    return memoryOf(this.#child);
  }

  /** the most that it ever had, MB */
  get most(): number {
    return residentOf(this.#child, 'VmHWM');
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** ms since it began, of all its threads */
  cpu(): number {
    const threads = `/proc/${this.#child.pid}/task`;
    return readdirSync(threads).reduce((sum, thread) => {
      const [nanoseconds] = readFileSync(join(threads, thread, 'schedstat'), 'utf8').split(' ');
      return sum + Number(nanoseconds) / 1e6;
    }, 0);
  }

  async stop(): Promise<void> {
    this.#socket.destroy();
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}
