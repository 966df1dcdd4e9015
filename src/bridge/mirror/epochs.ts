import type { Epoch } from '../../store/permanent.ts';

/** The highest article number there may be (RFC 3977 §6). */
export const MAX_NUMBER = 2 ** 31 - 1;

export const FIRST: Epoch = { number: 1, generation: 0, first: 0, base: 0 };

/** Index of the first epoch that begins above the highest number there may be; the number of epochs if there is none. */
export function firstUnsound(epochs: readonly Epoch[]): number {
  const at = epochs.findIndex(({ base, first }) => base + first > MAX_NUMBER);
  return at < 0 ? epochs.length : at;
}

/**
 * How sequence numbers become article numbers. Within a generation (between two wraps at 2³²) a sequence number
 * belongs to the newest epoch that begins at or before it; its article number is that epoch's base plus it.
 */
export class Epochs {
  readonly #all: Epoch[];

  constructor(known: readonly Epoch[]) {
    const first = known.find(({ number }) => number === 1) ?? FIRST;
    this.#all = [first, ...known.filter(({ number }) => number > 1)].sort((a, b) => a.number - b.number);
  }

  get all(): readonly Epoch[] {
    return this.#all;
  }

  /** how often the numbering has wrapped */
  get generation(): number {
    return this.#all.reduce((most, epoch) => Math.max(most, epoch.generation), 0);
  }

  covering(generation: number, sequence: number): Epoch | undefined {
    return this.#all.findLast((epoch) => epoch.generation === generation && epoch.first <= sequence);
  }

  /** Begins an epoch at a sequence number, which gets the first article number above `highest`. */
  begin(generation: number, first: number, highest: number): void {
    this.#all.push({ number: this.#all.length + 1, generation, first, base: highest + 1 - first });
  }

  copy(): Epochs {
    return new Epochs(this.#all);
  }
}

/** The article number of a row, `undefined` where no epoch covers it yet. */
export function numberOf(
  epochs: Epochs,
  { generation, sequence }: { readonly generation: number; readonly sequence: number },
): number | undefined {
  const epoch = epochs.covering(generation, sequence);
  return epoch === undefined ? undefined : epoch.base + sequence;
}
