import type { Change, ItemRecord } from './model.ts';

/** Collects what changes while something is being committed, in the order in which listeners must hear of it. */
export class Changes {
  readonly #posts: { readonly length: number };
  #appended: number;
  #removed: number[] = [];
  #restored: number[] = [];
  /** whether the text is revoked */
  readonly #texts = new Map<ItemRecord, boolean>();
  readonly #links = new Set<ItemRecord>();
  /** rows before the appended ones whose notice is new */
  #noted: number[] = [];

  constructor(posts: { readonly length: number }) {
    this.#posts = posts;
    this.#appended = posts.length;
  }

  removed(row: number): void {
    this.#removed.push(row);
  }

  restored(row: number): void {
    this.#restored.push(row);
  }

  text(item: ItemRecord, revoked: boolean): void {
    this.#texts.set(item, revoked || this.#texts.get(item) === true);
  }

  links(item: ItemRecord): void {
    this.#links.add(item);
  }

  noted(row: number): void {
    if (row < this.#appended) this.#noted.push(row);
  }

  /** The changes since the last call. */
  take(): readonly Change[] {
    const posts = this.#posts;
    const changes: Change[] = [];
    if (this.#removed.length > 0) changes.push({ kind: 'removed', rows: this.#removed });
    if (this.#restored.length > 0) changes.push({ kind: 'restored', rows: this.#restored });
    if (this.#noted.length > 0) changes.push({ kind: 'noted', rows: this.#noted });
    for (const [item, revoked] of this.#texts) changes.push({ kind: 'text', item, revoked });
    for (const item of this.#links) changes.push({ kind: 'links', item });
    if (this.#appended < posts.length) changes.push({ kind: 'appended', first: this.#appended });
    this.#appended = posts.length;
    this.#removed = [];
    this.#restored = [];
    this.#noted = [];
    this.#texts.clear();
    this.#links.clear();
    return changes;
  }
}
