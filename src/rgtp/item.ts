import { type Octets, octets } from '../wire/octets.ts';
import { RgtpFormatError } from './errors.ts';
import { headerLength, looksLikeHeader, parseByline, subjectOf } from './header.ts';
import { parseHex32 } from './hex.ts';
import { type ItemStatus, parseItemStatus } from './item-status.ts';

/** One post of an item: the first, or a reply. */
export interface Contribution {
  readonly sequence: number;
  /** unix seconds, from the cookie */
  readonly time: number;
  readonly grogname: Octets;
  /**
   * according to the header. A grogname can look like a userid, so the index row with this sequence number takes
   * precedence.
   */
  readonly userid: Octets | undefined;
  /** the header lines as sent, `Subject:` included */
  readonly header: readonly Octets[];
  /** the text, carets undoubled */
  readonly lines: readonly Octets[];
}

/** `[Continued in …]`: where the thread continues. Not part of any post. */
export interface ContinuationMark {
  readonly sequence: number;
  readonly time: number;
  readonly itemId: string;
  readonly userid: Octets | undefined;
}

/** An item as ITEM sends it (RGTP 2.2.8). */
export interface Item extends ItemStatus {
  readonly id: string;
  readonly subject: Octets;
  readonly contributions: readonly Contribution[];
  readonly mark: ContinuationMark | undefined;
}

/** spurge does not double carets, and has its own form for some lines. */
export type Dialect = 'standard' | 'spurge';

export interface ParseItemOptions {
  readonly dialect?: Dialect;
  /** the userids of index rows, if known: they resolve ambiguous headers */
  readonly useridOf?: (sequence: number) => Octets | undefined;
  /** the times of index rows, if known: on spurge they distinguish a cookie from a text line that looks like one */
  readonly timeOf?: (sequence: number) => number | undefined;
}

interface Cookie {
  readonly sequence: number;
  readonly time: number;
  /** its line number */
  readonly at: number;
}

const COOKIE = /^\^([0-9A-Fa-f]{8}) ([0-9A-Fa-f]{8})$/;
const MARK = /^\[(?:Item continued|Continued) in ([A-Za-z][0-9]{7})(?: by (.*?))?\.?\]$/s;

/**
 * Parses ITEM's data. @param lines unstuffed, without the terminator @throws RgtpFormatError if there is no status line
 * or no cookie. Editors can change the rest at will; it is read as well as possible.
 */
export function parseItem(id: string, lines: readonly Octets[], options: ParseItemOptions = {}): Item {
  const { subject: appended, ...status } = parseItemStatus(lines[0] ?? octets``);
  const dialect = options.dialect ?? 'standard';
  const cookies = cookiesOf(lines, dialect === 'spurge' && genuine(lines, status, options.timeOf));
  if (cookies.length === 0) throw new RgtpFormatError(`item ${id} has no cookie`, lines[1] ?? octets``);
  const contributions: Contribution[] = [];
  let mark: ContinuationMark | undefined;
  for (const [i, cookie] of cookies.entries()) {
    const block = lines.slice(cookie.at + 1, endOf(lines, cookies[i + 1], dialect));
    const continued = parseMark(cookie, block);
    if (continued === undefined) contributions.push(parseContribution(cookie, block, dialect, options));
    else mark = continued;
  }
  const subject = subjectOf(contributions[0]?.header ?? []) ?? appended ?? octets``;
  return { id, ...status, subject, contributions, mark };
}

type Judge = (cookie: Cookie, before: readonly Cookie[]) => boolean;

function cookiesOf(lines: readonly Octets[], judge: Judge | false): Cookie[] {
  const cookies: Cookie[] = [];
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at];
    if (line?.charCodeAt(0) !== 0x5e) continue;
    const [, sequence = '', time = ''] = COOKIE.exec(line) ?? [];
    const cookie = { sequence: parseHex32(sequence), time: parseHex32(time), at };
    if (isCookie(cookie) && (judge === false || judge(cookie, cookies))) cookies.push(cookie);
  }
  return cookies;
}

function isCookie(cookie: { sequence: number | undefined; time: number | undefined; at: number }): cookie is Cookie {
  return cookie.sequence !== undefined && cookie.time !== undefined;
}

/** Without doubled carets, any text line can look like a cookie: accepts one only where spurge would put it. */
function genuine(lines: readonly Octets[], status: ItemStatus, timeOf: ParseItemOptions['timeOf']): Judge {
  return (cookie, before) => {
    const last = before.at(-1);
    if (last === undefined) return true;
    if (cookie.sequence <= last.sequence || cookie.time < last.time) return false;
    if ((timeOf?.(cookie.sequence) ?? cookie.time) !== cookie.time) return false;
    // spurge writes no empty line after the first post of a continuation.
    const continuation = status.continuedFrom !== undefined && before.length === 1;
    if (lines[cookie.at - 1] !== '' && !continuation) return false;
    const next = lines[cookie.at + 1] ?? octets``;
    return looksLikeHeader(next) || MARK.test(next);
  };
}

/** The end of a block. The empty line before a cookie belongs to no text; spurge also ends items with one. */
function endOf(lines: readonly Octets[], next: Cookie | undefined, dialect: Dialect): number {
  if (next === undefined && dialect === 'standard') return lines.length;
  const end = next?.at ?? lines.length;
  return lines[end - 1] === '' ? end - 1 : end;
}

function parseMark({ sequence, time }: Cookie, block: readonly Octets[]): ContinuationMark | undefined {
  if (block.length !== 1) return undefined;
  const [, itemId, userid] = block[0]?.match(MARK) ?? [];
  return itemId === undefined ? undefined : { sequence, time, itemId: itemId.toUpperCase(), userid };
}

function parseContribution(
  { sequence, time }: Cookie,
  block: readonly Octets[],
  dialect: Dialect,
  { useridOf }: ParseItemOptions,
): Contribution {
  const length = headerLength(block);
  const header = block.slice(0, length);
  const text = block.slice(block[length] === '' ? length + 1 : length);
  return {
    sequence,
    time,
    ...parseByline(header, useridOf?.(sequence)),
    header,
    lines: dialect === 'spurge' ? text : undoubleCarets(text),
  };
}

/**
 * The lines of an item on spurge in the form of the specification: every caret at the beginning of a line is doubled,
 * except those of cookies.
 * @throws RgtpFormatError if there is no status line
 */
export function doubleSpurgeCarets(lines: readonly Octets[], timeOf: ParseItemOptions['timeOf']): Octets[] {
  const cookies = new Set(
    cookiesOf(lines, genuine(lines, parseItemStatus(lines[0] ?? octets``), timeOf)).map(({ at }) => at),
  );
  return lines.map((line, at) => (line.startsWith('^') && !cookies.has(at) ? octets`^${line}` : line));
}

/** Restores lines to what was written: removes one of two leading carets. */
export function undoubleCarets(lines: readonly Octets[]): Octets[] {
  return lines.map((line) => (line.startsWith('^^') ? line.slice(1) : line));
}
