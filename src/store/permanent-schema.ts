import type { Schema } from './database.ts';

/** Append only: `test/store/permanent.test.ts` opens a frozen copy of every version. */
export const PERMANENT: Schema = {
  name: 'permanent',
  applicationId: 0x52475031, // "RGP1"
  migrations: [
    `CREATE TABLE epochs (
       number INTEGER PRIMARY KEY,
       generation INTEGER NOT NULL,
       first INTEGER NOT NULL,
       base INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE newsgroups (name TEXT PRIMARY KEY, created INTEGER NOT NULL) STRICT;
     CREATE TABLE own_posts (
       message_id TEXT PRIMARY KEY,
       epoch INTEGER NOT NULL,
       sequence INTEGER NOT NULL,
       reference_ids TEXT NOT NULL,
       UNIQUE (epoch, sequence)
     ) STRICT;
     CREATE TABLE intents (message_id TEXT PRIMARY KEY, created INTEGER NOT NULL, details TEXT NOT NULL) STRICT;
     CREATE TABLE accounts (
       name TEXT PRIMARY KEY,
       password_hash TEXT NOT NULL,
       userid TEXT NOT NULL,
       secret BLOB NOT NULL,
       settings TEXT NOT NULL
     ) STRICT;`,
    `CREATE TABLE water_marks (place TEXT PRIMARY KEY, low INTEGER NOT NULL, high INTEGER NOT NULL) STRICT;
     CREATE TABLE arrivals (number INTEGER PRIMARY KEY, time INTEGER NOT NULL) STRICT;`,
    `CREATE TABLE recent_rows (number INTEGER PRIMARY KEY, details TEXT NOT NULL) STRICT;`,
    `CREATE TABLE guest (id INTEGER PRIMARY KEY CHECK (id = 1), level INTEGER NOT NULL) STRICT;`,
    `CREATE TABLE proofs (
       userid TEXT PRIMARY KEY,
       hash TEXT NOT NULL,
       level INTEGER NOT NULL,
       proven INTEGER NOT NULL
     ) STRICT;`,
    `ALTER TABLE own_posts ADD COLUMN path TEXT NOT NULL DEFAULT '';`,
    `CREATE TABLE fed (
       peer TEXT NOT NULL,
       newsgroup TEXT NOT NULL,
       first INTEGER NOT NULL,
       number INTEGER NOT NULL,
       PRIMARY KEY (peer, newsgroup)
     ) STRICT;`,
  ],
};
