import type { Soon } from '../../wire/soon.ts';
import type { Shelf } from '../memory.ts';

/**
 * How often a value is remade because its source has changed in the meantime; after that it is returned but not kept.
 */
const MAX_TRIES = 4;

/** Makes each value once, and keeps it until its source changes, even if that happens while it is being made. */
export class Memo<V extends { readonly octets: number }> {
  readonly #shelf: Shelf<V>;
  readonly #make: (key: number) => Soon<V | undefined>;
  readonly #keep: (value: V, key: number) => boolean;
  readonly #making = new Map<number, Promise<V | undefined>>();

  /**
   * @param make may return `undefined`, which is not kept
   * @param keep whether a value may be reused
   */
  constructor(
    shelf: Shelf<V>,
    make: (key: number) => Soon<V | undefined>,
    keep: (value: V, key: number) => boolean = () => true,
  ) {
    this.#shelf = shelf;
    this.#make = make;
    this.#keep = keep;
  }

  /** The value, if it has been made already. */
  held(key: number): V | undefined {
    return this.#shelf.get(key);
  }

  /** Like `held`, but does not count as a use. */
  peek(key: number): V | undefined {
    return this.#shelf.peek(key);
  }

  /** Throws and rejects as `make` does. */
  get(key: number): Soon<V | undefined> {
    return this.#shelf.get(key) ?? this.#making.get(key) ?? this.#begin(key, MAX_TRIES);
  }

  #begin(key: number, tries: number): Soon<V | undefined> {
    const made = this.#make(key);
    if (!(made instanceof Promise)) {
      this.#store(key, made);
      return made;
    }
    const making: Promise<V | undefined> = made.then(
      (value) => {
        const fresh = this.#end(key, making);
        if (fresh) this.#store(key, value);
        return fresh || tries === 1
          ? value
          : (this.#shelf.get(key) ?? this.#making.get(key) ?? this.#begin(key, tries - 1));
      },
      (error: unknown) => {
        this.#end(key, making);
        throw error;
      },
    );
    this.#making.set(key, making);
    return making;
  }

  /** Whether the source stayed the same while the value was being made. */
  #end(key: number, making: Promise<V | undefined>): boolean {
    return this.#making.get(key) === making && this.#making.delete(key);
  }

  #store(key: number, value: V | undefined): void {
    if (value !== undefined && this.#keep(value, key)) this.#shelf.set(key, value);
  }

  /** The source of a value has changed. */
  forget(key: number): void {
    this.#shelf.delete(key);
    this.#making.delete(key);
  }
}
