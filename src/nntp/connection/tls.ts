import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { Paced } from '../../wire/paced.ts';
import type { Certificate } from './certificate.ts';

/**
 * The server's side of TLS over a connected stream. Emits `error` if the handshake fails, `secure` once it succeeds.
 *
 * @param owner whose turns its records take: see `FairShare.belongs()`
 */
export function serverTls(stream: Duplex, certificate: Certificate, owner: unknown): TLSSocket {
  // Node takes any Duplex; the types ask for a Socket.
  const secured = new TLSSocket(new Paced(stream, owner) as Duplex as Socket, {
    isServer: true,
    secureContext: certificate.context,
  });
  // A client that hangs up during the handshake is not waited for. Only reading notices the end; no data arrives before
  // `secure`.
  const gone = () => void secured.destroy(new Error('the client has gone'));
  secured.once('end', gone);
  secured.once('secure', () => secured.off('end', gone));
  return secured.resume();
}
