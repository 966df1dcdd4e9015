import { isMessageIdDomain } from '../../news/message-id.ts';
import { type Located, Refusal } from '../../nntp/backend.ts';
import { type Log, silent } from '../../wire/log.ts';
import type { BoardNewsgroups } from '../board.ts';
import { SharedMemory } from '../memory.ts';
import { type BoardModel, PostKind } from '../model.ts';
import { newsgroupName, type Place, places, placesOf } from '../places.ts';
import { noOwnPosts, type OwnPosts, type PostIndex, type PostReference } from '../ports.ts';
import { Articles } from './articles.ts';
import { Contents } from './contents.ts';
import { Freshness } from './freshness.ts';
import { GroupView } from './group-view.ts';
import { Headers } from './headers.ts';
import { kindAt } from './kinds.ts';
import type { NoticeStyle } from './notices.ts';
import type { BoardOptions } from './options.ts';
import { PostIds } from './post-ids.ts';
import { linesOf } from './text.ts';
import { Threads } from './threads.ts';

export interface BoardParts {
  readonly model: BoardModel;
  readonly options: BoardOptions;
  /** posts made through this bridge; none by default */
  readonly own?: OwnPosts;
  /** shared by the boards of a bridge */
  readonly memory?: SharedMemory;
  readonly log?: Log;
}

const MEMORY = 64 << 20;
const DESCRIPTIONS = {
  main: '',
  motd: ': messages of the day',
  edits: ': what its editors did',
} as const satisfies Record<Place, string>;

/** The answer while a board's index has never been read. */
export const NOT_READ = "the board's index has not been read yet; try again shortly";

/** A board as three newsgroups: posts, messages of the day, and edits. Changes on the board show at once. */
export class BoardView implements BoardNewsgroups, PostIndex {
  readonly newsgroup: string;
  readonly domain: string;
  readonly model: BoardModel;
  /** main, `.motd`, `.edits` */
  readonly groups: readonly GroupView[];
  readonly #byPlace: Readonly<Record<Place, GroupView>>;
  readonly #options: BoardOptions;
  readonly #ids: PostIds;
  readonly #stop: () => void;

  /** Throws `Error` if the domain can't be part of a Message-ID. */
  constructor(parts: BoardParts) {
    const { model, options, own = noOwnPosts, memory = new SharedMemory(MEMORY), log = silent } = parts;
    const { newsgroup, charset, domain, threading } = options;
    if (!isMessageIdDomain(domain)) throw new Error(`${newsgroup}: no Message-ID can end in this domain: ${domain}`);
    this.model = model;
    this.newsgroup = newsgroup;
    this.domain = domain;
    this.#options = options;
    const style: NoticeStyle = { charset, domain, mask: options.addresses === 'mask' };
    const contents = new Contents(model, style);
    const ids = new PostIds(model, own, options);
    const threads = new Threads(model, ids, threading);
    const headers = new Headers(model, { ids, threads, contents }, options, style);
    const articles = new Articles(model, { headers, contents, memory, charset, log });

    const group = (place: Place) => {
      const name = newsgroupName(newsgroup, place);
      const description = options.description + DESCRIPTIONS[place];
      const { created, creator, overlap } = options;
      const identity = { name, description, created, creator, place, overlap };
      return new GroupView(model, identity, { ids, headers, articles, memory });
    };
    const groups = { main: group('main'), motd: group('motd'), edits: group('edits') };

    this.#ids = ids;
    this.#byPlace = groups;
    this.groups = places.map((place) => groups[place]);
    const freshness = new Freshness(model, { threads, articles, groups, chained: threading === 'chain' });
    this.#stop = freshness.follow(own, newsgroup);
  }

  /** @param created when it was first offered, unix seconds */
  offer(created: number): void {
    for (const group of this.groups) group.created = created;
  }

  /** Stops following the board. */
  close(): void {
    this.#stop();
  }

  get notYet(): string | undefined {
    return this.model.isRead ? undefined : NOT_READ;
  }

  find(messageId: string): Located | undefined {
    if (!this.model.isRead) {
      if (this.#ids.mayBeHere(messageId)) throw new Refusal('unavailable', NOT_READ);
      return undefined;
    }
    const row = this.#ids.rowOf(messageId);
    const [place] = row < 0 ? [] : placesOf[kindAt(this.model, row)];
    return place === undefined
      ? undefined
      : { group: this.#byPlace[place], number: this.model.posts.numbers[row] ?? 0 };
  }

  locate(messageId: string): PostReference | undefined {
    const row = this.#ids.rowOf(messageId);
    if (row < 0) return undefined;
    const { epochs, sequences, items } = this.model.posts;
    return {
      newsgroup: this.newsgroup,
      epoch: epochs[row] ?? 0,
      sequence: sequences[row] ?? 0,
      row,
      kind: kindAt(this.model, row),
      item: this.model.items[items[row] ?? -1],
    };
  }

  withdrawnBy(number: number): readonly string[] {
    const row = this.model.rowOf(number);
    if (row < 0 || kindAt(this.model, row) !== PostKind.Withdrawal) return [];
    const item = this.model.itemById(this.model.notice(row)?.itemId ?? '');
    const gone = item?.rows.filter((each) => each < row && kindAt(this.model, each) === PostKind.Gone) ?? [];
    return gone.flatMap((each) => this.#ids.former(each) ?? []);
  }

  readerArrived(): () => void {
    return this.model.readerArrived();
  }

  /** The message of the day as lines of text; empty if there is none. */
  motd(): readonly string[] {
    return linesOf(this.model.motd()?.lines ?? [], this.#options.charset);
  }
}
