import { type GroupKind, groupKinds, groupKindsOf } from '../group-kinds.ts';
import { type BoardModel, type Change, type ItemRecord, PostKind } from '../model.ts';
import type { OwnPosts, PostKey } from '../ports.ts';
import type { Articles } from './articles.ts';
import type { GroupView } from './group-view.ts';
import { kindAt } from './kinds.ts';
import { Links } from './links.ts';
import type { Threads } from './threads.ts';

export interface FreshnessParts {
  readonly threads: Threads;
  readonly articles: Articles;
  readonly groups: Readonly<Record<GroupKind, GroupView>>;
  /** whether References also name the previous post */
  readonly chained: boolean;
}

/** Follows the changes on a board, passes them to its newsgroups, and drops what has become stale. */
export class Freshness {
  readonly #model: BoardModel;
  readonly #threads: Threads;
  readonly #articles: Articles;
  readonly #groups: Readonly<Record<GroupKind, GroupView>>;
  readonly #chained: boolean;
  readonly #links = new Links();

  constructor(model: BoardModel, { threads, articles, groups, chained }: FreshnessParts) {
    this.#model = model;
    this.#threads = threads;
    this.#articles = articles;
    this.#groups = groups;
    this.#chained = chained;
    for (const item of model.items) this.#links.changed(item);
  }

  /** Starts listening. Call the result to stop. */
  follow(own: OwnPosts, newsgroup: string): () => void {
    const endModel = this.#model.subscribe((changes) => {
      const moved = new Set<ItemRecord>();
      for (const change of changes) this.#take(change, moved);
      this.#forgetThreads(moved);
    });
    const endOwn = own.subscribe((post) => {
      if (post.newsgroup === newsgroup) this.#named(post);
    });
    return () => {
      endModel();
      endOwn();
    };
  }

  /**
   * @param moved collects items whose threads are stale, so that their continuations are looked up once for all of them
   */
  #take(change: Change, moved: Set<ItemRecord>): void {
    if (change.kind === 'removed') this.#removed(change.rows, moved);
    else if (change.kind === 'restored') this.#restored(change.rows, moved);
    else if (change.kind === 'noted') this.#forgetRows(change.rows);
    else if (change.kind === 'appended') this.#appended(change.first, moved);
    else if (change.kind === 'motd') this.#forgetMotds();
    else this.#itemChanged(change.item, moved);
  }

  #appended(first: number, moved: Set<ItemRecord>): void {
    for (const group of groupKinds) this.#groups[group].appended(first);
    const { items, kinds, length } = this.#model.posts;
    if (kinds.subarray(first, length).includes(PostKind.Motd)) this.#forgetMotds();
    for (let row = first; row < length; row++) {
      const item = this.#model.items[items[row] ?? -1];
      if (item === undefined) continue;
      if (this.#links.changed(item)) moved.add(item);
    }
  }

  #itemChanged(item: ItemRecord, moved: Set<ItemRecord>): void {
    this.#forgetRows(item.rows);
    if (this.#links.changed(item)) moved.add(item);
  }

  #removed(rows: readonly number[], moved: Set<ItemRecord>): void {
    for (const row of rows) this.#articles.forgetRow(row);
    for (const group of groupKinds) this.#groups[group].removed(rows);
    this.#forgetMotds();
    for (const item of this.#itemsOf(rows)) moved.add(item);
  }

  #restored(rows: readonly number[], moved: Set<ItemRecord>): void {
    for (const group of groupKinds) this.#groups[group].restored(rows);
    this.#forgetMotds();
    for (const item of this.#itemsOf(rows)) moved.add(item);
  }

  /** The Message-ID of a post has changed. */
  #named(post: PostKey): void {
    const row = this.#model.rowIn(post.epoch, post.sequence);
    if (row < 0) return;
    this.#forgetRows([row]);
    const item = this.#threads.itemOf(row);
    if (item !== undefined && (this.#chained || item.first === row)) this.#forgetThreads(new Set([item]));
  }

  #itemsOf(rows: readonly number[]): ReadonlySet<ItemRecord> {
    const items = new Set<ItemRecord>();
    for (const row of rows) {
      const item = this.#threads.itemOf(row);
      if (item !== undefined) items.add(item);
    }
    return items;
  }

  /** References are stale in these items and their continuations. */
  #forgetThreads(items: ReadonlySet<ItemRecord>): void {
    if (items.size === 0) return;
    for (const item of this.#threads.downFrom(items)) this.#forgetRows(item.rows);
  }

  /** Only the newest message of the day has a text. */
  #forgetMotds(): void {
    this.#forgetRows(this.#groups.motd.rows);
  }

  #forgetRows(rows: Iterable<number>): void {
    for (const row of rows) {
      this.#articles.forgetRow(row);
      for (const group of groupKindsOf[kindAt(this.#model, row)]) this.#groups[group].forgetRow(row);
    }
  }
}
