/** The command lines of docs/cluster.md that are PostgreSQL's own, as they stand there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PermanentDatabase } from '../../../src/store/postgres/permanent-database.ts';
import { Postgres } from '../../../src/store/postgres/postgres.ts';
import { giveInput } from '../../support/child-input.ts';
import { bin, hasPostgres, PostgresServer } from '../../support/postgres.ts';

const PASSWORD = 'a secret';
const page = readFileSync(join(import.meta.dirname, '../../../docs/cluster.md'), 'utf8');
const lines = page.split('\n').flatMap((line) => /^\s*(sudo -u postgres .*)$/.exec(line)?.[1] ?? []);
const post = { messageId: '<1@example>', epoch: 1, sequence: 7, references: '' };

describe.skipIf(!hasPostgres)('the database that docs/cluster.md sets up', () => {
  test('lets a bridge make its tables, is dumped, and restored with all that was in it', async () => {
    const server = await PostgresServer.start();
    onTestFinished(() => server.remove());
    await server.stop();
    // As Debian has it: only the superuser comes in without a password.
    server.write('pg_hba.conf', 'local all postgres trust\nlocal all all scram-sha-256\n');
    await server.start();
    const folder = mkdtempSync(join(tmpdir(), 'documented-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'sudo'), '#!/bin/sh\nshift 2\nexec "$@"\n');
    chmodSync(join(folder, 'sudo'), 0o755);
    const env = {
      ...process.env,
      PATH: `${folder}:${bin}:${process.env['PATH']}`,
      PGHOST: server.folder,
      PGUSER: 'postgres',
    };
    const run = async (command: string) => {
      const line = command.replaceAll('/srv/backup', folder);
      // Without a terminal, it takes the password from its input.
      const child = spawn('sh', ['-c', line], { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
      giveInput(child, `${PASSWORD}\n${PASSWORD}\n`);
      expect(await once(child, 'close'), `${command}: ${said}`).toEqual([0, null]);
    };
    const named = (word: string) => lines.filter((line) => line.split(' ')[3] === word);
    const open = async () => {
      const url = `postgres://bridge:${encodeURIComponent(PASSWORD)}@localhost/news?host=${server.folder}`;
      const postgres = await Postgres.open(url);
      return { postgres, store: await PermanentDatabase.open(postgres, 'gossip') };
    };

    await run(named('createuser')[0] ?? '');
    await run(named('createdb')[0] ?? '');
    const before = await open();
    await before.store.done(post);
    await run(named('pg_dump')[0] ?? '');
    await before.store.done({ ...post, messageId: '<2@example>', sequence: 8 });
    await before.postgres.close();

    await run(named('dropdb')[0] ?? '');
    await run(named('createdb')[1] ?? '');
    await run(named('pg_restore')[0] ?? '');
    const after = await open();
    expect(await after.store.ownPosts()).toEqual([post]);
    await after.store.done({ ...post, messageId: '<3@example>', sequence: 9 });
    await after.postgres.close();
    const tried = ['createuser', 'createdb', 'pg_dump', 'dropdb', 'pg_restore'].flatMap(named);
    expect(lines).toHaveLength(tried.length);
  });
});
