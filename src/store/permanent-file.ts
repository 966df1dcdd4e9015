import type { DatabaseSync } from 'node:sqlite';
import { AccountsInFile } from './accounts-in-file.ts';
import { openDatabase, transaction } from './database.ts';
import { type StoreError, storeErrorFrom } from './errors.ts';
import { closeDatabase } from './log-presence.ts';
import { LogSync } from './log-sync.ts';
import { Marks } from './marks.ts';
import type { Permanent } from './permanent.ts';
import {
  EPOCH,
  epochOf,
  FED,
  fedOf,
  INTENT,
  intentOf,
  markOf,
  OWN_POST,
  ownPost,
  PROOF,
  proofOf,
} from './permanent-columns.ts';
import type {
  Arrival,
  CreatedNewsgroup,
  Epoch,
  Fed,
  Intent,
  Known,
  Mark,
  OwnPost,
  Published,
  RecentRow,
  StoredAccount,
  StoredProof,
} from './permanent-records.ts';
import { prepareStatements, type Statements } from './permanent-rows.ts';
import { PERMANENT } from './permanent-schema.ts';
import { Writer } from './writer.ts';

/** The permanent part of one board, in an SQLite file. What is acknowledged survives a power cut. */
export class PermanentFile implements Permanent {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #writer: Writer;
  readonly #sync: LogSync | undefined;
  readonly #statements: Statements;
  readonly #accounts: AccountsInFile;

  private constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
    this.#sync = path === ':memory:' ? undefined : new LogSync(path);
    this.#writer = new Writer(db, this.#sync, path);
    this.#statements = prepareStatements(db);
    this.#accounts = new AccountsInFile(db, path);
  }

  /** @throws StoreError */
  static open(path: string): PermanentFile {
    return new PermanentFile(openDatabase(path, PERMANENT, { durable: true, secureDelete: true }), path);
  }

  /** Why nothing can be written, or no account read, now, if so. */
  get trouble(): StoreError | undefined {
    return this.#writer.trouble ?? this.#accounts.trouble;
  }

  async isMoved(): Promise<boolean> {
    try {
      return Marks.of(this.#db)?.has('moved') === true;
    } catch (error) {
      throw storeErrorFrom(error, this.#path);
    }
  }

  async setMoved(moved: boolean): Promise<void> {
    const marks = new Marks(this.#db);
    this.#transact(() => (moved ? marks.set('moved') : marks.clear('moved')));
  }

  async epochs(): Promise<Epoch[]> {
    return this.#db.prepare(`SELECT ${EPOCH} FROM epochs ORDER BY number`).all().map(epochOf);
  }

  async addEpochs(epochs: readonly Epoch[]): Promise<void> {
    const insert = this.#db.prepare(
      'INSERT OR IGNORE INTO epochs (number, generation, first, base) VALUES (?, ?, ?, ?)',
    );
    this.#transact(() => {
      for (const epoch of epochs) insert.run(epoch.number, epoch.generation, epoch.first, epoch.base);
    });
  }

  async replaceEpochs(epochs: readonly Epoch[], moved: readonly OwnPost[]): Promise<void> {
    const insert = this.#db.prepare('INSERT INTO epochs (number, generation, first, base) VALUES (?, ?, ?, ?)');
    const move = this.#db.prepare('UPDATE OR IGNORE own_posts SET epoch = ? WHERE message_id = ?');
    this.#transact(() => {
      this.#db.exec('DELETE FROM epochs; DELETE FROM recent_rows');
      for (const epoch of epochs) insert.run(epoch.number, epoch.generation, epoch.first, epoch.base);
      for (const { epoch, messageId } of moved) move.run(epoch, messageId);
    });
  }

  async published(): Promise<Published> {
    const marks = this.#db.prepare('SELECT place, low, high FROM water_marks').all();
    const arrivals = this.#db.prepare('SELECT number, time FROM arrivals ORDER BY number').all();
    return {
      marks: marks.map(markOf),
      arrivals: arrivals.map((row) => ({ number: Number(row['number']), time: Number(row['time']) })),
    };
  }

  /** Relaxed by default, like `putArrivals`: after a power cut most of it can be learnt from the board. */
  raiseMarks(marks: readonly Mark[], { synced } = { synced: false }): Promise<void> {
    const { raiseMark } = this.#statements;
    return this.#writer.commit(
      () => {
        for (const { place, low, high } of marks) raiseMark.run(place, low, high);
      },
      { relaxed: !synced },
    );
  }

  putArrivals(arrivals: readonly Arrival[], dropped: readonly number[]): Promise<void> {
    const { putArrival, dropArrival } = this.#statements;
    return this.#writer.commit(
      () => {
        for (const { number, time } of arrivals) putArrival.run(number, time);
        for (const number of dropped) dropArrival.run(number);
      },
      { relaxed: true },
    );
  }

  async recent(): Promise<RecentRow[]> {
    const rows = this.#db.prepare('SELECT number, details FROM recent_rows ORDER BY number').all();
    return rows.map((row) => ({ number: Number(row['number']), details: String(row['details']) }));
  }

  /** Relaxed, like the marks. */
  putRecent(rows: readonly RecentRow[], from: number): Promise<void> {
    const { putRecent, dropRecent } = this.#statements;
    return this.#writer.commit(
      () => {
        for (const { number, details } of rows) putRecent.run(number, details);
        dropRecent.run(from);
      },
      { relaxed: true },
    );
  }

  async newsgroupCreated(name: string, now: number): Promise<number> {
    const insert = this.#db.prepare('INSERT OR IGNORE INTO newsgroups (name, created) VALUES (?, ?)');
    this.#transact(() => insert.run(name, now));
    return Number(this.#db.prepare('SELECT created FROM newsgroups WHERE name = ?').get(name)?.['created']);
  }

  async newsgroups(): Promise<CreatedNewsgroup[]> {
    const rows = this.#db.prepare('SELECT name, created FROM newsgroups ORDER BY name').all();
    return rows.map((row) => ({ name: String(row['name']), created: Number(row['created']) }));
  }

  async ownPosts(): Promise<OwnPost[]> {
    return this.#db.prepare(`SELECT ${OWN_POST} FROM own_posts`).all().map(ownPost);
  }

  intend(intent: Intent): Promise<{ readonly known: false } | Known> {
    const { postOf, intentOf: intentFor, addIntent } = this.#statements;
    return this.#writer.commit(() => {
      const post = postOf.get(intent.messageId);
      if (post !== undefined) return { known: true, post: ownPost(post), intent: undefined };
      const earlier = intentFor.get(intent.messageId);
      if (earlier !== undefined) return { known: true, post: undefined, intent: intentOf(earlier) };
      addIntent.run(intent.messageId, intent.created, intent.details);
      return { known: false };
    });
  }

  revise(messageId: string, details: string): Promise<void> {
    return this.#writer.commit(() => void this.#statements.reviseIntent.run(details, messageId));
  }

  /** Relaxed, like `forget`: if a power cut undoes it, the intent is back, and the board will be asked. */
  done(post: OwnPost): Promise<void> {
    const { removeUnnumberedIntent, dropUnnumbered, numberPost, addPost, removeIntent } = this.#statements;
    return this.#writer.commit(
      () => {
        // If two have the same number, the board lost the first one before anybody saw it.
        if (post.epoch === 0) {
          removeUnnumberedIntent.run(post.sequence, post.messageId);
          dropUnnumbered.run(post.sequence, post.messageId);
        } else numberPost.run(post.epoch, post.sequence, post.messageId);
        addPost.run(post.messageId, post.epoch, post.sequence, post.references, post.path ?? '');
        if (post.epoch !== 0) removeIntent.run(post.messageId);
      },
      { relaxed: true },
    );
  }

  async fed(): Promise<Fed[]> {
    return this.#db.prepare(`SELECT ${FED} FROM fed`).all().map(fedOf);
  }

  /** Relaxed: after a power cut the peer is offered the last articles again, and says that it has them. */
  putFed({ peer, newsgroup, first, number }: Fed): Promise<void> {
    const put = () => void this.#statements.putFed.run(peer, newsgroup, first, number);
    return this.#writer.commit(put, { relaxed: true });
  }

  forget(messageId: string): Promise<void> {
    return this.#writer.commit(() => void this.#statements.removeIntent.run(messageId), { relaxed: true });
  }

  async intents(): Promise<Intent[]> {
    return this.#db.prepare(`SELECT ${INTENT} FROM intents ORDER BY created, rowid`).all().map(intentOf);
  }

  async guestLevel(): Promise<number | undefined> {
    const row = this.#db.prepare('SELECT level FROM guest').get();
    return row && Number(row['level']);
  }

  putGuestLevel(level: number): Promise<void> {
    return this.#writer.commit(() => void this.#statements.putGuest.run(level));
  }

  async account(name: string): Promise<StoredAccount | undefined> {
    return this.#accounts.named(name);
  }

  async accounts(): Promise<StoredAccount[]> {
    return this.#accounts.all();
  }

  onAccounts(listener: (accounts: readonly StoredAccount[]) => void): void {
    this.#accounts.follow(listener);
  }

  async putAccount(account: StoredAccount, instead?: StoredAccount | null): Promise<boolean> {
    const isPut = this.#transact(() => this.#accounts.put(account, instead));
    this.#accounts.changed();
    return isPut;
  }

  async removeAccount(name: string): Promise<boolean> {
    const isRemoved = this.#transact(() => this.#accounts.remove(name));
    this.#accounts.changed();
    return isRemoved;
  }

  async proofs(): Promise<StoredProof[]> {
    return this.#db.prepare(`SELECT ${PROOF} FROM proofs ORDER BY proven`).all().map(proofOf);
  }

  async proof(userid: string): Promise<StoredProof | undefined> {
    const row = this.#statements.proofOf.get(userid);
    return row && proofOf(row);
  }

  /** Relaxed: the next login restores what a power cut loses. */
  putProof({ userid, hash, level, proven }: StoredProof, keep: { since: number; most: number }): Promise<void> {
    const { clampProofs, putProof, dropEarlyProofs, dropSurplusProofs } = this.#statements;
    return this.#writer.commit(
      () => {
        // A clock that was fast must not make proofs last longer.
        clampProofs.run(proven);
        putProof.run(userid, hash, level, proven);
        dropEarlyProofs.run(keep.since);
        dropSurplusProofs.run(keep.most);
      },
      { relaxed: true },
    );
  }

  removeProof(userid: string, hash?: string): Promise<boolean> {
    const { removeProof } = this.#statements;
    return this.#writer.commit(() => removeProof.run(userid, hash ?? null).changes === 1);
  }

  async close(): Promise<void> {
    if (!this.#db.isOpen) return;
    this.#accounts.close();
    this.#writer.flush();
    this.#sync?.close();
    closeDatabase(this.#db);
  }

  /** Commits at once. @throws StoreError */
  #transact<T>(task: () => T): T {
    try {
      return transaction(this.#db, task);
    } catch (error) {
      throw storeErrorFrom(error, this.#path);
    }
  }
}
