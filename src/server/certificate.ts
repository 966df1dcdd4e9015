/** The server's certificate, as people want to see it. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { Failure } from './failure.ts';

export interface CertificateFacts {
  readonly subject: string;
  readonly validFrom: Date;
  readonly validTo: string;
  readonly expires: Date;
}

/** @throws Failure where the files can't be used */
export function readCertificate(tls: { readonly certificate: string; readonly key: string }): CertificateFacts {
  try {
    const cert = readFileSync(tls.certificate);
    createSecureContext({ cert, key: readFileSync(tls.key) });
    const { subject, subjectAltName, validFromDate, validToDate, validTo } = new X509Certificate(cert);
    const named = subjectAltName?.replaceAll('DNS:', '') ?? subject.replaceAll('\n', ', ');
    return { subject: named, validFrom: validFromDate, validTo, expires: validToDate };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(`the certificate ${tls.certificate} can't be used: ${reason}`, undefined, {
      cause: error,
      exitCode: 2,
    });
  }
}
