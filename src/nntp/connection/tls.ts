import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Certificate } from './certificate.ts';

/** The server's side of TLS over a connected stream. Handshake errors come as `error`, success as `secure`. */
export function serverTls(stream: Duplex, certificate: Certificate): TLSSocket {
  // Node takes any Duplex; the types ask for a Socket.
  return new TLSSocket(stream as Socket, { isServer: true, secureContext: certificate.context });
}
