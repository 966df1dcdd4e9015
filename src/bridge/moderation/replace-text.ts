import { headerLength } from '../../rgtp/header.ts';
import { parseHex32 } from '../../rgtp/hex.ts';
import { doubleCarets } from '../../rgtp/item-format.ts';
import { type Octets, octets } from '../../wire/octets.ts';

export interface Replacement {
  /** the sequence number of the post whose text changes */
  readonly sequence: number;
  /** the new text, carets not doubled */
  readonly lines: readonly Octets[];
  /** the item's new subject; only the first post has one */
  readonly subject?: Octets | undefined;
}

const COOKIE = /^\^([0-9A-Fa-f]{8}) [0-9A-Fa-f]{8}$/;

/**
 * An item's lines as sent by EDIT, with another text in one of its posts. Everything else stays the same, octet for
 * octet. `undefined`: the item has no post with that sequence number.
 */
export function replaceText(item: readonly Octets[], { sequence, lines, subject }: Replacement): Octets[] | undefined {
  const start = item.findIndex((line, i) => i > 0 && cookieOf(line) === sequence);
  if (start < 0) return undefined;
  const next = item.findIndex((line, i) => i > start && cookieOf(line) !== undefined);
  // The empty line before each later cookie belongs to no text.
  const end = next < 0 ? item.length : next - (item[next - 1] === '' ? 1 : 0);
  const header = item.slice(start, start + 1 + headerLength(item.slice(start + 1, end)));
  const headerLines = header.map((line) =>
    subject !== undefined && line.startsWith('Subject:') ? octets`Subject: ${subject}` : line,
  );
  return [...item.slice(0, start), ...headerLines, octets``, ...lines.map(doubleCarets), ...item.slice(end)];
}

function cookieOf(line: Octets): number | undefined {
  const hex = COOKIE.exec(line)?.[1];
  return hex === undefined ? undefined : parseHex32(hex);
}
