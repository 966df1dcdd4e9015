import { connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Permanent } from '../../../src/store/permanent.ts';

/** One life of a bridge: what it has of the world outside. After `kill` its store and connections are out of reach. */
export class Life {
  readonly #sockets = new Set<Socket>();
  #killed = false;
  readonly #death = Promise.withResolvers<void>();

  get isOver(): boolean {
    return this.#killed;
  }

  /** Resolves when it is killed. */
  get death(): Promise<void> {
    return this.#death.promise;
  }

  /** As `kill -9`: nothing it was about to do happens any more. */
  kill(): void {
    this.#killed = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#death.resolve();
  }

  readonly connect = ({ host, port }: { host: string; port: number }): Duplex => {
    if (this.#killed) return new Socket();
    const socket = connect({ host, port, noDelay: true });
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  };

  /** A store that the dead neither read nor write. */
  permanent(store: Permanent): Permanent {
    const never = new Promise<never>(() => {});
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        // every function of `Permanent` is asynchronous
        const method = member as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          if (this.#killed) return never;
          const result = await method.apply(target, args);
          return this.#killed ? never : result;
        };
      },
    });
  }
}
