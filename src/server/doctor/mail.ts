/** The mail server, if one is configured: does it answer as one? */
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { formatAddress } from '../../config/addresses.ts';
import type { Config } from '../../config/config.ts';
import { firstLine } from './asking.ts';
import { type Finding, fail, ok, reasonOf } from './finding.ts';

const PATIENCE = 5_000;

export async function* examineMail({ embedded: { registration, mail } }: Config): AsyncGenerator<Finding> {
  if (registration === 'off' || mail.server === undefined) return;
  const { host, port, scheme } = mail.server;
  const where = `mail server ${formatAddress(mail.server)}`;
  const socket = scheme === 'smtps' ? connectTls({ host, port, servername: host }) : connect({ host, port });
  socket.setTimeout(PATIENCE, () => socket.destroy(new Error('no greeting')));
  try {
    const [chunk] = await once(socket, 'data');
    const greeting = firstLine(chunk);
    yield greeting.startsWith('220')
      ? ok(`${where} greets: ${greeting}`)
      : fail(`${where} says "${greeting}"`, 'Correct embedded.mail.server.');
  } catch (error) {
    yield fail(`${where}: ${reasonOf(error)}`, 'Correct embedded.mail.server, or start the mail server.');
  } finally {
    socket.destroy();
  }
}
