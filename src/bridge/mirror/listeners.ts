import type { ItemRecord, ModelEvents } from '../model.ts';

/** Tells everybody who listens. */
export class Listeners implements ModelEvents {
  readonly #all = new Set<Partial<ModelEvents>>();

  add(listener: Partial<ModelEvents>): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  appended(first: number): void {
    for (const listener of this.#all) listener.appended?.(first);
  }

  itemChanged(item: ItemRecord): void {
    for (const listener of this.#all) listener.itemChanged?.(item);
  }

  removed(rows: readonly number[]): void {
    for (const listener of this.#all) listener.removed?.(rows);
  }

  restored(rows: readonly number[]): void {
    for (const listener of this.#all) listener.restored?.(rows);
  }

  motdChanged(): void {
    for (const listener of this.#all) listener.motdChanged?.();
  }
}
