import { formatHex32 } from '../rgtp/hex.ts';
import { formatIndexEntry } from '../rgtp/index-entry.ts';
import { formatCookie, formatHeader, formatMark } from '../rgtp/item-format.ts';
import { formatItemStatus, type ItemStatus } from '../rgtp/item-status.ts';
import { type Ascii, join, type Octets, octets } from '../wire/octets.ts';
import { STATUS_OCTETS, type StoredItem } from './items.ts';
import { limits } from './limits.ts';
import type { Records } from './records.ts';

/** A text from DATA, ready to be stored. */
export interface Submission {
  readonly userid: Octets;
  readonly grogname: Octets;
  /** lines ended by LF, carets doubled */
  readonly text: Octets;
}

export interface Posted {
  readonly sequence: number;
  readonly itemId: Ascii;
}

export type Outcome =
  | ({ readonly kind: 'posted' } & Posted)
  | { readonly kind: 'no-item' }
  | { readonly kind: 'full' }
  | { readonly kind: 'continued'; readonly status: ItemStatus };

/** The three ways to post. Each is one transaction, on disk once the promise resolves. */
export class Posting {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
  }

  newItem(post: Submission, subject: Octets): Promise<Posted> {
    return this.#records.commit(() => this.addItem(post, subject));
  }

  /** Within a commit. */
  addItem(post: Submission, subject: Octets): Posted {
    const { sequence, time } = this.#records.stamp();
    const itemId = this.#createItem(post, subject, sequence, time, undefined);
    this.#index('I', itemId, subject, post.userid, sequence, time);
    return { sequence, itemId };
  }

  reply(itemId: Ascii, post: Submission): Promise<Outcome> {
    return this.#records.commit((): Outcome => {
      const item = this.#records.items.read(itemId);
      if (item === undefined) return { kind: 'no-item' };
      if (item.continuedIn !== undefined) return { kind: 'continued', status: item };
      if (STATUS_OCTETS + item.text.length + post.text.length > limits.item) return { kind: 'full' };
      const { sequence, time } = this.#records.stamp();
      const header = formatHeader({ kind: 'reply', itemId, grogname: post.grogname, userid: post.userid, time });
      const contribution = octets`\n${contributionOf(sequence, time, header, post.text)}`;
      this.#records.items.write({ ...item, lastReply: sequence, text: item.text.concat(contribution) });
      this.#index('R', itemId, item.subject ?? octets``, post.userid, sequence, time);
      return { kind: 'posted', sequence, itemId };
    });
  }

  /** A new item that continues a full one. */
  continue(oldId: string, post: Submission, subject: Octets): Promise<Outcome> {
    return this.#records.commit(() => {
      const old = this.#records.items.read(oldId);
      if (old === undefined) return { kind: 'no-item' };
      if (old.continuedIn !== undefined) return { kind: 'continued', status: old };
      const { sequence, time } = this.#records.stamp();
      const itemId = this.#createItem(post, subject, sequence, time, oldId);
      this.#index('C', itemId, subject, post.userid, sequence, time);
      this.#index('F', oldId, old.subject ?? octets``, post.userid, sequence, time);
      const mark = formatMark({ sequence, time, itemId, userid: post.userid });
      this.#records.items.write({ ...old, continuedIn: itemId, text: octets`${old.text}${join(mark, octets`\n`)}\n` });
      return { kind: 'posted', sequence, itemId };
    });
  }

  #createItem(
    post: Submission,
    subject: Octets,
    sequence: number,
    time: number,
    continuedFrom: string | undefined,
  ): Ascii {
    const itemId = this.#records.state.takeItemId(time, (id) => this.#records.items.everUsed(id));
    const { grogname, userid } = post;
    const header = formatHeader({ kind: 'item', itemId, grogname, userid, time, subject });
    const item: StoredItem = {
      id: itemId,
      continuedFrom,
      continuedIn: undefined,
      lastEdit: undefined,
      lastReply: sequence,
      subject,
      text: contributionOf(sequence, time, header, post.text),
    };
    this.#records.items.write(item);
    return itemId;
  }

  #index(type: 'I' | 'R' | 'C' | 'F', itemId: string, subject: Octets, userid: Octets, sequence: number, time: number) {
    this.#records.index.append(formatIndexEntry({ sequence, time, itemId, userid, type, subject }));
  }
}

/** What 122 says of a continued item (RGTP 2.2.12). */
export function continuedStatus(status: ItemStatus): Octets {
  return octets`122 ${formatItemStatus(status).slice(9)}`;
}

/** 220 in groggsd's form: a client relies on the two blanks after the number. */
export function posted(sequence: number, text: Octets): Octets {
  return octets`220 ${formatHex32(sequence)}  ${text}`;
}

/** Cookie, header and text, as in an item's file. */
function contributionOf(sequence: number, time: number, header: readonly Octets[], text: Octets): Octets {
  return octets`${join([formatCookie(sequence, time), ...header], octets`\n`)}\n\n${text}`;
}
