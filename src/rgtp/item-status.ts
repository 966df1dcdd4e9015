import { type Ascii, ascii, type Octets } from '../wire/octets.ts';
import { RgtpFormatError } from './errors.ts';
import { formatHex32, parseHex32 } from './hex.ts';
import { parseItemId } from './item-id.ts';

/**
 * The first line of ITEM's data, and STAT's answer: the item's links, and sequence numbers that show whether it has
 * changed.
 */
export interface ItemStatus {
  readonly continuedFrom: string | undefined;
  readonly continuedIn: string | undefined;
  /** sequence number of the last edit, if any */
  readonly lastEdit: number | undefined;
  /** sequence number of the last reply, or of the item itself */
  readonly lastReply: number | undefined;
}

const SUBJECT = 36;
const FIELDS = /^([A-Za-z][0-9]{7}| {8}) ([A-Za-z][0-9]{7}| {8}) ([0-9A-Fa-f]{8}| {8}) ([0-9A-Fa-f]{8}| {8})(?: |$)/;

/**
 * Reads the four columns, and the subject after them (in STAT, and on spurge also in ITEM). Trailing blanks may be
 * missing.
 * @throws RgtpFormatError
 */
export function parseItemStatus(line: Octets): ItemStatus & { readonly subject: Octets | undefined } {
  const fields = FIELDS.exec(line.padEnd(SUBJECT - 1));
  if (fields === null) throw new RgtpFormatError('malformed item status', line);
  const [, from = '', to = '', edit = '', reply = ''] = fields;
  return {
    continuedFrom: parseItemId(from),
    continuedIn: parseItemId(to),
    lastEdit: parseHex32(edit),
    lastReply: parseHex32(reply),
    subject: line.length > SUBJECT ? line.slice(SUBJECT) : undefined,
  };
}

/** 35 octets. Absent fields are blank. */
export function formatItemStatus(status: ItemStatus): Ascii {
  const fields = [
    (status.continuedFrom ?? '').padEnd(8),
    (status.continuedIn ?? '').padEnd(8),
    status.lastEdit === undefined ? ' '.repeat(8) : formatHex32(status.lastEdit),
    status.lastReply === undefined ? ' '.repeat(8) : formatHex32(status.lastReply),
  ];
  return ascii(fields.join(' '));
}
