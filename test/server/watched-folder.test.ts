import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statfsSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { Certificate } from '../../src/nntp/connection/certificate.ts';
import { noteBackup } from '../../src/server/last-backup.ts';
import { WatchedFolder } from '../../src/server/watched-folder.ts';
import { silent } from '../../src/wire/log.ts';
import { expiredTlsFiles, tlsFiles } from '../support/tls-files.ts';
import { openWholeServer } from '../support/whole-server.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watched-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const expiryOf = (file: string) => new X509Certificate(readFileSync(file)).validToDate.getTime();

it('what is seen of the disk is what the system says, and the backup is that of the last look', async () => {
  const watched = await WatchedFolder.open({ data: folder });
  onTestFinished(() => watched.close());
  const { blocks, bsize, files } = statfsSync(folder);
  expect(watched.disk).toMatchObject({ octets: blocks * bsize, files });
  expect(watched.disk?.freeOctets).toBeGreaterThan(0);
  expect(watched.disk?.freeOctets).toBeLessThanOrEqual(blocks * bsize);
  expect(watched.backup).toBeUndefined();
  noteBackup({ data: folder }, '2026-11-01T03:00:00.000Z');
  await watched.look();
  expect(watched.backup).toBe(Date.UTC(2026, 10, 1, 3));
});

it('a folder that is gone is said to be unknown, not full', async () => {
  const watched = await WatchedFolder.open({ data: folder });
  onTestFinished(() => watched.close());
  rmSync(folder, { recursive: true });
  await watched.look();
  expect(watched.disk).toBeUndefined();
});

it('the certificate whose expiry is told is the one that clients are shown', () => {
  let time = 0;
  const paths = { certificate: join(folder, 'cert.pem'), key: tlsFiles('first').key };
  copyFileSync(tlsFiles('first').certificate, paths.certificate);
  const certificate = new Certificate(paths, silent, () => time);
  expect(certificate.expires).toBe(expiryOf(tlsFiles('first').certificate));
  copyFileSync(expiredTlsFiles.certificate, paths.certificate);
  utimesSync(paths.certificate, 1, 1);
  // Nobody has connected since, and nobody needs to.
  time += 6_000;
  expect(certificate.expires).toBe(expiryOf(expiredTlsFiles.certificate));
});

it('a server tells all of it in its metrics', async () => {
  const { certificate, key } = tlsFiles('first');
  const server = await openWholeServer({
    settings: { LISTEN: 'nntps://127.0.0.1:0', TLS_CERTIFICATE: certificate, TLS_KEY: key },
  });
  onTestFinished(() => server.close());
  const text = await (await fetch(`http://127.0.0.1:${server.httpPort}/metrics`)).text();
  expect(text).toContain(`\nrgtp_nntp_certificate_expiry_timestamp_seconds ${expiryOf(certificate) / 1000}\n`);
  expect(text).toMatch(/^rgtp_nntp_data_free_bytes [1-9]/m);
  expect(text).toMatch(/^rgtp_nntp_data_size_bytes [1-9]/m);
  expect(text).toMatch(/^rgtp_nntp_last_backup_timestamp_seconds 0$/m);
  expect(text).toMatch(/^rgtp_nntp_board_items_queued\{board="gossip"\} 0$/m);
});
