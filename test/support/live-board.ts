/** A board whose mirror is up to date after everything that happens on it. */

import type { ItemText } from '../../src/bridge/item-text.ts';
import type { Mirror } from '../../src/bridge/mirror/mirror.ts';
import type { MirrorOptions } from '../../src/bridge/mirror/options.ts';
import { type ItemRecord, PostKind } from '../../src/bridge/model.ts';
import type { IndexEntry } from '../../src/rgtp/index-entry.ts';
import type { Soon } from '../../src/wire/soon.ts';
import { FakeBoard, type Writing } from './fake-board.ts';
import { openMirror } from './mirrors.ts';

const FIRST = 1_740_816_000;
const EDITOR = 'ed@rgtp.test';

const asItIs = (text: ItemText | undefined): ItemText | undefined => text;

export class LiveBoard {
  readonly board: FakeBoard;
  readonly mirror: Mirror;
  /** how often a text was asked for */
  reads = 0;
  /** replace to make texts late or unavailable */
  deliver: (text: ItemText | undefined, item: ItemRecord) => Soon<ItemText | undefined> = asItIs;
  readonly #removed = new Map<number, { readonly row: IndexEntry; readonly before: number }>();
  #count = 0;

  static async open(options: Partial<MirrorOptions> = {}): Promise<LiveBoard> {
    const board = new FakeBoard();
    const live = new LiveBoard(board, await openMirror(board, options));
    await live.sync();
    return live;
  }

  private constructor(board: FakeBoard, mirror: Mirror) {
    this.board = board;
    this.mirror = mirror;
    const text = mirror.text.bind(mirror);
    const summary = mirror.summary.bind(mirror);
    // What is known without texts would make up for those that are late.
    mirror.summary = (row) => (this.deliver === asItIs ? summary(row) : undefined);
    mirror.text = (item) => {
      this.reads++;
      const found = text(item);
      return found instanceof Promise
        ? found.then((fetched) => this.deliver(fetched, item))
        : this.deliver(found, item);
    };
  }

  /** Waits until everything that happened is known, and every text held. */
  async sync(): Promise<void> {
    await this.mirror.refresh(this.board.sequence);
    await this.mirror.complete();
  }

  /** Uses up sequence numbers for nothing. */
  leaveGaps(count = 1): void {
    for (let n = 0; n < count; n++) this.board.gap();
  }

  /** Returns the row, like everything that makes one. */
  async newItem(id: string, subject: string, writing: Writing = {}): Promise<number> {
    this.board.newItem(subject, this.#usual({ ...writing, id }));
    return this.#done();
  }

  async reply(id: string, writing: Writing = {}): Promise<number> {
    this.board.reply(id, this.#usual(writing));
    return this.#done();
  }

  async continue(oldId: string, id: string, subject: string, writing: Writing = {}): Promise<number> {
    this.board.continue(oldId, subject, this.#usual({ ...writing, id }));
    return this.#done();
  }

  /** An editor replaces the text of a post (by row), or the subject. */
  async edit(
    id: string,
    changes: ReadonlyMap<number, readonly string[]>,
    how: Writing & { readonly subject?: string } = {},
  ): Promise<number> {
    const [[row, lines] = [-1, []]] = changes;
    const sequence = this.mirror.posts.sequences[row];
    const post = this.board.items.get(id)?.contributions.findIndex((each) => each.sequence === sequence) ?? -1;
    this.board.edit(id, post, lines, how.subject, this.#usual({ userid: EDITOR, reason: [], ...how }));
    return this.#done();
  }

  async withdraw(id: string, how: Writing = {}): Promise<number> {
    this.board.withdraw(id, this.#usual({ userid: EDITOR, reason: [], ...how }));
    return this.#done();
  }

  async setMotd(lines: readonly string[], how: Writing = {}): Promise<number> {
    this.board.setMotd(lines, this.#usual({ userid: EDITOR, ...how }));
    return this.#done();
  }

  /** An editor touches the index: takes rows out, or puts them back. */
  async indexEdit(how: Writing & { readonly remove?: readonly number[]; readonly restore?: readonly number[] } = {}) {
    const { posts } = this.mirror;
    const sequenceOf = (row: number) => posts.sequences[row] ?? -1;
    const gone = new Set((how.remove ?? []).map(sequenceOf));
    this.board.editIndex(
      (rows) => {
        for (const [before, row] of rows.entries()) {
          if (gone.has(row.sequence)) this.#removed.set(row.sequence, { row, before });
        }
        const kept = rows.filter(({ sequence }) => !gone.has(sequence));
        for (const row of how.restore ?? []) {
          const back = this.#removed.get(sequenceOf(row));
          if (back !== undefined && !kept.includes(back.row)) kept.push(back.row);
        }
        return kept.sort((a, b) => a.sequence - b.sequence);
      },
      this.#usual({ userid: EDITOR, reason: [], ...how }),
    );
    return this.#done();
  }

  /** Whether a row is a post that replies can follow. */
  isPost(row: number): boolean {
    const kind = this.mirror.posts.kinds[row] ?? PostKind.Gone;
    return kind === PostKind.Item || kind === PostKind.Reply || kind === PostKind.Continuation;
  }

  #usual(writing: Writing): Writing {
    return { userid: 'x9', grogname: 'A writer', time: FIRST + 60 * this.#count++, ...writing };
  }

  async #done(): Promise<number> {
    await this.sync();
    return this.mirror.posts.length - 1;
  }
}
