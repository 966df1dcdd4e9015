import { isMessageIdDomain } from '../../news/message-id.ts';
import type { Account, Located } from '../../nntp/backend.ts';
import { type Log, silent } from '../../wire/log.ts';
import { type BoardModel, type ItemRecord, PostKind } from '../model.ts';
import { type Logins, noOwnPosts, type OwnPosts, type PostIndex, type PostKey, type PostReference } from '../ports.ts';
import { Articles } from './articles.ts';
import { ViewCaches } from './caches.ts';
import { Contents } from './contents.ts';
import { GroupView } from './group-view.ts';
import { Headers } from './headers.ts';
import { Links } from './links.ts';
import type { NoticeStyle } from './notices.ts';
import type { BoardOptions } from './options.ts';
import { newsgroupName, type Place, places, placesOf } from './places.ts';
import { kindAt, PostIds } from './post-ids.ts';
import { linesOf } from './text.ts';
import { Threads } from './threads.ts';

export interface BoardParts {
  readonly model: BoardModel;
  readonly options: BoardOptions;
  readonly logins: Pick<Logins, 'access' | 'level'>;
  /** posts made through this bridge; none by default */
  readonly own?: OwnPosts;
  /** shared by the boards of a bridge */
  readonly caches?: ViewCaches;
  readonly log?: Log;
}

const DEFAULT_CACHES = { articles: 64 << 20, overviews: 64 << 20 };
const DESCRIPTIONS = {
  main: '',
  motd: ': messages of the day',
  edits: ': what its editors did',
} as const satisfies Record<Place, string>;

/** A board as newsgroups: the main one, its messages of the day, its edits. What changes on the board shows at once. */
export class BoardView implements PostIndex {
  readonly newsgroup: string;
  readonly domain: string;
  readonly model: BoardModel;
  /** main, `.motd`, `.edits` */
  readonly groups: readonly GroupView[];
  readonly #byPlace: Readonly<Record<Place, GroupView>>;
  readonly #options: BoardOptions;
  readonly #ids: PostIds;
  readonly #threads: Threads;
  readonly #articles: Articles;
  readonly #links = new Links();
  readonly #unsubscribe: readonly (() => void)[];

  /** Throws `Error` where the domain can't end a Message-ID. */
  constructor(parts: BoardParts) {
    const { model, options, logins, own = noOwnPosts, caches = new ViewCaches(DEFAULT_CACHES), log = silent } = parts;
    const { newsgroup, charset, domain } = options;
    if (!isMessageIdDomain(domain)) throw new Error(`${newsgroup}: no Message-ID can end in this domain: ${domain}`);
    this.model = model;
    this.newsgroup = newsgroup;
    this.domain = domain;
    this.#options = options;
    const style: NoticeStyle = { charset, domain, mask: options.addresses === 'mask' };
    const contents = new Contents(model, style);
    this.#ids = new PostIds(model, own, options);
    this.#threads = new Threads(model, this.#ids, options.threading);
    const headers = new Headers(model, { ids: this.#ids, threads: this.#threads, contents }, options, style);
    this.#articles = new Articles(model, { headers, contents, caches, charset, log });

    const mayPost = {
      main: (account) => logins.access(account, newsgroup).post,
      // Setting the message of the day takes an editor; what editors did nobody can post.
      motd: (account) => logins.level(account, newsgroup) === 3,
      edits: () => false,
    } as const satisfies Record<Place, (account: Account | undefined) => boolean>;
    const group = (place: Place) =>
      new GroupView(
        model,
        {
          name: newsgroupName(newsgroup, place),
          description: options.description + DESCRIPTIONS[place],
          created: options.created,
          creator: options.creator,
          place,
          mayPost: mayPost[place],
        },
        { ids: this.#ids, headers, articles: this.#articles, caches },
      );
    this.#byPlace = { main: group('main'), motd: group('motd'), edits: group('edits') };
    this.groups = places.map((place) => this.#byPlace[place]);

    for (const item of model.items) this.#links.changed(item);
    this.#unsubscribe = [
      model.subscribe({
        appended: (first) => this.#appended(first),
        itemChanged: (item) => this.#itemChanged(item),
        removed: (rows) => this.#removed(rows),
        restored: (rows) => this.#restored(rows),
        motdChanged: () => this.#forgetMotds(),
      }),
      own.subscribe((post) => this.#named(post)),
    ];
  }

  /** Stops following the board. */
  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  /** `undefined`: no such article, or none any more. */
  find(messageId: string): Located | undefined {
    const row = this.#ids.rowOf(messageId);
    const [place] = row < 0 ? [] : placesOf[kindAt(this.model, row)];
    return place === undefined
      ? undefined
      : { group: this.#byPlace[place], number: this.model.posts.numbers[row] ?? 0 };
  }

  locate(messageId: string): PostReference | undefined {
    const row = this.#ids.rowOf(messageId);
    if (row < 0) return undefined;
    const { epochs, sequences } = this.model.posts;
    return {
      newsgroup: this.newsgroup,
      epoch: epochs[row] ?? 0,
      sequence: sequences[row] ?? 0,
      row,
      kind: kindAt(this.model, row),
      item: this.#threads.itemOf(row),
    };
  }

  /** The message of the day as lines of text; empty if there is none. */
  motd(): readonly string[] {
    return linesOf(this.model.motd()?.lines ?? [], this.#options.charset);
  }

  #appended(first: number): void {
    for (const group of this.groups) group.appended(first);
    const { items, kinds, length } = this.model.posts;
    if (kinds.subarray(first, length).includes(PostKind.Motd)) this.#forgetMotds();
    for (let row = first; row < length; row++) {
      const item = this.model.items[items[row] ?? -1];
      if (item === undefined) continue;
      this.#articles.forgetItem(item);
      if (this.#links.changed(item)) this.#forgetThread([item]);
    }
  }

  #itemChanged(item: ItemRecord): void {
    this.#forgetItem(item);
    if (this.#links.changed(item)) this.#forgetThread([item]);
  }

  #removed(rows: readonly number[]): void {
    for (const row of rows) this.#articles.forgetRow(row);
    for (const group of this.groups) group.removed(rows);
    this.#forgetThreadsOf(rows);
  }

  #restored(rows: readonly number[]): void {
    for (const group of this.groups) group.restored(rows);
    this.#forgetMotds();
    this.#forgetThreadsOf(rows);
  }

  /** Only the newest has its text. */
  #forgetMotds(): void {
    this.#forgetRows(this.#byPlace.motd.rows);
  }

  /** A post has another Message-ID from now on. */
  #named(post: PostKey): void {
    const row = post.newsgroup === this.newsgroup ? this.#ids.rowAt(post.epoch, post.sequence) : -1;
    if (row < 0) return;
    this.#forgetRows([row]);
    const item = this.#threads.itemOf(row);
    const referredTo = this.#options.threading === 'chain' || this.#threads.isFirst(row);
    if (item !== undefined && referredTo) this.#forgetThread([item]);
  }

  #forgetThreadsOf(rows: readonly number[]): void {
    const items = new Set<ItemRecord>();
    for (const row of rows) {
      const item = this.#threads.itemOf(row);
      if (item !== undefined) items.add(item);
    }
    this.#forgetThread([...items]);
  }

  /** References from these items on are stale. */
  #forgetThread(items: readonly ItemRecord[]): void {
    if (items.length === 0) return;
    for (const item of this.#threads.downFrom(items)) this.#forgetItem(item);
  }

  #forgetItem(item: ItemRecord): void {
    this.#articles.forgetItem(item);
    this.#forgetRows(item.rows);
  }

  #forgetRows(rows: Iterable<number>): void {
    for (const row of rows) {
      this.#articles.forgetRow(row);
      for (const place of placesOf[kindAt(this.model, row)]) this.#byPlace[place].forgetRow(row);
    }
  }
}
