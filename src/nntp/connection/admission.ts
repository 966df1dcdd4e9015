import { addressKey } from '../../wire/address.ts';

/** Counts connections, in total and by address. */
export class Admission {
  readonly #limits: { readonly connections: number; readonly connectionsPerAddress: number };
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  /** @param limits read at each use: they may change */
  constructor(limits: { readonly connections: number; readonly connectionsPerAddress: number }) {
    this.#limits = limits;
  }

  /** Admits a connection, which counts until `leave()`, or says why not. */
  enter(address: string): 'full' | 'address' | undefined {
    const key = addressKey(address);
    const here = this.#byAddress.get(key) ?? 0;
    if (this.#all >= this.#limits.connections) return 'full';
    if (here >= this.#limits.connectionsPerAddress) return 'address';
    this.#all++;
    this.#byAddress.set(key, here + 1);
    return undefined;
  }

  leave(address: string): void {
    const key = addressKey(address);
    const here = (this.#byAddress.get(key) ?? 0) - 1;
    this.#all--;
    if (here > 0) this.#byAddress.set(key, here);
    else this.#byAddress.delete(key);
  }
}
