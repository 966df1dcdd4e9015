import type { Socket } from 'node:net';

/** Which of our connections somebody caused, for as long as they last. */
export class IdentRegistry {
  readonly #users = new Map<string, string>();

  /** Takes note of a socket to a board, connected or yet to be, until it is closed. */
  track(socket: Socket, user: string): void {
    if (socket.connecting) socket.once('connect', () => this.#add(socket, user));
    else this.#add(socket, user);
  }

  /** Who caused the connection between our port and that port of `address`; `undefined`: none of ours. */
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

/** IPv4 addresses as such, however the socket shows them. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
