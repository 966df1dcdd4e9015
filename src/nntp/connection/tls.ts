import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Certificate } from './certificate.ts';

/** The server's side of TLS over a connected stream. Handshake errors come as `error`, success as `secure`. */
export function serverTls(stream: Duplex, certificate: Certificate): TLSSocket {
  // Node takes any Duplex; the types ask for a Socket.
  const secured = new TLSSocket(stream as Socket, { isServer: true, secureContext: certificate.context });
  // Whoever goes in the middle of it is not waited for. The end is only noticed by reading on; data come after `secure`.
  const gone = () => void secured.destroy(new Error('the client has gone'));
  secured.once('end', gone);
  secured.once('secure', () => secured.off('end', gone));
  return secured.resume();
}
