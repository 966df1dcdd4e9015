/** The certificate: does it match its key and this server's name, and is it valid today? */
import { X509Certificate } from 'node:crypto';
import type { Config } from '../../config/config.ts';
import { readSmallFile } from '../../wire/small-file.ts';
import { readCertificate } from '../certificate.ts';
import { type Finding, fail, ok, reasonOf, warn } from './finding.ts';

const day = 86_400_000;
const soon = 21 * day;

export function* examineCertificate(config: Config, now = Date.now()): Generator<Finding> {
  const { tls } = config;
  if (tls.certificate === '') {
    // As in the quick start.
    yield ok('no certificate: people can log in only from this machine (tls.certificate and tls.key change that)');
    return;
  }
  try {
    const { subject, validFrom, expires, validTo } = readCertificate(tls);
    const left = expires.getTime() - now;
    if (validFrom.getTime() > now)
      yield fail(`the certificate for ${subject} is not valid yet`, "Check this machine's clock.");
    else if (left < 0)
      yield fail(`the certificate for ${subject} expired on ${validTo}`, 'Renew it; the server notices the new file.');
    else if (left < soon)
      yield warn(
        `the certificate for ${subject} expires in ${Math.floor(left / day)} days`,
        'Find out why it has not been renewed.',
      );
    else yield ok(`the certificate for ${subject} is valid to ${validTo}`);
    const name = config.name;
    if (new X509Certificate(readSmallFile(tls.certificate)).checkHost(name) === undefined) {
      yield warn(
        `the certificate is not for ${name}`,
        'Set name to what newsreaders connect to, or get a certificate for it.',
      );
    }
  } catch (error) {
    yield fail(reasonOf(error), 'Correct tls.certificate and tls.key.');
  }
}
