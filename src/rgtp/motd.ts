import type { Octets } from '../wire/octets.ts';
import { RgtpFormatError } from './errors.ts';
import { parseHex32 } from './hex.ts';
import { undoubleCarets } from './item.ts';

/** The message of the day. */
export interface Motd {
  readonly sequence: number;
  /** unix seconds */
  readonly time: number;
  /** carets undoubled */
  readonly lines: readonly Octets[];
}

/** The specification has the sequence number first, groggsd the time. */
export type MotdFieldOrder = 'sequence-first' | 'time-first';

/** When RGTP was young; no message is older. */
const EARLIEST = Date.UTC(1985, 0) / 1000;
const LATEST_AHEAD = 2 * 86_400;

/** Which order a server means: groggsd's banner says `GROGGS system`, and a client that everybody used decides by these words. */
export function motdFieldOrder(banner: string): MotdFieldOrder {
  return banner.includes('GROGGS system') ? 'time-first' : 'sequence-first';
}

/**
 * MOTD's data → the message. Where the time would be impossible in the order expected and possible in the other,
 * the other holds: somebody changed a banner.
 *
 * @param now unix seconds
 * @throws RgtpFormatError where the first line is not two numbers
 */
export function parseMotd(lines: readonly Octets[], order: MotdFieldOrder, now = Date.now() / 1000): Motd {
  const [first = '', ...text] = lines;
  const [a, b, ...more] = first.trimEnd().split(' ').map(parseHex32);
  if (a === undefined || b === undefined || more.length > 0) {
    throw new RgtpFormatError('malformed first line of the message of the day', first);
  }
  const swapped = order === 'time-first';
  const [time, sequence] = swapped ? [a, b] : [b, a];
  const possible = (t: number) => t >= EARLIEST && t <= now + LATEST_AHEAD;
  const fields = !possible(time) && possible(sequence) ? { sequence: time, time: sequence } : { sequence, time };
  return { ...fields, lines: undoubleCarets(text) };
}
