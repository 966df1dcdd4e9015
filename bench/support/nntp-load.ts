import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { Deflated } from '../../src/nntp/connection/deflated.ts';

interface Usage {
  /** microseconds of CPU since it started */
  readonly cpu: number;
  /** octets */
  readonly rss: number;
}

/** What a connection has over TCP. */
export type Layer = 'plain' | 'TLS' | 'COMPRESS';

/** A server in a child process, and the load that is put on it. */
export class MeasuredServer {
  readonly port: number;
  readonly #tlsPort: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number, tlsPort: number) {
    this.#child = child;
    this.port = port;
    this.#tlsPort = tlsPort;
  }

  static async start(kind: 'bare' | 'ours', articles: number, octets: number): Promise<MeasuredServer> {
    const child = fork(new URL('./nntp-child.ts', import.meta.url), [kind, String(articles), String(octets)], {
      execArgv: ['--expose-gc'],
    });
    // What nntp-child.ts sends.
    const [[port = 0, tlsPort = 0]] = (await once(child, 'message')) as [number[]];
    return new MeasuredServer(child, port, tlsPort);
  }

  /** After a collection of garbage, which is not part of what is measured from now on. */
  usage(): Promise<Usage> {
    return this.#ask('usage');
  }

  /** As it is. */
  used(): Promise<Usage> {
    return this.#ask('used');
  }

  async #ask(what: 'usage' | 'used'): Promise<Usage> {
    this.#child.send(what);
    const [usage] = await once(this.#child, 'message');
    return usage;
  }

  /** Connected and greeted. */
  async connect(): Promise<Socket> {
    const socket = net.connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'data');
    return socket;
  }

  /** As `connect`, with another layer on it. */
  async connectOver(layer: Layer): Promise<Duplex> {
    if (layer === 'TLS') {
      // Whose certificate it is does not matter here.
      const secured = tls.connect({ port: this.#tlsPort, host: '127.0.0.1', rejectUnauthorized: false });
      await once(secured, 'data');
      return secured;
    }
    const socket = await this.connect();
    if (layer === 'plain') return socket;
    socket.write('COMPRESS DEFLATE\r\n');
    await once(socket, 'data');
    return new Deflated(socket);
  }

  async stop(): Promise<void> {
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}

/** Sends all commands as fast as they are taken and waits for so many octets of answers. Returns seconds. */
export async function pipeline(socket: Duplex, commands: Buffer, octets: number): Promise<number> {
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
