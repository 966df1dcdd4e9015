import { type Octets, octets } from '../../wire/octets.ts';

/** Octets of a quote prefix that are repeated: deeper quoting leaves no room for text. */
const MAX_PREFIX = 40;

/**
 * A line as lines of at most `max` octets, broken at blanks, each with the quote prefix of the first. What has no blank
 * (a URL) is broken where it must be, in UTF-8 between characters. Lines that fit stay as they are.
 */
export function wrapLine(line: Octets, max: number): Octets[] {
  if (line.length <= max) return [line];
  const prefix = line.match(/^ ?(?:> ?)*/)?.[0].slice(0, MAX_PREFIX) ?? octets``;
  const room = max - prefix.length;
  const out: Octets[] = [];
  let at = prefix.length;
  while (line.length - at > room) {
    let end = at + room;
    while (end > at && !isBlank(line, end)) end--;
    // blanks before the first word are no place to break
    if (line.slice(at, end).trim() === '') {
      end = at + room;
      while (end > at + 1 && isContinuation(line, end)) end--;
    }
    out.push(prefix.concat(line.slice(at, end)));
    at = end;
    while (isBlank(line, at)) at++;
  }
  if (at < line.length) out.push(prefix.concat(line.slice(at)));
  return out;
}

function isBlank(line: Octets, at: number): boolean {
  return line[at] === ' ' || line[at] === '\t';
}

/**
 * The second or a later octet of a UTF-8 character, as far as one octet and its neighbour can tell. Where Latin-1 text
 * looks alike, the break comes a little earlier, which does no harm.
 */
function isContinuation(line: Octets, at: number): boolean {
  return (line.charCodeAt(at) & 0xc0) === 0x80 && line.charCodeAt(at - 1) >= 0x80;
}
