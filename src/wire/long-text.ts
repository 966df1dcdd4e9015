/** Texts of any length: stored, sent and parsed in chunks, so that none holds up everybody else. */
import type { Octets } from './octets.ts';

/** octets of a chunk, which also takes the rest of its last line */
const CHUNK = 16 * 1024;

/** Cuts at line ends. The chunks joined are the text. */
export function* inChunks(text: Octets): Generator<Octets> {
  for (let from = 0; from < text.length; ) {
    const end = text.length - from <= CHUNK ? -1 : text.indexOf('\n', from + CHUNK);
    const next = end < 0 ? text.length : end + 1;
    yield text.slice(from, next);
    from = next;
  }
}
