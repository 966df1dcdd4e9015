import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Log } from '../../wire/log.ts';
import { readSmallFile } from '../../wire/small-file.ts';

/** How often the files are checked, in ms. */
const FRESH = 5_000;

/** The suites for TLS 1.2: forward secrecy and authenticated encryption only (RFC 8143 §3.2). */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** A certificate and its key in files, read again when they change. */
export class Certificate {
  readonly #paths: { readonly certificate: string; readonly key: string };
  readonly #log: Log;
  readonly #clock: () => number;
  #context: SecureContext;
  #expires: number;
  #version: string;
  #lookedAt: number;

  /** Throws if a file cannot be read, or the two do not match. */
  constructor(paths: { readonly certificate: string; readonly key: string }, log: Log, clock: () => number) {
    this.#paths = paths;
    this.#log = log;
    this.#clock = clock;
    this.#version = this.#look();
    ({ context: this.#context, expires: this.#expires } = this.#read());
    this.#lookedAt = clock();
  }

  /** The context for a new connection: the last usable one while the files are half written. */
  get context(): SecureContext {
    this.#refresh();
    return this.#context;
  }

  /** When the certificate in use expires, unix ms. */
  get expires(): number {
    this.#refresh();
    return this.#expires;
  }

  /** Checks the files now. */
  reload(): void {
    this.#lookedAt = this.#clock();
    try {
      const version = this.#look();
      if (version === this.#version) return;
      ({ context: this.#context, expires: this.#expires } = this.#read());
      this.#version = version;
      this.#log.info({ path: this.#paths.certificate }, 'certificate read again');
    } catch (error) {
      this.#log.error({ path: this.#paths.certificate, err: error }, 'certificate unusable, keeping the old one');
    }
  }

  #refresh(): void {
    if (this.#clock() - this.#lookedAt >= FRESH) this.reload();
  }

  #look(): string {
    const marks = [this.#paths.certificate, this.#paths.key].map((path) => {
      const { mtimeMs, size, ino } = statSync(path);
      return `${mtimeMs}/${size}/${ino}`;
    });
    return marks.join(' ');
  }

  #read(): { readonly context: SecureContext; readonly expires: number } {
    const cert = readSmallFile(this.#paths.certificate);
    const context = createSecureContext({
      cert,
      key: readSmallFile(this.#paths.key),
      minVersion: 'TLSv1.2',
      ciphers: CIPHERS,
      honorCipherOrder: true,
    });
    return { context, expires: new X509Certificate(cert).validToDate.getTime() };
  }
}
