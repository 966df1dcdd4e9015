/** Which of so many rows: an octet for each, where a set would take fifty. */
export class Flags {
  readonly #set: Uint8Array;

  constructor(length: number) {
    this.#set = new Uint8Array(length);
  }

  add(at: number): void {
    this.#set[at] = 1;
  }

  has(at: number): boolean {
    return this.#set[at] === 1;
  }
}
