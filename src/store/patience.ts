import type { DatabaseSync } from 'node:sqlite';

/** Runs `task`, in which no statement waits for another process's lock. */
export function withoutPatience<T>(db: DatabaseSync, task: () => T): T {
  const patience = Number(db.prepare('PRAGMA busy_timeout').get()?.['timeout']);
  db.exec('PRAGMA busy_timeout=0');
  try {
    return task();
  } finally {
    db.exec(`PRAGMA busy_timeout=${patience}`);
  }
}
