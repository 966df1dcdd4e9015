/** What PostgreSQL is told of each session, so that nothing outlives a bridge that is gone. Needs TCP: sockets of files have none of it. */
import { expect, onTestFinished, test } from 'vitest';
import { connectForLocks } from '../../../src/store/postgres/lock-connection.ts';
import { Postgres } from '../../../src/store/postgres/postgres.ts';
import { setOf } from '../../../src/store/postgres/settings.ts';
import { freePort } from '../../support/free-port.ts';
import { hasPostgres, PostgresServer } from '../../support/postgres.ts';

/** ms in which a machine that says nothing counts as gone */
const SETTINGS = `SELECT name, setting FROM pg_settings WHERE name ~ '^tcp_(keepalives|user)'
  OR name IN ('client_connection_check_interval', 'idle_session_timeout', 'idle_in_transaction_session_timeout')`;
const GONE = {
  tcp_keepalives_idle: '1',
  tcp_keepalives_interval: '1',
  tcp_keepalives_count: '2',
  tcp_user_timeout: '3000',
  client_connection_check_interval: '1000',
};

test.skipIf(!hasPostgres)(
  'sessions end three seconds after their machine, and those with locks when the process hangs',
  async () => {
    const port = await freePort();
    const server = await PostgresServer.start('listen_addresses=127.0.0.1', `port=${port}`);
    onTestFinished(() => server.remove());
    const postgres = await Postgres.open(`postgres://postgres@127.0.0.1:${port}/postgres?sslmode=disable`);
    onTestFinished(() => postgres.close());
    const told = (rows: readonly Readonly<Record<string, unknown>>[]) =>
      Object.fromEntries(rows.map(({ name, setting }) => [String(name), setting]));
    expect(told(await postgres.query(SETTINGS))).toMatchObject({
      ...GONE,
      idle_in_transaction_session_timeout: '5000',
      idle_session_timeout: '0',
    });
    const locks = await connectForLocks(postgres.config, { answer: 6000, silence: 4000 });
    onTestFinished(() => locks.end());
    expect(told((await locks.query(SETTINGS)).rows)).toMatchObject({ ...GONE, idle_session_timeout: '12000' });
    // What an older server does not have is left out.
    await locks.query(setOf({ no_such_setting: '1' }));
  },
);
