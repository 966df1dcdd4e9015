import { expect, onTestFinished, test } from 'vitest';
import { agree } from '../../../src/store/postgres/identity.ts';
import { connectForLocks } from '../../../src/store/postgres/lock-connection.ts';
import { PermanentDatabase } from '../../../src/store/postgres/permanent-database.ts';
import { Postgres } from '../../../src/store/postgres/postgres.ts';
import { allOf } from '../../../src/store/postgres/takeover.ts';
import { hasPostgres, PostgresServer } from '../../support/postgres.ts';

test.skipIf(!hasPostgres)(
  'of bridges that begin at the same moment with different settings, one says what they are',
  async () => {
    const server = await PostgresServer.start();
    onTestFinished(() => server.remove());
    const postgres = await Postgres.open(server.url);
    onTestFinished(() => postgres.close());
    const domains = ['a', 'b', 'c', 'd'];
    const clients = await Promise.all(
      domains.map(() => connectForLocks(postgres.config, { answer: 60_000, silence: 60_000 })),
    );
    onTestFinished(async () => {
      for (const client of clients) await client.end();
    });
    for (let round = 0; round < 20; round++) {
      const board = `board ${round}`;
      await PermanentDatabase.declare(postgres, board);
      const shared = 'SELECT pg_advisory_lock_shared(hashtextextended($1, 0))';
      await Promise.all(clients.map((client) => client.query(shared, [allOf(board)])));
      const outcomes = await Promise.allSettled(
        clients.map((client, at) => agree(client, board, { domain: domains[at] ?? '' })),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  },
);
