/** What can be checked in a configuration without asking another machine: whether the files it names can be used. */
import type { Config } from '../config/config.ts';
import { authoritiesOf, secretOf } from './board-client.ts';
import { type CertificateFacts, readCertificate } from './certificate.ts';
import { registrationOf } from './registration.ts';

/** One check, of one or two files. */
interface Look {
  readonly what: string;
  /** for people */
  readonly named: string;
  /** @throws Failure */
  readonly take: () => CertificateFacts | undefined;
}

/** All checks, in the order of the configuration. */
export function localLooks(config: Config): Look[] {
  const { tls, boards, embedded } = config;
  const looks: Look[] = [];
  const look = (what: string, named: string, take: Look['take']) => {
    if (named !== '') looks.push({ what, named, take });
  };
  look('certificate', tls.certificate, () => readCertificate(tls));
  for (const board of boards) {
    look(`${board.newsgroup}: ca`, board.ca, () => void authoritiesOf(board));
    look(`${board.newsgroup}: secretFile`, board.secretFile, () => void secretOf(board));
  }
  const registration = embedded.registration === 'off' ? '' : embedded.registration;
  look('registration', registration, () => void registrationOf(config));
  return looks;
}

/** @throws Failure at the first file that can't be used */
export function checkLocally(config: Config): void {
  for (const { take } of localLooks(config)) take();
}
