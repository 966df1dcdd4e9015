import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { deleteDatabase, openDatabase, purgeDeleted, type Schema, StoreError, transaction } from './database.ts';
import { storeErrorFrom } from './errors.ts';

export interface DisposableFileOptions {
  /** called if the file was unusable (damaged, newer) and has been rebuilt */
  readonly onRebuilt?: (reason: StoreError) => void;
  /** called if the file can no longer be used (damaged, disk full, …); until `rebuild`, nothing is on disk */
  readonly onLost?: (reason: StoreError) => void;
}

/**
 * A database that can be rebuilt from elsewhere, and never fails: a file that can't be read or written is deleted (which helps a
 * full disk) and replaced by an empty one in memory. Deleted content is overwritten.
 */
export class DisposableFile {
  readonly path: string;
  readonly #schema: Schema;
  readonly #options: DisposableFileOptions;
  readonly #begin: (db: DatabaseSync) => void;
  readonly #statements = new Map<string, StatementSync>();
  #db: DatabaseSync;
  #trouble: StoreError | undefined;
  #guarded = false;
  /** called when the file is lost, so that `rebuild` can be tried */
  whenLost: (() => void) | undefined;

  /**
   * @param begin called with each database that is opened, the file's or an empty one
   * @throws StoreError `locked` or `denied`, and `foreign`: somebody else's database is never thrown away
   */
  static open(
    path: string,
    schema: Schema,
    options: DisposableFileOptions,
    begin: (db: DatabaseSync) => void,
  ): DisposableFile {
    try {
      return new DisposableFile(path, schema, options, begin);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.kind === 'corrupt' || error.kind === 'newer') {
        remove(path);
        options.onRebuilt?.(error);
        return new DisposableFile(path, schema, options, begin);
      }
      // Such a disk is no reason to stop: everything can be rebuilt.
      if (error.kind !== 'full' && error.kind !== 'read-only' && error.kind !== 'io') throw error;
      options.onLost?.(error);
      return new DisposableFile(path, schema, options, begin, error);
    }
  }

  /** @param trouble why nothing is on disk */
  private constructor(
    path: string,
    schema: Schema,
    options: DisposableFileOptions,
    begin: (db: DatabaseSync) => void,
    trouble?: StoreError,
  ) {
    this.path = path;
    this.#schema = schema;
    this.#options = options;
    this.#begin = begin;
    this.#trouble = trouble;
    this.#db = trouble === undefined ? openDatabase(path, schema, { secureDelete: true }) : this.#inMemory();
    try {
      begin(this.#db);
    } catch (error) {
      this.#db.close();
      throw storeErrorFrom(error, path);
    }
  }

  /** the file could not be read or written: nothing is on disk */
  get lost(): boolean {
    return this.#trouble !== undefined;
  }

  /** Why nothing is on disk, if so. */
  get trouble(): StoreError | undefined {
    return this.#trouble;
  }

  /** Starts again with an empty file. Returns false if that is not possible, either. */
  rebuild(): boolean {
    this.#db.close();
    try {
      remove(this.path);
      this.#use(openDatabase(this.path, this.#schema, { secureDelete: true }));
      this.#trouble = undefined;
    } catch (error) {
      if (this.#db.isOpen) this.#db.close();
      this.#use(this.#inMemory());
      const reason = storeErrorFrom(error, this.path);
      this.#trouble = reason instanceof StoreError ? reason : new StoreError('io', this.path, String(reason));
    }
    return this.#trouble === undefined;
  }

  /** Runs `task`. Everything it writes is kept, or nothing, if it fails and the file is lost. */
  transaction(task: () => void): void {
    this.guard(() => transaction(this.#db, task), undefined);
  }

  /** Runs `task`. If it fails because of the file, gives the file up; nested guards leave that to the outermost. */
  guard<T>(task: () => T, otherwise: T): T {
    if (this.#guarded) return task();
    this.#guarded = true;
    try {
      return task();
    } catch (error) {
      const reason = storeErrorFrom(error, this.path);
      if (!(reason instanceof StoreError)) throw error;
      this.#lose(reason);
      return otherwise;
    } finally {
      this.#guarded = false;
    }
  }

  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Removes deleted content from the files for good, the write-ahead log included. */
  purge(): void {
    this.guard(() => purgeDeleted(this.#db), undefined);
  }

  get isOpen(): boolean {
    return this.#db.isOpen;
  }

  close(): void {
    this.#db.close();
  }

  #lose(reason: StoreError): void {
    this.#db.close();
    this.#use(this.#inMemory());
    this.#trouble = reason;
    try {
      remove(this.path);
    } catch {
      // The next start may find it there, damaged or outdated.
    }
    this.#options.onLost?.(reason);
    this.whenLost?.();
  }

  #use(db: DatabaseSync): void {
    this.#statements.clear();
    this.#db = db;
    this.#begin(db);
  }

  #inMemory(): DatabaseSync {
    return openDatabase(':memory:', this.#schema);
  }
}

function remove(path: string): void {
  if (path !== ':memory:') deleteDatabase(path);
}
