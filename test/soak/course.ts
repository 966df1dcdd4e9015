import { setTimeout as pause } from 'node:timers/promises';

const LOOK = 20;

/** How long a soak is: minutes on the clock, or how many actions each person has, however long they take. */
export type Length = { readonly minutes: number } | { readonly actions: number };

/** How far a soak is. What happens at a certain part of it happens there on a slow machine, too. */
export class Course {
  readonly #length: Length;
  readonly #people: number;
  readonly #begun = performance.now();
  #acted = 0;
  #ended = false;

  constructor(length: Length, people: number) {
    this.#length = length;
    this.#people = people;
  }

  /** 0 to 1 */
  get share(): number {
    if (this.#ended) return 1;
    const length = this.#length;
    const share =
      'minutes' in length
        ? (performance.now() - this.#begun) / (length.minutes * 60_000)
        : this.#acted / (length.actions * this.#people);
    return Math.min(1, share);
  }

  get over(): boolean {
    return this.share >= 1;
  }

  /** Whether a person who did `done` actions has another one to do. */
  goesOn(done: number): boolean {
    if (this.#ended) return false;
    return 'minutes' in this.#length ? !this.over : done < this.#length.actions;
  }

  /** Ends the soak for everybody. */
  end(): void {
    this.#ended = true;
  }

  acted(): void {
    this.#acted++;
  }

  /** Resolves at this part of the soak. */
  async reaches(share: number): Promise<void> {
    while (this.share < share) await pause(LOOK);
  }
}
