import { atOnce } from '../wire/fair-share.ts';
import { inChunks } from '../wire/long-text.ts';
import { join, type Octets, octets } from '../wire/octets.ts';
import { RgtpFormatError } from './errors.ts';
import { headerLength, looksLikeHeader, MAX_HEADER_LINES, parseByline, subjectOf } from './header.ts';
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
  /** the same in one piece, each line ended by CRLF, if it arrived so: splitting it costs more than all other parsing */
  readonly text?: Octets;
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
  /** where its line begins in the data, and the next one */
  readonly at: number;
  readonly end: number;
}

const LF = 0x0a;
const CRLF = octets`\r\n`;
/** octets of data that are searched in one piece */
const STRETCH = 65_536;
const COOKIE = /\^([0-9A-Fa-f]{8}) ([0-9A-Fa-f]{8})\r\n/y;
const MARK = /^\[(?:Item continued|Continued) in ([A-Za-z][0-9]{7})(?: by (.*?))?\.?\]$/s;

/** `parsingItem` of lines without their ends, at once. */
export function parseItem(id: string, lines: readonly Octets[], options: ParseItemOptions = {}): Item {
  return atOnce(parsingItem(id, inOnePiece(lines), options));
}

/** Lines, each ended by CRLF. */
export function inOnePiece(lines: readonly Octets[]): Octets {
  return lines.length === 0 ? octets`` : octets`${join(lines, CRLF)}\r\n`;
}

/**
 * Parses ITEM's data. Yields now and then: a board may send an item of any length.
 * @param data lines ended by CRLF, unstuffed, without the terminator
 * @throws RgtpFormatError if there is no status line or no cookie. Editors can change the rest at will; it is read as
 * well as possible.
 */
export function* parsingItem(id: string, data: Octets, options: ParseItemOptions = {}): Generator<undefined, Item> {
  const { subject: appended, ...status } = parseItemStatus(lineAt(data, 0));
  const dialect = options.dialect ?? 'standard';
  const cookies = yield* findingCookies(data, dialect === 'spurge' && genuine(data, status, options.timeOf));
  if (cookies.length === 0) {
    throw new RgtpFormatError(`item ${id} has no cookie`, lineAt(data, data.indexOf('\n') + 1));
  }
  const contributions: Contribution[] = [];
  let mark: ContinuationMark | undefined;
  for (const [i, cookie] of cookies.entries()) {
    const block = data.slice(cookie.end, endOf(data, cookies[i + 1], dialect));
    const continued = parseMark(cookie, block);
    if (continued === undefined) contributions.push(yield* parsingContribution(cookie, block, dialect, options));
    else mark = continued;
    yield;
  }
  const subject = subjectOf(contributions[0]?.header ?? []) ?? appended ?? octets``;
  return { id, ...status, subject, contributions, mark };
}

/** The line that begins there. */
function lineAt(data: Octets, start: number): Octets {
  return data.slice(start, Math.max(start, data.indexOf(CRLF, start)));
}

/** Whether the line before the one that begins there is empty. */
function isAfterEmpty(data: Octets, at: number): boolean {
  return data.charCodeAt(at - 1) === LF && data.charCodeAt(at - 3) === LF;
}

type Judge = (cookie: Cookie, before: readonly Cookie[]) => boolean;

function* findingCookies(data: Octets, judge: Judge | false): Generator<undefined, Cookie[]> {
  const cookies: Cookie[] = [];
  for (let from = 0; from < data.length; from += STRETCH) {
    // One octet of the next stretch, too: what is searched for may lie across the border.
    const stretch = data.slice(from, from + STRETCH + 1);
    for (let found = stretch.indexOf('\n^') + 1; found > 0; found = stretch.indexOf('\n^', found) + 1) {
      const at = from + found;
      COOKIE.lastIndex = at;
      const [whole = '', sequence = '', time = ''] = COOKIE.exec(data) ?? [];
      const cookie = { sequence: parseHex32(sequence), time: parseHex32(time), at, end: at + whole.length };
      if (isCookie(cookie) && (judge === false || judge(cookie, cookies))) cookies.push(cookie);
    }
    yield;
  }
  return cookies;
}

function isCookie(
  cookie: Pick<Cookie, 'at' | 'end'> & { sequence: number | undefined; time: number | undefined },
): cookie is Cookie {
  return cookie.sequence !== undefined && cookie.time !== undefined;
}

/** Without doubled carets, any text line can look like a cookie: accepts one only where spurge would put it. */
function genuine(data: Octets, status: ItemStatus, timeOf: ParseItemOptions['timeOf']): Judge {
  return (cookie, before) => {
    const last = before.at(-1);
    if (last === undefined) return true;
    if (cookie.sequence <= last.sequence || cookie.time < last.time) return false;
    if ((timeOf?.(cookie.sequence) ?? cookie.time) !== cookie.time) return false;
    // spurge writes no empty line after the first post of a continuation.
    const continuation = status.continuedFrom !== undefined && before.length === 1;
    if (!isAfterEmpty(data, cookie.at) && !continuation) return false;
    const next = lineAt(data, cookie.end);
    return looksLikeHeader(next) || MARK.test(next);
  };
}

/** The end of a block. The empty line before a cookie belongs to no text; spurge also ends items with one. */
function endOf(data: Octets, next: Cookie | undefined, dialect: Dialect): number {
  if (next === undefined && dialect === 'standard') return data.length;
  const end = next?.at ?? data.length;
  return isAfterEmpty(data, end) ? end - CRLF.length : end;
}

function parseMark({ sequence, time }: Cookie, block: Octets): ContinuationMark | undefined {
  if (block.charAt(0) !== '[' || block.indexOf(CRLF) !== block.length - CRLF.length) return undefined;
  const [, itemId, userid] = block.slice(0, -CRLF.length).match(MARK) ?? [];
  return itemId === undefined ? undefined : { sequence, time, itemId: itemId.toUpperCase(), userid };
}

function* parsingContribution(
  { sequence, time }: Cookie,
  block: Octets,
  dialect: Dialect,
  { useridOf }: ParseItemOptions,
): Generator<undefined, Contribution> {
  const lines = block.split(CRLF, MAX_HEADER_LINES + 2);
  const length = headerLength(lines);
  const header = lines.slice(0, length);
  let start = header.reduce((sum, line) => sum + line.length + CRLF.length, 0);
  if (lines[length] === '') start += CRLF.length;
  const written = block.slice(start);
  const text = dialect === 'spurge' ? written : yield* undoubling(written);
  return new Post({ sequence, time, ...parseByline(header, useridOf?.(sequence)), header, text });
}

class Post implements Contribution {
  readonly sequence: number;
  readonly time: number;
  readonly grogname: Octets;
  readonly userid: Octets | undefined;
  readonly header: readonly Octets[];
  readonly text: Octets;

  constructor({ sequence, time, grogname, userid, header, text }: Omit<Contribution, 'lines'> & { text: Octets }) {
    this.sequence = sequence;
    this.time = time;
    this.grogname = grogname;
    this.userid = userid;
    this.header = header;
    this.text = text;
  }

  get lines(): readonly Octets[] {
    return this.text === '' ? [] : this.text.slice(0, -CRLF.length).split(CRLF);
  }
}

/**
 * The lines of an item on spurge in the form of the specification: every caret at the beginning of a line is doubled,
 * except those of cookies.
 * @throws RgtpFormatError if there is no status line
 */
export function doubleSpurgeCarets(lines: readonly Octets[], timeOf: ParseItemOptions['timeOf']): Octets[] {
  const data = inOnePiece(lines);
  const judge = genuine(data, parseItemStatus(lines[0] ?? octets``), timeOf);
  const cookies = new Set(atOnce(findingCookies(data, judge)).map(({ at }) => at));
  let at = 0;
  return lines.map((line) => {
    const isDoubled = line.startsWith('^') && !cookies.has(at);
    at += line.length + CRLF.length;
    return isDoubled ? octets`^${line}` : line;
  });
}

/** Restores lines to what was written: removes one of two leading carets. */
export function undoubleCarets(lines: readonly Octets[]): Octets[] {
  return lines.map((line) => (line.startsWith('^^') ? line.slice(1) : line));
}

/** The same for a text of any length, each line of which ends with CRLF. Yields now and then. */
function* undoubling(text: Octets): Generator<undefined, Octets> {
  const pieces: Octets[] = [];
  for (const chunk of inChunks(text)) {
    pieces.push(undoubledIn(chunk));
    yield;
  }
  return join(pieces, octets``);
}

function undoubledIn(text: Octets): Octets {
  if (!text.startsWith('^^') && !text.includes('\n^^')) return text;
  return inOnePiece(undoubleCarets(text.slice(0, -CRLF.length).split(CRLF)));
}
