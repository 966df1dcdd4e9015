/** The tables of `PermanentDatabase`: those of a permanent file, with the board's name in each. */
import type { ClientBase } from 'pg';
import { StoreError } from '../errors.ts';

/** In a schema of their own: the database may hold other things. Append only, like `PERMANENT`. */
export const MIGRATIONS: readonly string[] = [
  // A message is an intent while it has details, and a post once it has a place on the board (in epoch 0 it is both).
  // With one row for both, the primary key alone keeps a Message-ID from being intended twice, even at the same moment.
  `CREATE TABLE boards (
     board text PRIMARY KEY,
     owner text NOT NULL DEFAULT '',
     moved boolean NOT NULL DEFAULT false,
     guest integer
   );
   CREATE TABLE epochs (
     board text NOT NULL REFERENCES boards,
     number integer NOT NULL,
     generation integer NOT NULL,
     first bigint NOT NULL,
     base bigint NOT NULL,
     PRIMARY KEY (board, number)
   );
   CREATE TABLE newsgroups (
     board text NOT NULL REFERENCES boards,
     name text NOT NULL,
     created bigint NOT NULL,
     PRIMARY KEY (board, name)
   );
   CREATE TABLE messages (
     board text NOT NULL REFERENCES boards,
     message_id text NOT NULL,
     created bigint,
     details text,
     attempt text,
     epoch integer,
     sequence bigint,
     reference_ids text,
     path text,
     PRIMARY KEY (board, message_id),
     CHECK (CASE WHEN epoch IS NULL THEN details IS NOT NULL ELSE details IS NULL OR epoch = 0 END)
   );
   CREATE UNIQUE INDEX ON messages (board, epoch, sequence);
   CREATE INDEX ON messages (board, created) WHERE details IS NOT NULL;
   CREATE TABLE fed (
     board text NOT NULL REFERENCES boards,
     peer text NOT NULL,
     newsgroup text NOT NULL,
     first bigint NOT NULL,
     number bigint NOT NULL,
     PRIMARY KEY (board, peer, newsgroup)
   );
   CREATE TABLE water_marks (
     board text NOT NULL REFERENCES boards,
     place text NOT NULL,
     low bigint NOT NULL,
     high bigint NOT NULL,
     PRIMARY KEY (board, place)
   );
   CREATE TABLE arrivals (
     board text NOT NULL REFERENCES boards,
     number bigint NOT NULL,
     time bigint NOT NULL,
     PRIMARY KEY (board, number)
   );
   CREATE TABLE recent_rows (
     board text NOT NULL REFERENCES boards,
     number bigint NOT NULL,
     details text NOT NULL,
     PRIMARY KEY (board, number)
   );
   CREATE TABLE accounts (
     board text NOT NULL REFERENCES boards,
     name text NOT NULL,
     password_hash text NOT NULL,
     userid text NOT NULL,
     secret bytea NOT NULL,
     settings text NOT NULL,
     PRIMARY KEY (board, name)
   );
   CREATE TABLE proofs (
     board text NOT NULL REFERENCES boards,
     userid text NOT NULL,
     hash text NOT NULL,
     level integer NOT NULL,
     proven bigint NOT NULL,
     PRIMARY KEY (board, userid)
   );`,

  // Several bridges at a time. A bridge is alive while its row exists; see `Membership`. The numbers of transactions
  // show what has changed since another one.
  `ALTER TABLE boards ADD COLUMN version bigint NOT NULL DEFAULT 0;
   CREATE TABLE bridges (
     board text NOT NULL REFERENCES boards,
     id text NOT NULL,
     is_read boolean NOT NULL DEFAULT false,
     PRIMARY KEY (board, id)
   );
   ALTER TABLE messages
     ADD COLUMN bridge text NOT NULL DEFAULT '',
     ADD COLUMN twin text,
     ADD COLUMN changed xid8 NOT NULL DEFAULT pg_current_xact_id();
   CREATE INDEX ON messages (board, changed) WHERE epoch IS NOT NULL;`,

  // What the bridges of one board must have in common; see `agree`.
  "ALTER TABLE boards ADD COLUMN identity text NOT NULL DEFAULT ''",
];

/** Any number, as long as nothing else in the database uses it: "RGP1" */
const MIGRATING = 0x52475031;

/**
 * Brings the schema up to date, in one transaction. If several bridges start at once, one of them does it.
 * @throws StoreError `newer`
 */
export async function migrate(client: ClientBase, name: string): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATING]);
    // Only if it is missing: a user of a schema need not have the right to create one.
    const { rows: found } = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = 'rgtp_nntp'");
    if (found.length === 0) await client.query('CREATE SCHEMA rgtp_nntp');
    await client.query('CREATE TABLE IF NOT EXISTS rgtp_nntp.migrations (version integer PRIMARY KEY)');
    const { rows } = await client.query<{ version: number }>('SELECT version FROM rgtp_nntp.migrations');
    const done = rows.length;
    if (done > MIGRATIONS.length) {
      throw new StoreError(
        'newer',
        name,
        `its schema is version ${done}, and this program knows versions up to ${MIGRATIONS.length}: ` +
          'run the newer rgtp-nntp that wrote it',
      );
    }
    for (const [i, sql] of MIGRATIONS.entries()) {
      if (i < done) continue;
      await client.query(sql);
      await client.query('INSERT INTO rgtp_nntp.migrations VALUES ($1)', [i + 1]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
