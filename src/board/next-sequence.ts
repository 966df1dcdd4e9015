/** The number after all those seen. Numbers wrap: those within half the range ahead are later (RGTP 2.2.7). */
export class NextSequence {
  #next: number | undefined;

  seen(sequence: number): void {
    if (this.#next === undefined || (sequence - this.#next) >>> 0 < 0x80000000) this.#next = (sequence + 1) >>> 0;
  }

  get value(): number {
    return this.#next ?? 1;
  }
}
