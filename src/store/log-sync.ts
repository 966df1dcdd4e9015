import { close, fdatasync, fdatasyncSync, openSync } from 'node:fs';
import { systemCode } from '../wire/system-error.ts';
import { realPathOf } from './real-path.ts';

/**
 * Syncs commits to disk without blocking the process: SQLite in WAL mode appends them to the write-ahead log, and what
 * is in that file when it is synced survives a power cut. All that wait share one sync.
 */
export class LogSync {
  readonly #path: string;
  #descriptor: number | undefined;
  #waiting: PromiseWithResolvers<void> | undefined;
  #running = false;

  /** @param path path of the database, which is in WAL mode with `synchronous=NORMAL` while it commits */
  constructor(path: string) {
    this.#path = `${realPathOf(path)}-wal`;
  }

  /** Resolves when everything committed before this call is on disk. */
  sync(): Promise<void> {
    this.#waiting ??= Promise.withResolvers();
    const { promise } = this.#waiting;
    if (!this.#running) this.#next();
    return promise;
  }

  /** Syncs what is still waiting, then returns. */
  close(): void {
    if (this.#descriptor === undefined) return;
    if (this.#waiting !== undefined) fdatasyncSync(this.#descriptor);
    this.#waiting?.resolve();
    this.#waiting = undefined;
    // A sync in progress uses the file, and will close it.
    if (!this.#running) close(this.#descriptor);
    this.#descriptor = undefined;
  }

  #next(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    let descriptor: number;
    try {
      // Windows syncs only files open for writing. SQLite has no locks on this file that closing it could drop.
      descriptor = this.#descriptor ?? openSync(this.#path, 'r+');
    } catch (error) {
      // Some file systems do not support a write-ahead log. SQLite then syncs by itself as it commits.
      if (systemCode(error) === 'ENOENT') waiting.resolve();
      else waiting.reject(error);
      return;
    }
    this.#descriptor = descriptor;
    this.#running = true;
    fdatasync(descriptor, (error) => {
      if (error === null) waiting.resolve();
      else waiting.reject(error);
      if (this.#descriptor !== descriptor) {
        close(descriptor);
        return;
      }
      this.#running = false;
      this.#next();
    });
  }
}
