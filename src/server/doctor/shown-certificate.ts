/** The certificate that newsreaders see: which one the running server presents, and whether they will trust it. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { formatAddress } from '../../config/addresses.ts';
import type { Config } from '../../config/config.ts';
import { readSmallFile } from '../../wire/small-file.ts';
import { reached } from './asking.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const PATIENCE = 3_000;
const DAY = 86_400_000;

export async function* examineShownCertificate(config: Config, now = Date.now()): AsyncGenerator<Finding> {
  for (const address of config.listen ?? []) {
    if (address.scheme !== 'nntps' || address.port === 0) continue;
    const { host, port } = address;
    const socket = connect({ host: reached(host), port, servername: config.name, rejectUnauthorized: false });
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error('no answer')));
    try {
      await once(socket, 'secureConnect');
      yield verdict(socket, config, formatAddress(address), now);
    } catch {
      // Nothing listens there: the examination of the ports has reported that.
    } finally {
      socket.destroy();
    }
  }
}

function verdict(socket: TLSSocket, { tls, name }: Config, where: string, now: number): Finding {
  const shown = socket.getPeerX509Certificate();
  if (shown === undefined) return fail(`${where} shows no certificate`, 'Is that this server?');
  const days = Math.floor((shown.validToDate.getTime() - now) / DAY);
  if (shown.fingerprint256 !== new X509Certificate(readSmallFile(tls.certificate)).fingerprint256) {
    return fail(
      `${where} shows a certificate other than ${tls.certificate}`,
      'Restart the server, or find out what else listens there.',
    );
  }
  if (days < 0) return fail(`${where} shows a certificate that has expired`, 'Renew it.');
  if (shown.checkHost(name) === undefined) {
    return warn(`${where} shows a certificate that is not for ${name}`, 'Set name to what newsreaders connect to.');
  }
  if (!socket.authorized) {
    return warn(
      `${where} shows a certificate that newsreaders will not trust: ${String(socket.authorizationError)}`,
      'Put the whole chain into tls.certificate (fullchain.pem), or have their machines trust its authority.',
    );
  }
  return ok(`${where} shows a trusted certificate for ${name}, valid for ${days} more days`);
}
