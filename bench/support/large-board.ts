/** A board of any size that takes no memory for its texts: they are made when they are asked for. */

import { ItemText } from '../../src/bridge/item-text.ts';
import { type BoardModel, type ItemRecord, PostKind, type Posts } from '../../src/bridge/model.ts';
import { octets } from '../../src/wire/octets.ts';

/** Items that are written to at the same time. */
const ACTIVE = 100;
const SENTENCE = octets`The kettle is not to be descaled before Michaelmas, says the label.`;
const LINES = Array.from({ length: 9 }, (_, n) => (n % 4 === 3 ? octets`` : SENTENCE.slice(n)));

const OCTETS = LINES.reduce((sum, line) => sum + line.length + 2, 0);
const NAMES = Array.from({ length: 5000 }, (_, n) => octets`Writer of ${n}`);

export interface LargeBoard extends BoardModel {
  /** how often a text was asked for */
  readonly reads: number;
}

/** @param postsPerItem posts of each item, spread over as many turns of all active items */
export function largeBoard(count: number, postsPerItem: number): LargeBoard {
  const numbers = Uint32Array.from({ length: count }, (_, row) => row + 1);
  const kinds = new Uint8Array(count).fill(PostKind.Reply);
  const itemOf = new Int32Array(count);
  const items: ItemRecord[] = [];
  const rowsOf: number[][] = [];
  const slots: { item: number; left: number }[] = [];
  for (let row = 0; row < count; row++) {
    const at = row % ACTIVE;
    let slot = slots[at];
    if (slot === undefined || slot.left === 0) {
      const index = items.length;
      const rows: number[] = [];
      const id = `A${String(index).padStart(7, '0')}`;
      items.push({
        index,
        id,
        subject: octets`Matter number ${index}`,
        continues: -1,
        continuedIn: -1,
        first: row,
        rows,
      });
      rowsOf.push(rows);
      slot = { item: index, left: postsPerItem };
      slots[at] = slot;
      kinds[row] = PostKind.Item;
    }
    slot.left--;
    itemOf[row] = slot.item;
    rowsOf[slot.item]?.push(row);
  }
  const posts: Posts = {
    length: count,
    numbers,
    sequences: numbers,
    epochs: new Uint16Array(count).fill(1),
    times: Uint32Array.from(numbers, (number) => 700_000_000 + number * 300),
    kinds,
    was: kinds,
    items: itemOf,
    users: Uint32Array.from(numbers, (number) => number % 300),
    arrivals: Uint32Array.from(numbers, (number) => 700_000_000 + number * 300),
  };
  let reads = 0;
  return {
    posts,
    items,
    isRead: true,
    isFull: false,
    dated: () => 0,
    isUpToDate: () => true,
    mark: () => ({ low: 1, high: count }),
    userids: Array.from({ length: 300 }, (_, n) => octets`user${n}@cam`),
    get reads() {
      return reads;
    },
    itemById: (id) => items.find((item) => item.id === id),
    rowOf: (number) => (number >= 1 && number <= count ? number - 1 : -1),
    rowOfSequence: (sequence) => (sequence >= 1 && sequence <= count ? sequence - 1 : -1),
    rowIn: (epoch, sequence) => (epoch === 1 && sequence >= 1 && sequence <= count ? sequence - 1 : -1),
    lastShown: () => undefined,
    charset: 'auto',
    summary: (row) => ({ grogname: NAMES[row % NAMES.length] ?? octets``, octets: OCTETS, lines: LINES.length }),
    text({ rows }, post) {
      reads++;
      // Like the mirror: one post costs no more because its item has others.
      const asked = post === undefined ? rows : rows.filter((row) => posts.sequences[row] === post);
      return textOf(asked, posts);
    },
    notice: () => undefined,
    motd: () => undefined,
    subscribe: () => () => {},
    readerArrived: () => () => {},
    refresh: async () => {},
  };
}

function textOf(rows: readonly number[], posts: Posts): ItemText {
  const contributions = rows.map((row) => ({
    sequence: posts.sequences[row] ?? 0,
    grogname: NAMES[row % NAMES.length] ?? octets``,
    lines: LINES,
  }));
  return ItemText.of({ lastEdit: undefined, lastReply: undefined, mark: undefined, contributions });
}
