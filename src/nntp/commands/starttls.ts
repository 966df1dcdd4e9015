import { addressKey } from '../../wire/address.ts';
import type { Certificate } from '../connection/certificate.ts';
import { serverTls } from '../connection/tls.ts';
import type { Answer } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import type { Client } from './client.ts';
import type { Command } from './command.ts';

/** RFC 4642 §2.2. 502 if TLS is on already or no longer possible; 580 if this server has none. */
export const starttls: Command = {
  head: 'STARTTLS',
  syntax: '',
  words: [0, 0],
  needs: 'nothing',
  run(client) {
    const { certificate } = client.shared;
    if (!certificate) return '580 No certificate configured';
    return client.canStartTls ? secure(client, certificate) : status.unavailable;
  },
  capability(client, report) {
    if (client.canStartTls) report.push('STARTTLS');
  },
};

async function secure(client: Client, certificate: Certificate): Promise<Answer> {
  client.write('382 Continue with TLS negotiation');
  await client.transport.flushed();
  const done = await new Promise<boolean>((resolve) => {
    client.transport.exchange((below) => {
      const secured = serverTls(below, certificate, addressKey(client.peer.address));
      secured.once('secure', () => resolve(true));
      secured.once('close', () => resolve(false));
      return secured;
    });
  });
  if (done) client.secured();
  else client.shared.observer.connectionRefused?.('handshake');
  return undefined;
}
