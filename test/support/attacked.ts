import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { NntpClient } from './nntp-client.ts';

/** The state of the attacked process. */
export interface Health {
  readonly rss: number;
  /** octets in use, in V8's heap and outside; exact after `collect` */
  readonly held: number;
  /** longest event-loop delay since the last look, in ms */
  readonly delay: number;
  readonly connections: number;
  readonly commands: number;
  readonly pieces: number;
}

/** A server in a process of its own. */
export class Attacked {
  readonly port: number;
  readonly #child: ChildProcess;
  /** everything it has written to stdout and stderr */
  output = '';

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (this.output += String(chunk)));
  }

  static async start(env: NodeJS.ProcessEnv = {}): Promise<Attacked> {
    const child = fork(new URL('./attacked-server.ts', import.meta.url), {
      execArgv: ['--expose-gc'],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const failed = once(child, 'exit').then(() => Promise.reject(new Error('the server did not start')));
    const [port] = await Promise.race([once(child, 'message'), failed]);
    return new Attacked(child, Number(port));
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async health(ask: 'look' | 'collect' = 'look'): Promise<Health> {
    this.#child.send(ask);
    const [health] = await once(this.#child, 'message');
    return health;
  }

  connect(): Promise<NntpClient> {
    return NntpClient.connect(this.port);
  }

  async stop(): Promise<void> {
    if (!this.alive) return;
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}
