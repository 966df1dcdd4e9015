import { type Body, bodyOf } from '../../news/body.ts';
import { type Octets, octets } from '../../wire/octets.ts';
import type { ItemText } from '../item-text.ts';
import { type BoardModel, type ItemRecord, PostKind } from '../model.ts';
import { isInItem } from '../row-kinds.ts';
import { bodyOfPost, linesOf } from '../text.ts';
import { kindAt } from './kinds.ts';
import {
  type Deed,
  editNotice,
  indexEditNotice,
  lostMotd,
  lostPost,
  type NoticeStyle,
  withdrawalNotice,
} from './notices.ts';

/** The part of an article that is not in the index. */
export interface Content {
  /** the author's grogname; empty if the author is not a user */
  readonly grogname: Octets;
  readonly body: Body;
}

type Source = (row: number, item: ItemText | undefined) => Content;

/** The bodies of articles: posts from their items, messages of the day, and the bridge's notices of edits. */
export class Contents {
  readonly #model: BoardModel;
  readonly #style: NoticeStyle;
  readonly #sources = {
    [PostKind.Gone]: () => written([]),
    [PostKind.Item]: (row, item) => this.#post(row, item),
    [PostKind.Reply]: (row, item) => this.#post(row, item),
    [PostKind.Continuation]: (row, item) => this.#post(row, item),
    [PostKind.Edit]: (row) => written(editNotice(this.#itemOf(row)?.id ?? '', this.deed(row), this.#style)),
    [PostKind.Motd]: (row) => this.#motd(row),
    [PostKind.Withdrawal]: (row) => this.#withdrawal(row),
    [PostKind.IndexEdit]: (row) => written(indexEditNotice(this.deed(row), this.#style)),
  } as const satisfies Record<PostKind, Source>;

  constructor(model: BoardModel, style: NoticeStyle) {
    this.#model = model;
    this.#style = style;
  }

  /** The item whose text the article needs; `undefined` if it needs none. */
  itemFor(row: number): ItemRecord | undefined {
    return isInItem(kindAt(this.#model, row)) ? this.#itemOf(row) : undefined;
  }

  /** Whether it is the newest message of the day, for which the board has not been asked yet. */
  isAwaited(row: number): boolean {
    const { isMotdDue, posts } = this.#model;
    if (isMotdDue !== true || kindAt(this.#model, row) !== PostKind.Motd) return false;
    return this.#model.motd()?.row !== row && !posts.kinds.subarray(row + 1, posts.length).includes(PostKind.Motd);
  }

  /** @param item the text of `itemFor(row)` */
  of(row: number, item: ItemText | undefined): Content {
    return this.#sources[kindAt(this.#model, row)](row, item);
  }

  /** An editor's action. */
  deed(row: number): Deed {
    const notice = this.#model.notice(row);
    const userid = this.userid(row);
    return {
      notice,
      userid: userid === '' ? (notice?.userid ?? octets``) : userid,
      time: this.#model.posts.times[row] ?? 0,
    };
  }

  /** The author according to the index: the post itself could be forged. */
  userid(row: number): Octets {
    return this.#model.userids[this.#model.posts.users[row] ?? -1] ?? octets``;
  }

  #post(row: number, item: ItemText | undefined): Content {
    const post = item?.post(this.#model.posts.sequences[row] ?? 0);
    if (post === undefined) return written(lostPost());
    return { grogname: post.grogname, body: bodyOfPost(post, this.#style.charset) };
  }

  #motd(row: number): Content {
    const { kinds, length } = this.#model.posts;
    const motd = this.#model.motd();
    const isNewest = !kinds.subarray(row + 1, length).includes(PostKind.Motd);
    return motd !== undefined && isNewest && motd.row === row
      ? written(linesOf(motd.lines, this.#style.charset))
      : written(lostMotd(this.deed(row), this.#style));
  }

  #withdrawal(row: number): Content {
    const deed = this.deed(row);
    return written(withdrawalNotice(deed.notice?.itemId ?? this.#itemOf(row)?.id, deed, this.#style));
  }

  #itemOf(row: number): ItemRecord | undefined {
    return this.#model.items[this.#model.posts.items[row] ?? -1];
  }
}

function written(lines: readonly string[]): Content {
  return { grogname: octets``, body: bodyOf(lines) };
}
