import { ascii, owned } from '../../wire/octets.ts';
import { withRoom } from '../growable.ts';

/** What boards use; anything else can only come from a damaged file. */
const ITEM_ID = /^[A-Z][0-9]{7}$/;
const DIGITS = 10_000_000;
const A = 0x41;

/** The ids of items by index, and the other way round: as numbers, because the garbage collector does not trace these. */
export class ItemIds {
  #length = 0;
  #codes = new Int32Array(0);
  readonly #indexes = new Map<number, number>();
  /** ids of another form */
  readonly #others = new Map<string, number>();

  at(index: number): string {
    const code = this.#codes[index] ?? -1;
    if (code < 0) return this.#otherAt(index);
    const letter = Math.floor(code / DIGITS);
    return String.fromCharCode(A + letter) + String(DIGITS + (code % DIGITS)).slice(1);
  }

  /** `undefined`: it is not there */
  indexOf(id: string): number | undefined {
    const code = codeOf(id);
    return code < 0 ? this.#others.get(id) : this.#indexes.get(code);
  }

  /** Adds an id that is not there. */
  add(id: string): void {
    const code = codeOf(id);
    const index = this.#length++;
    this.#codes = withRoom(this.#codes, this.#length, Int32Array);
    this.#codes[index] = code;
    if (code < 0) this.#others.set(owned(ascii(id)), index);
    else this.#indexes.set(code, index);
  }

  #otherAt(index: number): string {
    for (const [id, each] of this.#others) if (each === index) return id;
    return '';
  }
}

/** −1 for an id of another form */
function codeOf(id: string): number {
  if (!ITEM_ID.test(id)) return -1;
  return (id.charCodeAt(0) - A) * DIGITS + Number(id.slice(1));
}
