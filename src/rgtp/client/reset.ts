import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** the connection below a TLS layer */
const below = new WeakMap<Duplex, Socket>();

export function layered<T extends Duplex>(stream: T, over: Socket): T {
  below.set(stream, over);
  return stream;
}

/**
 * Ends a connection so that what is still on its way never arrives: after an orderly end, the system would retransmit
 * it for minutes, until the network is back.
 */
export function reset(stream: Duplex): void {
  const socket = below.get(stream) ?? stream;
  if (socket instanceof Socket && !socket.destroyed) socket.resetAndDestroy();
  stream.destroy();
}
