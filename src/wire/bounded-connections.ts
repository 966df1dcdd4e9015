/** Bounds the connections of a server whose clients want one quick answer: health checks, a scraper, a person. */
import type { Duplex } from 'node:stream';
import { addressKey, plainAddress } from './address.ts';

type Socket = Duplex & { readonly remoteAddress?: string | undefined };

interface Server {
  on(event: 'connection', accept: (socket: Socket) => void): unknown;
}

export interface ConnectionBounds {
  /** connections in total */
  readonly most: number;
  /** ms that a connection may last, even while its request or answer trickles */
  readonly longest: number;
}

/**
 * Never turns a new client away, so that a health check gets its answer whatever slow clients do. If there are too many
 * connections, closes the oldest one from the address (IPv6: /64) that has the most.
 */
export function boundConnections(server: Server, { most, longest }: ConnectionBounds): void {
  /** oldest first */
  const byAddress = new Map<string, Set<Socket>>();
  let count = 0;
  server.on('connection', (socket) => {
    const address = addressKey(plainAddress(socket.remoteAddress ?? ''));
    const sockets = byAddress.get(address) ?? new Set();
    byAddress.set(address, sockets.add(socket));
    count++;
    const clock = setTimeout(() => socket.destroy(), longest).unref();
    socket.once('close', () => {
      clearTimeout(clock);
      count--;
      sockets.delete(socket);
      if (sockets.size === 0) byAddress.delete(address);
    });
    if (count > most) oldest(byAddress)?.destroy();
  });
}

function oldest(byAddress: ReadonlyMap<string, ReadonlySet<Socket>>): Socket | undefined {
  let most: ReadonlySet<Socket> = new Set();
  for (const sockets of byAddress.values()) if (sockets.size > most.size) most = sockets;
  for (const socket of most) if (!socket.destroyed) return socket;
  return undefined;
}
