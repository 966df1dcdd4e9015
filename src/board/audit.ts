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
  /** the complete content before and after; never a secret */
  readonly before?: Octets | undefined;
  readonly after?: Octets | undefined;
}

/** A permanent record of what editors did. No command shows it: it contains withdrawn texts. */
export class Audit {
  readonly #insert: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      'INSERT INTO audit (time, userid, action, item, sequence, reason, before, after) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
  }

  /** To be called within the commit of the change that it records. */
  add({ time, userid, action, item, sequence, reason, before, after }: AuditEntry): void {
    const bytes = (text: Octets | undefined) => (text === undefined ? null : bytesOf(text));
    this.#insert.run(time, userid, action, item ?? null, sequence ?? null, reason ?? null, bytes(before), bytes(after));
  }
}
