import { createConnection, isIP } from 'node:net';
import { connect } from 'node:tls';
import { Paced } from '../../wire/paced.ts';
import type { ClientOptions } from './options.ts';
import { layered } from './reset.ts';

/**
 * Opens the byte stream over TLS. The certificate must name the host and come from a known authority.
 * @param ca PEM: the authorities to trust instead of the well-known ones
 */
export function overTls(ca: string | undefined): NonNullable<ClientOptions['connect']> {
  return ({ host, port }) => {
    // RFC 6066 §3: an address is not a server name.
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = createConnection({ host, port, noDelay: true });
    // What a board sends is decrypted in turns, like what clients send.
    const paced = new Paced(socket, socket);
    const secured = connect({ socket: paced, host, minVersion: 'TLSv1.2', ...name, ...(ca !== undefined && { ca }) });
    return layered(secured, socket);
  };
}
