import { type Octets, octets, trimmedEnd } from '../wire/octets.ts';
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

/** The specification puts the sequence number first, groggsd the time. */
export type MotdFieldOrder = 'sequence-first' | 'time-first';

/** RGTP is no older than this. */
const EARLIEST = Date.UTC(1985, 0) / 1000;
const LATEST_AHEAD = 2 * 86_400;

/** The order that a server uses. groggsd's banner contains `GROGGS system`; a popular client decides by these words. */
export function motdFieldOrder(banner: string): MotdFieldOrder {
  return banner.includes('GROGGS system') ? 'time-first' : 'sequence-first';
}

/**
 * Parses MOTD's data. If the time is implausible in the expected order and plausible in the other, takes the other:
 * banners can be changed.
 *
 * @param now unix seconds
 * @throws RgtpFormatError if the first line is not two numbers
 */
export function parseMotd(lines: readonly Octets[], order: MotdFieldOrder, now = Date.now() / 1000): Motd {
  const [first = octets``, ...text] = lines;
  const [a, b, ...more] = trimmedEnd(first).split(' ').map(parseHex32);
  if (a === undefined || b === undefined || more.length > 0) {
    throw new RgtpFormatError('malformed first line of the message of the day', first);
  }
  const swapped = order === 'time-first';
  const [time, sequence] = swapped ? [a, b] : [b, a];
  const possible = (t: number) => t >= EARLIEST && t <= now + LATEST_AHEAD;
  const fields = !possible(time) && possible(sequence) ? { sequence: time, time: sequence } : { sequence, time };
  return { ...fields, lines: undoubleCarets(text) };
}
