/** The rows that an editor sends to replace the index. */
import { type Octets, octetsFrom } from '../wire/octets.ts';
import { ROW_OCTETS } from './index-log.ts';
import type { Lines } from './unified-diff.ts';

/** rows in one piece of memory */
const PIECE = 1024;

interface Piece {
  readonly bytes: Buffer<ArrayBuffer>;
  /** where each row ends, without its trailing blanks */
  readonly ends: Uint32Array;
  readonly keys: Uint32Array;
}

/**
 * Rows in few pieces of memory. As strings, the rows of a large index would be a million objects for the garbage
 * collector to trace, and twice the memory, which it would give back late.
 */
export class KeptRows implements Lines {
  length = 0;
  readonly #pieces: Piece[] = [];
  /** the last piece, as long as it can grow */
  #open = newPiece();

  push(row: Octets): void {
    const at = this.length++ % PIECE;
    const { bytes, ends, keys } = this.#open;
    const start = at === 0 ? 0 : (ends[at - 1] ?? 0);
    let end = row.length;
    while (row[end - 1] === ' ') end--;
    ends[at] = start + bytes.write(row.slice(0, end), start, 'latin1');
    keys[at] = keyOf(row);
    if (at + 1 < PIECE) return;
    this.#pieces.push({ bytes: Buffer.from(bytes.subarray(0, ends[at])), ends, keys });
    this.#open = newPiece(bytes);
  }

  at(number: number): Octets | undefined {
    if (number < 0 || number >= this.length) return undefined;
    const { bytes, ends } = this.#pieceOf(number);
    const at = number % PIECE;
    return octetsFrom(bytes, at === 0 ? 0 : ends[at - 1], ends[at]).padEnd(ROW_OCTETS);
  }

  /** of a row: those with other keys are other rows */
  key(number: number): number {
    return this.#pieceOf(number).keys[number % PIECE] ?? 0;
  }

  #pieceOf(number: number): Piece {
    return this.#pieces[Math.floor(number / PIECE)] ?? this.#open;
  }
}

function newPiece(bytes = Buffer.allocUnsafeSlow(PIECE * ROW_OCTETS)): Piece {
  return { bytes, ends: new Uint32Array(PIECE), keys: new Uint32Array(PIECE) };
}

/** Tells most rows apart (FNV-1a). */
export function keyOf(row: Octets): number {
  let key = 0x811c9dc5;
  for (let at = 0; at < row.length; at++) key = Math.imul(key ^ row.charCodeAt(at), 0x01000193);
  return key >>> 0;
}
