import { ascii, type Octets, octets, octetsFrom } from '../wire/octets.ts';
import { RgtpFormatError } from './errors.ts';
import { formatHex32, parseHex32 } from './hex.ts';
import { parseItemId } from './item-id.ts';

/**
 * I new item, R reply, C continuation (a new item), F the item it continues (same sequence number), E edited,
 * M message of the day.
 */
export type EntryType = 'I' | 'R' | 'C' | 'F' | 'E' | 'M';

export interface IndexEntry {
  readonly sequence: number;
  /** unix seconds */
  readonly time: number;
  /** upper case; `undefined` in M rows */
  readonly itemId: string | undefined;
  readonly userid: Octets;
  readonly type: EntryType;
  /** empty in M rows */
  readonly subject: Octets;
}

// Columns of an index row (RGTP 2.2.7). A blank follows each field.
const TIME = 9;
const ITEM_ID = 18;
const USERID = 27;
const TYPE = 103;
const SUBJECT = 105;
const LENGTH = 199;
/** in octets */
export const MAX_USERID = TYPE - 1 - USERID;
/** in octets; groggsd's own limit for subjects is 71 */
const MAX_INDEX_SUBJECT = LENGTH - SUBJECT;

/** Trailing blanks may be missing, and the subject may be too long. @throws RgtpFormatError */
export function parseIndexEntry(row: Octets | Buffer): IndexEntry {
  const line = typeof row === 'string' ? row : octetsFrom(row);
  const sequence = parseHex32(line.slice(0, 8));
  const time = parseHex32(line.slice(TIME, TIME + 8));
  const type = line.charAt(TYPE);
  const itemId = parseItemId(line.slice(ITEM_ID, ITEM_ID + 8));
  if (sequence === undefined || time === undefined || !isEntryType(type) || (itemId === undefined && type !== 'M')) {
    throw new RgtpFormatError('malformed index row', line);
  }
  return {
    sequence,
    time,
    itemId,
    userid: trimBlanks(line.slice(USERID, TYPE - 1)),
    type,
    subject: trimBlanks(line.slice(SUBJECT)),
  };
}

/** A row of 199 octets without CRLF. Cuts fields that are too long for their column. */
export function formatIndexEntry(entry: IndexEntry): Octets {
  const itemId = ascii(entry.itemId ?? '').padEnd(8);
  const userid = entry.userid.slice(0, MAX_USERID).padEnd(MAX_USERID);
  const subject = entry.subject.slice(0, MAX_INDEX_SUBJECT).padEnd(MAX_INDEX_SUBJECT);
  const start = octets`${formatHex32(entry.sequence)} ${formatHex32(entry.time)} ${itemId} ${userid}`;
  return octets`${start} ${ascii(entry.type)} ${subject}`;
}

function isEntryType(type: string): type is EntryType {
  return type.length === 1 && 'IRCFEM'.includes(type);
}

/** Removes trailing blanks only: `trimEnd` would also remove NBSP (0xA0) and control characters. */
function trimBlanks(field: Octets): Octets {
  let end = field.length;
  while (end > 0 && field.charCodeAt(end - 1) === 0x20) end--;
  return field.slice(0, end);
}
