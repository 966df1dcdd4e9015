import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What lies between one side and the other: connections break there, for both or for one side alone, or carry nothing
 * for a while.
 */
export class Network {
  readonly #server: Server;
  readonly #target: number;
  readonly #pairs = new Set<readonly [near: Socket, far: Socket]>();
  #held = false;

  static async open(target: number): Promise<Network> {
    const network = new Network(target);
    network.#server.listen(0, '127.0.0.1');
    await once(network.#server, 'listening');
    return network;
  }

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, (near) =>
      this.#relay(near),
    );
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return address.port;
  }

  /** Breaks the connections that `which` picks. The far side hears of it `later` ms after the near one. */
  cut(which: () => boolean, later: number): void {
    for (const [near, far] of [...this.#pairs].filter(which)) {
      far.unpipe(near);
      near.unpipe(far);
      near.resetAndDestroy();
      far.resume();
      if (later === 0) far.resetAndDestroy();
      else setTimeout(() => far.resetAndDestroy(), later);
    }
  }

  /** Nothing passes until `release`. */
  hold(): void {
    this.#held = true;
    for (const [near, far] of this.#pairs) {
      near.unpipe(far);
      far.unpipe(near);
    }
  }

  release(): void {
    this.#held = false;
    for (const pair of this.#pairs) join(pair);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of [...this.#pairs].flat()) socket.destroy();
    await closed;
  }

  #relay(near: Socket): void {
    const far = connect({ host: '127.0.0.1', port: this.#target, noDelay: true, allowHalfOpen: true });
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    // Whoever ends one half may still receive something on the other.
    for (const [one, other] of [pair, [far, near] as const]) {
      one.on('error', () => other.resetAndDestroy());
      one.on('close', () => {
        this.#pairs.delete(pair);
        other.destroySoon();
      });
    }
    if (!this.#held) join(pair);
  }
}

function join([near, far]: readonly [Socket, Socket]): void {
  near.pipe(far);
  far.pipe(near);
}
