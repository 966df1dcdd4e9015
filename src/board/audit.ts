import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { bytesOf, type Octets } from '../wire/octets.ts';

export interface AuditEntry {
  /** unix seconds */
  readonly time: number;
  readonly userid: Octets;
  readonly action: 'edit' | 'withdraw' | 'edit-index' | 'motd' | 'user';
  readonly item?: string | undefined;
  readonly sequence?: number | undefined;
  readonly reason?: Octets | undefined;
  /** the whole of what was there, and of what took its place; never a secret */
  readonly before?: Octets | undefined;
  readonly after?: Octets | undefined;
}

/** What editors did, kept for good. No command shows it: it holds what was removed from everybody's sight. */
export class Audit {
  readonly #insert: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      'INSERT INTO audit (time, userid, action, item, sequence, reason, before, after) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
  }

  /** Within the commit of what it records. */
  add({ time, userid, action, item, sequence, reason, before, after }: AuditEntry): void {
    const bytes = (text: Octets | undefined) => (text === undefined ? null : bytesOf(text));
    this.#insert.run(time, userid, action, item ?? null, sequence ?? null, reason ?? null, bytes(before), bytes(after));
  }
}
