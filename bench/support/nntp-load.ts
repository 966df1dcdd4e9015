import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';

interface Usage {
  /** microseconds of CPU since it started */
  readonly cpu: number;
  /** octets */
  readonly rss: number;
}

/** A server in a child process, and the load that is put on it. */
export class MeasuredServer {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(kind: 'bare' | 'ours', articles: number, octets: number): Promise<MeasuredServer> {
    const child = fork(new URL('./nntp-child.ts', import.meta.url), [kind, String(articles), String(octets)], {
      execArgv: ['--expose-gc'],
    });
    const [port] = await once(child, 'message');
    return new MeasuredServer(child, Number(port));
  }

  async usage(): Promise<Usage> {
    this.#child.send('usage');
    const [usage] = await once(this.#child, 'message');
    return usage;
  }

  /** Connected and greeted. */
  async connect(): Promise<Socket> {
    const socket = net.connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'data');
    return socket;
  }

  async stop(): Promise<void> {
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}

/** Sends all commands as fast as they are taken and waits for so many octets of answers. Returns seconds. */
export async function pipeline(socket: Socket, commands: Buffer, octets: number): Promise<number> {
  const begun = performance.now();
  let left = octets;
  await new Promise<void>((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left > 0) return;
      socket.off('data', onData);
      if (left < 0) reject(new Error(`${-left} octets too many`));
      else resolve();
    };
    socket.on('data', onData);
    socket.write(commands);
  });
  return (performance.now() - begun) / 1000;
}

/** Sends a command and waits for its one-line answer. Returns milliseconds. */
export async function roundTrip(socket: Socket, command: string): Promise<number> {
  const begun = performance.now();
  socket.write(`${command}\r\n`);
  await once(socket, 'data');
  return performance.now() - begun;
}
