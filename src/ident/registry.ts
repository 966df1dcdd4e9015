import type { Socket } from 'node:net';
import { plainAddress } from '../wire/address.ts';

/** The user behind each of our connections to boards, while the connection lasts. */
export class IdentRegistry {
  readonly #users = new Map<string, string>();

  /** Records a socket to a board, connected or connecting, until it closes. */
  track(socket: Socket, user: string): void {
    if (socket.connecting) socket.once('connect', () => this.#add(socket, user));
    else this.#add(socket, user);
  }

  /** The user behind the connection between our port and that port of `address`; `undefined`: not ours. */
  find(connection: { readonly localPort: number; readonly remotePort: number; readonly address: string }) {
    return this.#users.get(keyOf(connection.localPort, connection.remotePort, connection.address));
  }

  #add(socket: Socket, user: string): void {
    const { localPort, remotePort, remoteAddress } = socket;
    if (localPort === undefined || remotePort === undefined || remoteAddress === undefined) return;
    const key = keyOf(localPort, remotePort, remoteAddress);
    this.#users.set(key, user);
    socket.once('close', () => this.#users.delete(key));
  }
}

function keyOf(localPort: number, remotePort: number, address: string): string {
  return `${localPort},${remotePort} ${plainAddress(address)}`;
}
