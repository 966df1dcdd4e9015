import { statSync } from 'node:fs';
import { StoreError } from './errors.ts';
import { realPathOf } from './real-path.ts';

/**
 * Whether a database and its write-ahead log still have their names. SQLite goes on with files that were deleted, or in whose
 * place others were put (a copy restored by hand under a running server), and nobody ever finds what it writes there.
 */
export class OpenedFile {
  readonly #path: string;
  /** by name, as soon as they are there */
  readonly #known = new Map<string, string>();

  /** @param path of the database, which is open */
  constructor(path: string) {
    this.#path = realPathOf(path);
    this.requireThere();
  }

  /** @throws StoreError `missing` */
  requireThere(): void {
    for (const name of [this.#path, `${this.#path}-wal`]) {
      const file = statSync(name, { throwIfNoEntry: false });
      const now = file && `${file.dev} ${file.ino}`;
      const known = this.#known.get(name) ?? now;
      if (known === undefined) continue;
      this.#known.set(name, known);
      if (now !== known) throw new StoreError('missing', name, GONE);
    }
  }
}

const GONE =
  'it was deleted or replaced while in use, so nothing can be saved. Put back the file that was there; ' +
  'or stop the server, restore a backup, and start it again';
