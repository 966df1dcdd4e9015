import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a PostgreSQL server that loses answers. */
export class CuttingWay {
  readonly #server = createServer();
  readonly #sockets = new Set<Socket>();
  #word = '';
  #left = 0;
  #refusing = false;
  cuts = 0;

  static async open(target: string): Promise<CuttingWay> {
    const cutting = new CuttingWay();
    cutting.#server.on('connection', (client) => cutting.#relay(client, connect(target)));
    cutting.#server.listen(0, '127.0.0.1');
    await once(cutting.#server, 'listening');
    return cutting;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return `postgres://postgres@127.0.0.1:${address.port}/postgres`;
  }

  /** The next `times` statements of this name reach the server, and their answers nobody. */
  cutAfter(word: string, times: number): void {
    this.#word = word;
    this.#left = times;
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Cuts everything, and lets nobody in. */
  refuse(): void {
    this.#refusing = true;
    this.cutAll();
  }

  accept(): void {
    this.#refusing = false;
  }

  async close(): Promise<void> {
    this.cutAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #relay(client: Socket, server: Socket): void {
    if (this.#refusing) {
      client.destroy();
      server.destroy();
      return;
    }
    let silent = false;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (chunk) => {
      server.write(chunk);
      if (this.#left === 0 || !chunk.includes(this.#word)) return;
      this.#left--;
      silent = true;
    });
    server.on('data', (chunk) => {
      if (!silent) {
        client.write(chunk);
        return;
      }
      // It has been done, and is being answered.
      this.cuts++;
      client.destroy();
      server.destroy();
    });
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }
}
