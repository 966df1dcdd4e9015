import { latin1, type Octets } from '../../wire/octets.ts';
import { owned } from './records.ts';

const BLOCK = 256;

/** Userids, each once. */
export class Users {
  readonly list: Octets[] = [];
  readonly #indexes = new Map<Octets, number>();
  #stored = 0;

  intern(userid: Octets): number {
    const known = this.#indexes.get(userid);
    if (known !== undefined) return known;
    const index = this.list.length;
    const copy = owned(userid);
    this.list.push(copy);
    this.#indexes.set(copy, index);
    return index;
  }

  *takeChanges(): Iterable<{ readonly number: number; readonly data: Uint8Array }> {
    for (let number = Math.floor(this.#stored / BLOCK); number * BLOCK < this.list.length; number++) {
      yield { number, data: Buffer.from(JSON.stringify(this.list.slice(number * BLOCK, (number + 1) * BLOCK))) };
    }
    this.#stored = this.list.length;
  }

  /** Everything is to be stored again. */
  touchAll(): void {
    this.#stored = 0;
  }

  load(blocks: Iterable<Uint8Array>): void {
    for (const block of blocks) {
      // What `takeChanges` wrote.
      const userids = JSON.parse(Buffer.from(block.buffer, block.byteOffset, block.length).toString()) as string[];
      for (const userid of userids) this.intern(latin1(userid));
    }
    this.#stored = this.list.length;
  }
}
