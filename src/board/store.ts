import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../store/database.ts';
import { StoreError } from '../store/errors.ts';
import { holdsSomething } from '../store/holds-something.ts';
import { closeDatabase } from '../store/log-presence.ts';
import { LogSync } from '../store/log-sync.ts';
import { makeMarked } from '../store/marked-file.ts';
import { type Mark, Marks } from '../store/marks.ts';
import { SecretBox } from '../store/secret-box.ts';
import { Writer } from '../store/writer.ts';
import { Accounts } from './accounts.ts';
import { Audit } from './audit.ts';
import { Diffs } from './diffs.ts';
import { EditLog } from './edit-log.ts';
import { Editing } from './editing.ts';
import { IndexLog } from './index-log.ts';
import { Items } from './items.ts';
import { Posting } from './posting.ts';
import { boardSchema } from './schema.ts';
import { Users } from './users.ts';
import { BoardValues } from './values.ts';

export interface BoardStoreOptions {
  /** the key that encrypts users' secrets; created if missing. Default: the database's name and `.key` */
  readonly keyFile?: string;
  /** ms */
  readonly now?: () => number;
  /** octets of memory for cached ITEM answers. Default 64 MiB */
  readonly itemCache?: number;
  /** octets of memory for index rows. Default 64 MiB, which holds 300,000 rows */
  readonly indexCache?: number;
  /** a mark that a new file has before it has its name */
  readonly newWith?: Mark;
}

const MIB = 1024 * 1024;
/** octets of memory for the edit log */
const EDIT_LOG_CACHE = 4 * MIB;
/** SQLite's own cache, which doubles the speed of reads that miss ours */
const PAGE_CACHE_KIB = 16 * 1024;

/** A board on disk: an SQLite file, and the key file beside it. */
export class BoardStore {
  readonly items: Items;
  readonly index: IndexLog;
  readonly users: Users;
  readonly accounts: Accounts;
  readonly state: BoardValues;
  readonly editLog: EditLog;
  readonly diffs: Diffs;
  readonly audit: Audit;
  readonly posting: Posting;
  readonly editing: Editing;
  readonly marks: Marks;
  readonly path: string;
  /** made just now, with the mark `newWith` */
  readonly isNew: boolean;
  readonly db: DatabaseSync;
  readonly #writer: Writer;
  readonly #sync: LogSync | undefined;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();

  /** @throws StoreError */
  static open(path: string, options: BoardStoreOptions = {}): BoardStore {
    const keyFile = options.keyFile ?? `${path}.key`;
    if (path !== ':memory:' && !holdsSomething(path) && holdsSomething(keyFile)) throw lost(path, keyFile);
    const isNew = options.newWith !== undefined && makeMarked(path, boardSchema, options.newWith);
    const db = openDatabase(path, boardSchema, { durable: true });
    try {
      db.exec(`PRAGMA cache_size=-${PAGE_CACHE_KIB}`);
      const inMemory = path === ':memory:' && options.keyFile === undefined;
      const box = inMemory ? SecretBox.temporary() : SecretBox.fromFile(keyFile, { make: !hasSecrets(db) });
      const store = new BoardStore(path, db, box, { ...options, isNew });
      requireOwnKey(store, keyFile);
      return store;
    } catch (error) {
      closeDatabase(db);
      throw error;
    }
  }

  private constructor(path: string, db: DatabaseSync, box: SecretBox, options: BoardStoreOptions & { isNew: boolean }) {
    this.path = path;
    this.isNew = options.isNew;
    this.db = db;
    this.#now = options.now ?? Date.now;
    this.#sync = path === ':memory:' ? undefined : new LogSync(path);
    this.#writer = new Writer(db, this.#sync, path);
    this.marks = new Marks(db);
    this.items = new Items(db, this.#writer, options.itemCache ?? 64 * MIB);
    this.index = new IndexLog(db, this.#writer, options.indexCache ?? 64 * MIB);
    this.users = new Users(db, box, () => this.#writer.afterCommit(() => this.accounts.changed()));
    this.accounts = new Accounts(db, this.users, path);
    this.state = new BoardValues(db);
    this.editLog = new EditLog(db, EDIT_LOG_CACHE);
    this.diffs = new Diffs(db);
    this.audit = new Audit(db);
    this.posting = new Posting(this);
    this.editing = new Editing(this);
  }

  /** Unix seconds. */
  get time(): number {
    return Math.floor(this.#now() / 1000);
  }

  stamp(): { readonly sequence: number; readonly time: number } {
    return { sequence: this.state.takeSequence(), time: this.time };
  }

  /** See `Writer.commit`. Tells the listeners if the index changed. */
  commit<T>(task: () => T): Promise<T> {
    return this.#writer.commit(() => {
      const before = this.index.changes;
      const value = task();
      if (this.index.changes !== before) this.#writer.afterCommit(() => this.#notify());
      return value;
    });
  }

  /** Why nothing can be written now, if so. */
  get trouble(): StoreError | undefined {
    return this.#writer.trouble ?? this.accounts.trouble;
  }

  /** The board has changes that may not survive a power cut, so nothing about it can be promised. */
  get unsynced(): boolean {
    return this.#writer.unsynced;
  }

  /**
   * Resolves when every change requested so far is visible; `undefined`: all are. A client that lost its connection
   * looks in the index for its last post, which must not appear only afterwards.
   */
  get settled(): Promise<void> | undefined {
    return this.#writer.settled;
  }

  /**
   * Runs `task` on a snapshot, whatever other processes write meanwhile. Nothing may be committed through this store
   * until it ends: beside a board that is serving, open a second store.
   */
  async snapshot<T>(task: () => Promise<T>): Promise<T> {
    this.db.exec('BEGIN');
    try {
      return await task();
    } finally {
      this.db.exec('COMMIT');
    }
  }

  /** Calls `listener` after every change of the index. Returns a function that stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Commits what is waiting. May be called twice. */
  close(): void {
    if (!this.db.isOpen) return;
    this.#writer.flush();
    this.#sync?.close();
    closeDatabase(this.db);
  }

  #notify(): void {
    // In a microtask, so that an exception in a listener does not reach the poster.
    for (const listener of this.#listeners) queueMicrotask(listener);
  }
}

function hasSecrets(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM users WHERE secret IS NOT NULL LIMIT 1').get() !== undefined;
}

/** Another board's key decrypts nothing: better to say so at once than at every login. */
function requireOwnKey({ users }: BoardStore, keyFile: string): void {
  if (users.keyFits) return;
  const reason = "it is not this board's key. Put the right one there, or restore a backup with `rgtp-nntp restore`";
  throw new StoreError('foreign', keyFile, reason);
}

/** The key is made after the database: if there is a key, there was a board. */
function lost(path: string, keyFile: string): StoreError {
  return new StoreError(
    'missing',
    path,
    `there is no board in it, although its key ${keyFile} is there. Put the file back, or restore a backup with ` +
      '`rgtp-nntp restore`; to begin with a new board, move the whole data folder (and the keys) away',
  );
}
