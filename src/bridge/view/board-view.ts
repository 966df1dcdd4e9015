import { isMessageIdDomain } from '../../news/message-id.ts';
import { type Located, Refusal } from '../../nntp/backend.ts';
import { type Log, silent } from '../../wire/log.ts';
import type { Soon } from '../../wire/soon.ts';
import type { BoardNewsgroups, Gone, Revision } from '../board.ts';
import { type GroupKind, groupKinds, groupKindsOf, newsgroupName } from '../group-kinds.ts';
import { SharedMemory } from '../memory.ts';
import { type BoardModel, type ItemRecord, PostKind } from '../model.ts';
import { noOwnPosts, type OwnPosts, type PostIndex, type PostReference } from '../ports.ts';
import { isInItem } from '../row-kinds.ts';
import { linesOf } from '../text.ts';
import { Articles } from './articles.ts';
import { Contents } from './contents.ts';
import { Freshness } from './freshness.ts';
import { GroupView, NOT_READ, UNREAD } from './group-view.ts';
import { Headers } from './headers.ts';
import { kindAt } from './kinds.ts';
import type { NoticeStyle } from './notices.ts';
import type { BoardOptions } from './options.ts';
import { PostIds } from './post-ids.ts';
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

/** The answer while other bridges may have shown more. */
const BEHIND = 'this server cannot tell at present whether there is more; try again shortly';

function behind(cause: unknown): never {
  throw new Refusal('unavailable', BEHIND, { cause });
}

const MEMORY = 64 << 20;
const DESCRIPTIONS = {
  main: '',
  motd: ': messages of the day',
  edits: ': what its editors did',
} as const satisfies Record<GroupKind, string>;

/** A board as three newsgroups: posts, messages of the day, and edits. Shows changes on the board at once. */
export class BoardView implements BoardNewsgroups, PostIndex {
  readonly newsgroup: string;
  readonly domain: string;
  readonly model: BoardModel;
  /** main, `.motd`, `.edits` */
  readonly groups: readonly GroupView[];
  readonly #byKind: Readonly<Record<GroupKind, GroupView>>;
  readonly #ids: PostIds;
  readonly #stop: () => void;

  /** Throws `Error` if the domain can't be part of a Message-ID. */
  constructor(parts: BoardParts) {
    const { model, options, own = noOwnPosts, memory = new SharedMemory(MEMORY), log = silent } = parts;
    const { newsgroup, domain, threading } = options;
    const { charset } = model;
    if (!isMessageIdDomain(domain)) throw new Error(`${newsgroup}: no Message-ID can end in this domain: ${domain}`);
    this.model = model;
    this.newsgroup = newsgroup;
    this.domain = domain;
    const style: NoticeStyle = { charset, domain, mask: options.addresses === 'mask' };
    const contents = new Contents(model, style);
    const ids = new PostIds(model, own, options);
    const threads = new Threads(model, ids, threading);
    const headers = new Headers(model, { ids, threads, contents }, options, style);
    const articles = new Articles(model, { headers, contents, memory, log });

    const group = (kind: GroupKind) => {
      const name = newsgroupName(newsgroup, kind);
      const description = options.description + DESCRIPTIONS[kind];
      const { created, creator, overlap } = options;
      const identity = { name, description, created, creator, groupKind: kind, overlap };
      return new GroupView(model, identity, { ids, headers, articles, memory });
    };
    const groups = { main: group('main'), motd: group('motd'), edits: group('edits') };

    this.#ids = ids;
    this.#byKind = groups;
    this.groups = groupKinds.map((kind) => groups[kind]);
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

  get catchUp(): (() => Promise<void>) | undefined {
    const { catchUp } = this.model;
    return catchUp && (() => catchUp().catch(behind));
  }

  find(messageId: string): Located | undefined {
    if (!this.model.isRead) return this.#findUnread(messageId);
    const row = this.#ids.rowOf(messageId);
    const [kind] = row < 0 ? [] : groupKindsOf[kindAt(this.model, row)];
    if (kind !== undefined) return { group: this.#byKind[kind], number: this.model.posts.numbers[row] ?? 0 };
    const later = this.later(messageId);
    if (later !== undefined) throw new Refusal('unavailable', later);
    return undefined;
  }

  /** A post made here exists until the index shows otherwise. Its text can be read once the index has been. */
  #findUnread(messageId: string): Located | undefined {
    const shown = this.#ids.ownLastShown(messageId);
    const [kind] = groupKindsOf[shown?.kind ?? PostKind.Gone];
    if (shown !== undefined && kind !== undefined) return { group: this.#byKind[kind], number: shown.number };
    if (this.#ids.mayBeHere(messageId)) throw new Refusal('unavailable', NOT_READ);
    return undefined;
  }

  later(messageId: string): string | undefined {
    return this.#ids.whyNot(messageId) === 'unread' ? UNREAD : undefined;
  }

  locate(messageId: string): PostReference | undefined {
    const row = this.#ids.postOf(messageId);
    if (row < 0) return undefined;
    const { epochs, sequences, items } = this.model.posts;
    return {
      messageId: this.#ids.messageId(row) ?? messageId,
      newsgroup: this.newsgroup,
      epoch: epochs[row] ?? 0,
      sequence: sequences[row] ?? 0,
      row,
      kind: kindAt(this.model, row),
      item: this.model.items[items[row] ?? -1],
    };
  }

  revisedBy(number: number): readonly Revision[] {
    const row = this.model.rowOf(number);
    const { items, numbers } = this.model.posts;
    if (row < 0 || kindAt(this.model, row) !== PostKind.Edit) return [];
    const before = this.model.items[items[row] ?? -1]?.rows.filter((each) => each < row) ?? [];
    const edits = before.filter((each) => kindAt(this.model, each) === PostKind.Edit);
    return before.flatMap((post) => {
      if (!isInItem(kindAt(this.model, post))) return [];
      const last = edits.findLast((edit) => edit > post);
      const messageId = this.#ids.revision(post, row);
      const supersedes = last === undefined ? this.#ids.messageId(post) : this.#ids.revision(post, last);
      return messageId === undefined || supersedes === undefined
        ? []
        : [{ number: numbers[post] ?? 0, messageId, supersedes }];
    });
  }

  *withdrawnBy(number: number): Generator<Gone> {
    const row = this.model.rowOf(number);
    const kind = row < 0 ? PostKind.Gone : kindAt(this.model, row);
    if (kind === PostKind.IndexEdit) yield* this.#goneBefore(row);
    if (kind !== PostKind.Withdrawal) return;
    const itemId = this.model.notice(row)?.itemId;
    if (itemId !== undefined) yield* this.#goneOf(this.model.itemById(itemId), row);
  }

  /** What was withdrawn from an item by a row. */
  *#goneOf(item: ItemRecord | undefined, row: number): Generator<Gone> {
    const { was } = this.model.posts;
    const gone = item?.rows.filter((each) => each < row && kindAt(this.model, each) === PostKind.Gone) ?? [];
    const edits = item?.rows.filter((each) => was[each] === PostKind.Edit) ?? [];
    for (const each of gone) {
      const messageId = this.#ids.former(each);
      if (messageId === undefined) continue;
      if (was[each] === PostKind.Edit) {
        yield { messageId, kind: 'notice' };
        continue;
      }
      yield { messageId, kind: 'post' };
      for (const edit of edits) {
        const revision = edit > each ? this.#ids.revision(each, edit) : undefined;
        if (revision !== undefined) yield { messageId: revision, kind: 'revision' };
      }
    }
  }

  /** What is gone from before an edit of the index, except what withdrawals account for. */
  *#goneBefore(row: number): Generator<Gone> {
    const { kinds, items, length } = this.model.posts;
    const withdrawn = new Set<string | undefined>();
    const touched = new Set<number>();
    for (let each = 0; each < length; each++) {
      if (kinds[each] === PostKind.Withdrawal) withdrawn.add(this.model.notice(each)?.itemId);
      else if (kinds[each] === PostKind.Gone && each < row && (items[each] ?? -1) >= 0) touched.add(items[each] ?? -1);
    }
    for (const number of touched) {
      const item = this.model.items[number];
      if (!withdrawn.has(item?.id)) yield* this.#goneOf(item, row);
    }
  }

  dated(): Soon<number> {
    return this.model.dated();
  }

  readerArrived(): () => void {
    return this.model.readerArrived();
  }

  /** The message of the day as lines of text; empty if there is none. */
  motd(): readonly string[] {
    return linesOf(this.model.motd()?.lines ?? [], this.model.charset);
  }
}
