import type { Schema } from './database.ts';

/** Append only, like every schema, although a file that can't be used is thrown away and rebuilt. */
export const CACHE: Schema = {
  name: 'cache',
  applicationId: 0x52474331, // "RGC1"
  migrations: [
    // Rows of the index are in columns, cut into blocks: a million of them are a thousand blobs, read in one go.
    `CREATE TABLE blocks (
       part TEXT NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL,
       PRIMARY KEY (part, number)
     ) STRICT;
     CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
     CREATE TABLE texts (item INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
     -- Apart from the texts: a look at the sizes must not read the texts.
     CREATE TABLE uses (item INTEGER PRIMARY KEY, used INTEGER NOT NULL, size INTEGER NOT NULL) STRICT;
     CREATE INDEX uses_by_time ON uses (used, item, size);`,
    // Apart from the texts, because what overview needs is kept when a text is evicted.
    `CREATE TABLE summaries (item INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;`,
  ],
};
