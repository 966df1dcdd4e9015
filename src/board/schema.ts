import type { Schema } from '../store/database.ts';

/**
 * A board's tables. Short octet strings (userids, subjects, reasons) are TEXT of code points 0–255, which can be
 * compared and indexed. Texts are BLOBs in the form of groggsd's files: lines ended by LF, carets doubled.
 */
export const boardSchema: Schema = {
  name: 'board',
  applicationId: 0x52475442, // 'RGTB'
  migrations: [
    `
    CREATE TABLE board (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      next_sequence INTEGER NOT NULL,
      last_item_time INTEGER NOT NULL,   -- unix seconds the newest item id stands for
      motd_sequence INTEGER,
      motd_time INTEGER,
      motd BLOB
    ) STRICT;
    INSERT INTO board (id, next_sequence, last_item_time) VALUES (1, 1, 0);

    -- Positions only grow and never come back; withdrawals leave gaps. Order of the index is order of positions,
    -- whatever an editor made of sequence numbers and times.
    CREATE TABLE index_rows (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      sequence INTEGER NOT NULL,
      time INTEGER NOT NULL,
      item TEXT,                         -- NULL: message of the day
      row BLOB NOT NULL CHECK (length(row) = 199)
    ) STRICT;
    CREATE INDEX index_rows_by_sequence ON index_rows (sequence, position);
    CREATE INDEX index_rows_by_time ON index_rows (time, position);
    CREATE INDEX index_rows_by_item ON index_rows (item);

    CREATE TABLE items (
      id TEXT PRIMARY KEY,
      continued_from TEXT,
      continued_in TEXT,
      last_edit INTEGER,
      last_reply INTEGER,
      subject TEXT,                      -- NULL: an imported item whose header has none
      text BLOB NOT NULL                 -- without the status line
    ) STRICT;

    CREATE TABLE users (
      userid TEXT NOT NULL,
      level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 3),
      secret BLOB,                       -- encrypted; NULL: no proof is asked for
      confirmed INTEGER NOT NULL,        -- 0: registered, and has not logged in yet
      waiting INTEGER NOT NULL,          -- 1: registered, and an editor has to approve
      disabled INTEGER NOT NULL,
      last_used INTEGER NOT NULL,        -- unix seconds
      PRIMARY KEY (userid, level)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE edit_log (
      id INTEGER PRIMARY KEY,
      time INTEGER,                      -- unix seconds; NULL: imported
      text BLOB NOT NULL
    ) STRICT;

    CREATE TABLE diffs (
      id INTEGER PRIMARY KEY,
      item TEXT,                         -- NULL: the index
      time INTEGER,
      text BLOB NOT NULL
    ) STRICT;
    CREATE INDEX diffs_by_item ON diffs (item);

    -- What editors did, with everything before and after: kept for good, seen by no client.
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY,
      time INTEGER NOT NULL,
      userid TEXT NOT NULL,
      action TEXT NOT NULL,
      item TEXT,
      sequence INTEGER,
      reason TEXT,
      before BLOB,
      after BLOB
    ) STRICT;

    CREATE TABLE archived_items (
      id TEXT PRIMARY KEY,
      continued_from TEXT,
      continued_in TEXT,
      last_edit INTEGER,
      last_reply INTEGER,
      subject TEXT,
      text BLOB NOT NULL,
      time INTEGER NOT NULL              -- unix seconds it was archived
    ) STRICT;
    CREATE TABLE archived_rows (
      position INTEGER PRIMARY KEY,
      sequence INTEGER NOT NULL,
      time INTEGER NOT NULL,
      item TEXT,
      row BLOB NOT NULL
    ) STRICT;
    CREATE INDEX archived_rows_by_item ON archived_rows (item);
    `,
  ],
};
