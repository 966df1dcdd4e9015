/** The way to a database on another machine: libpq's `sslmode`, and passwords that are not in the configuration. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Postgres, type PostgresOptions } from '../../../src/store/postgres/postgres.ts';
import { freePort } from '../../support/free-port.ts';
import { hasPostgres, PostgresServer } from '../../support/postgres.ts';
import { tlsFiles } from '../../support/tls-files.ts';

const { certificate, key } = tlsFiles('first');

describe.skipIf(!hasPostgres)('PostgreSQL over TCP', () => {
  let server: PostgresServer;
  let port: number;
  let folder: string;
  let passwordFile: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'postgres-tls-'));
    passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'open sesame\n');
    server = await PostgresServer.start();
    const admin = await Postgres.open(server.url);
    await admin.query("CREATE ROLE bridge LOGIN PASSWORD 'open sesame'");
    await admin.query('GRANT ALL ON DATABASE postgres TO bridge');
    await admin.query('GRANT ALL ON SCHEMA rgtp_nntp TO bridge');
    await admin.query('GRANT ALL ON ALL TABLES IN SCHEMA rgtp_nntp TO bridge');
    await admin.close();
    await server.stop();
    server.put('server.key', key);
    server.put('server.crt', certificate);
    server.write('pg_hba.conf', 'hostssl all all 127.0.0.0/8 scram-sha-256\n');
    port = await freePort();
    await server.start('listen_addresses=127.0.0.1,127.0.0.2', `port=${port}`, 'ssl=on');
  });
  afterAll(async () => {
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function answers(host: string, how: string, options: PostgresOptions = {}, password = ''): Promise<string> {
    try {
      const postgres = await Postgres.open(`postgres://bridge${password}@${host}:${port}/postgres?${how}`, options);
      const [row] = await postgres.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
      await postgres.close();
      return row?.['ssl'] === true ? 'encrypted' : 'plain';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  test('a certificate that is known, for the name that was asked for', async () => {
    const how = `sslmode=verify-full&sslrootcert=${certificate}`;
    expect(await answers('localhost', how, { passwordFile })).toBe('encrypted');
    expect(await answers('127.0.0.2', how, { passwordFile })).toMatch(/127\.0\.0\.2 is not in the cert's list/);
    expect(await answers('127.0.0.2', `sslmode=verify-ca&sslrootcert=${certificate}`, { passwordFile })).toBe(
      'encrypted',
    );
  });

  test('a certificate that nobody vouches for', async () => {
    expect(await answers('localhost', 'sslmode=verify-full', { passwordFile })).toMatch(/self-signed certificate/);
    expect(await answers('localhost', `sslmode=verify-full&sslrootcert=${tlsFiles('second').certificate}`)).toMatch(
      /self-signed certificate/,
    );
    expect(await answers('localhost', 'sslmode=require', { passwordFile })).toBe('encrypted');
  });

  test('no encryption, where the server wants it', async () => {
    expect(await answers('localhost', 'sslmode=disable', { passwordFile })).toMatch(
      /no pg_hba\.conf entry .*no encryption/,
    );
  });

  test('passwords: from a file that may change, from PGPASSFILE, from the URL; a wrong one', async () => {
    const how = 'sslmode=require';
    writeFileSync(passwordFile, 'wrong');
    expect(await answers('localhost', how, { passwordFile })).toMatch(/password authentication failed/);
    writeFileSync(passwordFile, 'open sesame');
    expect(await answers('localhost', how, { passwordFile })).toBe('encrypted');
    expect(await answers('localhost', how, {}, ':open%20sesame')).toBe('encrypted');
    const passfile = join(folder, 'pgpass');
    writeFileSync(passfile, `localhost:${port}:*:bridge:open sesame\n`);
    chmodSync(passfile, 0o600);
    process.env['PGPASSFILE'] = passfile;
    expect(await answers('localhost', how)).toBe('encrypted');
    delete process.env['PGPASSFILE'];
    expect(await answers('localhost', how, { passwordFile: join(folder, 'nothing') })).toMatch(/ENOENT/);
  });
});
