import type { Certificate } from '../connection/certificate.ts';
import { serverTls } from '../connection/tls.ts';
import type { NntpSession } from '../session.ts';
import type { Answer } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';

/** RFC 4642 §2.2. 502 where TLS is there, or can't come any more; 580 where this server has none. */
export const starttls: Command = {
  head: 'STARTTLS',
  syntax: '',
  words: [0, 0],
  needs: 'nothing',
  run(session) {
    const { certificate } = session.server;
    if (!certificate) return '580 No certificate configured';
    return session.canStartTls ? secure(session, certificate) : status.unavailable;
  },
  capability(session, report) {
    if (session.canStartTls) report.push('STARTTLS');
  },
};

async function secure(session: NntpSession, certificate: Certificate): Promise<Answer> {
  session.write('382 Continue with TLS negotiation');
  await session.wire.flushed();
  const done = await new Promise<boolean>((resolve) => {
    session.wire.exchange((below) => {
      const secured = serverTls(below, certificate);
      secured.once('secure', () => resolve(true));
      secured.once('close', () => resolve(false));
      return secured;
    });
  });
  if (done) session.secured();
  else session.server.observer.connectionRefused?.('handshake');
  return undefined;
}
