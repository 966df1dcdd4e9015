import { withRoom } from '../growable.ts';
import { PostKind } from '../model.ts';
import { isIn, type Place, placesOf } from '../places.ts';

/** Rows that are counted together: where the first one is, is looked for in two steps of about a thousand. */
const COUNTED = 1024;

/** What of a board is there, counted as it comes and goes: asking costs the same for a million posts as for ten. */
export class Presence {
  /** rows that are not gone */
  posts = 0;
  /** items that have any */
  items = 0;
  /** told when an item gets its first row that is not gone, or loses its last */
  onItem: ((item: number, isThere: boolean) => void) | undefined;
  #ofItems = new Uint32Array(COUNTED);
  /** rows of each stretch that are in the newsgroup */
  readonly #stretches: Record<Place, Uint16Array> = {
    main: new Uint16Array(COUNTED),
    motd: new Uint16Array(COUNTED),
    edits: new Uint16Array(COUNTED),
  };

  /** A row has another kind now. `Gone`: it was not there, or is not there any more. @param item −1: none */
  changed(row: number, item: number, from: PostKind, to: PostKind): void {
    if (from === to) return;
    this.#count(row, item, from, -1);
    this.#count(row, item, to, 1);
  }

  has(item: number): boolean {
    return (this.#ofItems[item] ?? 0) > 0;
  }

  /** The first row in a newsgroup; `length` if there is none. */
  first(place: Place, kinds: Uint8Array, length: number): number {
    const stretch = this.#stretches[place].findIndex((count) => count > 0);
    let row = stretch < 0 ? length : stretch * COUNTED;
    // Kinds are all that the column holds.
    while (row < length && !isIn(place, (kinds[row] ?? 0) as PostKind)) row++;
    return row;
  }

  #count(row: number, item: number, kind: PostKind, by: 1 | -1): void {
    if (kind === PostKind.Gone) return;
    this.posts += by;
    const stretch = Math.floor(row / COUNTED);
    for (const place of placesOf[kind]) {
      const counts = withRoom(this.#stretches[place], stretch + 1, Uint16Array);
      counts[stretch] = (counts[stretch] ?? 0) + by;
      this.#stretches[place] = counts;
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
