/** The server's certificate: whether it can be used, and what people want to know about it. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { Failure } from './failure.ts';
import { fileContent } from './file-content.ts';

export interface CertificateFacts {
  readonly subject: string;
  readonly validFrom: Date;
  readonly validTo: string;
  readonly expires: Date;
}

/** @throws Failure that says which file can't be used, and why */
export function readCertificate(tls: { readonly certificate: string; readonly key: string }): CertificateFacts {
  const certificate = certificateIn(tls.certificate);
  const key = keyIn(tls.key);
  if (!certificate.checkPrivateKey(key)) {
    throw unusable(
      `the key ${tls.key} does not belong to the certificate ${tls.certificate}`,
      'Set tls.certificate and tls.key to the two files of one certificate.',
    );
  }
  const { subject, subjectAltName, validFromDate, validToDate, validTo } = certificate;
  const named = subjectAltName?.replaceAll('DNS:', '') ?? subject.replaceAll('\n', ', ');
  return { subject: named, validFrom: validFromDate, validTo, expires: validToDate };
}

function certificateIn(file: string): X509Certificate {
  const pem = fileContent(file, 'the certificate (tls.certificate)');
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    const remedy = 'Set tls.certificate to a PEM file, which has a line -----BEGIN CERTIFICATE-----.';
    throw unusable(`the certificate (tls.certificate) ${file} can't be used: it is not a certificate`, remedy, cause);
  }
}

function keyIn(file: string): KeyObject {
  const pem = fileContent(file, 'the key of the certificate (tls.key)');
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const locked = /ENCRYPTED/.test(pem);
    throw unusable(
      `the key of the certificate (tls.key) ${file} can't be used: ${locked ? 'it has a passphrase' : 'it is not a private key'}`,
      locked
        ? 'Write one without: openssl pkey -in OLD -out NEW.'
        : 'Set tls.key to a PEM file, which has a line -----BEGIN PRIVATE KEY-----.',
      cause,
    );
  }
}

function unusable(what: string, remedy: string, cause?: unknown): Failure {
  return new Failure(what, remedy, { cause, exitCode: 2 });
}
