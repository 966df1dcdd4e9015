import { type GroupKind, groupKindsOf, isIn } from '../group-kinds.ts';
import { withRoom } from '../growable.ts';
import { PostKind } from '../model.ts';

/** Rows that are counted together, so that the first one is found in two steps of about a thousand. */
const COUNTED = 1024;

/**
 * Counts of what is there, kept up to date as posts come and go: asking costs the same for a million posts as for ten.
 */
export class Presence {
  /** rows that are not gone */
  posts = 0;
  /** items that have such rows */
  items = 0;
  /** called when an item gets its first row that is not gone, or loses its last */
  onItem: ((item: number, isThere: boolean) => void) | undefined;
  #ofItems = new Uint32Array(COUNTED);
  /** for each stretch, the number of rows in the newsgroup */
  readonly #stretches: Record<GroupKind, Uint16Array> = {
    main: new Uint16Array(COUNTED),
    motd: new Uint16Array(COUNTED),
    edits: new Uint16Array(COUNTED),
  };

  /** by newsgroup: what `first` found last, until something changes there; −1: unknown */
  readonly #first: Record<GroupKind, number> = { main: -1, motd: -1, edits: -1 };

  /** A row's kind has changed. `Gone`: it was not there before, or is no longer there. @param item −1: none */
  changed(row: number, item: number, from: PostKind, to: PostKind): void {
    if (from === to) return;
    this.#count(row, item, from, -1);
    this.#count(row, item, to, 1);
  }

  has(item: number): boolean {
    return (this.#ofItems[item] ?? 0) > 0;
  }

  /** The first row in a newsgroup; `length` if there is none. */
  first(group: GroupKind, kinds: Uint8Array, length: number): number {
    const known = this.#first[group];
    if (known >= 0) return known;
    const stretch = this.#stretches[group].findIndex((count) => count > 0);
    let row = stretch < 0 ? length : stretch * COUNTED;
    // The column holds only kinds.
    while (row < length && !isIn(group, (kinds[row] ?? 0) as PostKind)) row++;
    if (row < length) this.#first[group] = row;
    return row;
  }

  #count(row: number, item: number, kind: PostKind, by: 1 | -1): void {
    if (kind === PostKind.Gone) return;
    this.posts += by;
    const stretch = Math.floor(row / COUNTED);
    for (const group of groupKindsOf[kind]) {
      const counts = withRoom(this.#stretches[group], stretch + 1, Uint16Array);
      counts[stretch] = (counts[stretch] ?? 0) + by;
      this.#stretches[group] = counts;
      if (row <= this.#first[group]) this.#first[group] = -1;
    }
    if (item < 0) return;
    this.#ofItems = withRoom(this.#ofItems, item + 1, Uint32Array);
    const now = (this.#ofItems[item] ?? 0) + by;
    this.#ofItems[item] = now;
    if (now !== (by === 1 ? 1 : 0)) return;
    this.items += by;
    this.onItem?.(item, by === 1);
  }
}
