/** An invented board as RGTP sends it, for benches, with posts of about the sizes that real boards have. */

import { formatIndexEntry } from '../../src/rgtp/index-entry.ts';
import { formatCookie, formatHeader } from '../../src/rgtp/item-format.ts';
import { itemIdAt } from '../../src/rgtp/item-id.ts';
import { formatItemStatus } from '../../src/rgtp/item-status.ts';
import { octets } from '../../src/wire/octets.ts';

export interface SampleBoard {
  readonly rows: readonly string[];
  /** item id → lines of ITEM's data, not stuffed */
  readonly items: ReadonlyMap<string, readonly string[]>;
}

const START = Date.UTC(2020, 0) / 1000;
const MINUTE = 60;
const WORDS = 'the quick brown fox jumps over a lazy dog and says that caf\xe9 is closed'.split(' ');

/**
 * `items` items of `replies` replies each; with 12 replies an item has 5.4 KB, the mean of a real board.
 * @param from the first item, for a board made in pieces
 */
export function sampleBoard(items: number, replies = 12, from = 0): SampleBoard {
  const rows: string[] = [];
  const texts = new Map<string, readonly string[]>();
  let sequence = from * (replies + 1);
  for (let i = from; i < from + items; i++) {
    const id = itemIdAt(START + i * MINUTE);
    const subject = octets`Subject number ${i}`;
    const last = sequence + 1 + replies;
    const lines: string[] = [
      formatItemStatus({ continuedFrom: undefined, continuedIn: undefined, lastEdit: undefined, lastReply: last }),
    ];
    for (let post = 0; post <= replies; post++) {
      const time = START + i * MINUTE + post;
      const userid = octets`user${(i + post) % 50}@rgtp.example`;
      const header = { grogname: octets`Grogname ${post}`, userid, time };
      sequence++;
      rows.push(formatIndexEntry({ sequence, time, itemId: id, userid, type: post === 0 ? 'I' : 'R', subject }));
      if (post > 0) lines.push('');
      lines.push(
        formatCookie(sequence, time),
        ...formatHeader(post === 0 ? { kind: 'item', itemId: id, subject, ...header } : { kind: 'reply', ...header }),
        '',
        ...text(i + post),
      );
    }
    texts.set(id, lines);
  }
  return { rows, items: texts };
}

/** four lines of some seventy octets */
function text(seed: number): string[] {
  return Array.from({ length: 4 }, (_, line) =>
    Array.from({ length: 14 }, (_, word) => WORDS[(seed * 7 + line * 5 + word * 3) % WORDS.length]).join(' '),
  );
}
