import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { requireLog } from './log-presence.ts';
import { PERMANENT } from './permanent-schema.ts';

/**
 * Carries over what readers have been shown since a backup was made: marks, arrivals of articles, the newest rows.
 * Without it, a restored permanent file would give the numbers of lost posts to others, which newsreaders would take
 * for read.
 *
 * @param from the permanent file that the backup replaces
 * @param to a copy of the backup's file, which nobody has open
 * @returns whether `to` knows it now: false if `from` is damaged, of another version, or another board's
 */
export function carryNumbering(from: string, to: string): boolean {
  if (!existsSync(from)) return false;
  const db = new DatabaseSync(to);
  try {
    requireLog(from);
    // Read only: closing it must not remove its log, which its mark claims to exist.
    db.prepare('ATTACH ? AS replaced').run(`${pathToFileURL(from)}?mode=ro`);
    if (!isLaterThan(db)) return false;
    db.exec(
      `BEGIN IMMEDIATE;
       INSERT INTO water_marks SELECT * FROM replaced.water_marks WHERE true
         ON CONFLICT (place) DO UPDATE SET high = max(high, excluded.high);
       INSERT OR IGNORE INTO epochs SELECT * FROM replaced.epochs;
       INSERT OR REPLACE INTO arrivals SELECT * FROM replaced.arrivals;
       DELETE FROM recent_rows;
       INSERT INTO recent_rows SELECT * FROM replaced.recent_rows;
       COMMIT`,
    );
    return true;
  } catch {
    // The file to be replaced may be the one that is damaged.
    return false;
  } finally {
    db.close();
  }
}

/**
 * Whether the replaced file is a continuation of the copy: its newsgroups are as old, and it has at least the same
 * epochs.
 */
function isLaterThan(db: DatabaseSync): boolean {
  const versions = ['main', 'replaced'].map(
    (file) => db.prepare(`PRAGMA ${file}.user_version`).get()?.['user_version'],
  );
  if (versions.some((version) => version !== PERMANENT.migrations.length)) return false;
  const differs = (sql: string) => db.prepare(sql).get() !== undefined;
  return !(
    differs('SELECT * FROM epochs EXCEPT SELECT * FROM replaced.epochs') ||
    differs('SELECT * FROM newsgroups EXCEPT SELECT * FROM replaced.newsgroups')
  );
}
