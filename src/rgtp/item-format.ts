/** The text that a board writes into items, in the layout of the specification and groggsd. */

import { DAYS, MONTHS } from '../wire/calendar.ts';
import { type Ascii, ascii, type Octets, octets } from '../wire/octets.ts';
import { formatHex32 } from './hex.ts';
import type { ContinuationMark } from './item.ts';

export interface HeaderOptions {
  readonly kind: 'item' | 'reply';
  /** required for items */
  readonly itemId?: string;
  /** empty: none given */
  readonly grogname: Octets;
  readonly userid: Octets;
  /** unix seconds; shown in the local time of this process */
  readonly time: number;
  /** adds the line `Subject: …` at the end of an item's header */
  readonly subject?: Octets;
}

/** octets of a header's first line; longer parts move to lines of their own */
const MAX_FIRST_LINE = 80;

/** The header lines between the cookie and the empty line: the first form whose first line fits. */
export function formatHeader(options: HeaderOptions): Octets[] {
  const { grogname, userid } = options;
  const label = options.kind === 'item' ? octets`Item ${ascii(options.itemId ?? '')}` : octets`Reply`;
  const at = octets`at ${formatTime(options.time)}`;
  const forms: [Octets, ...Octets[]][] =
    grogname === ''
      ? [[octets`${label} from ${userid} ${at}`], [octets`${label} submitted ${at} by`, octets`User ${userid}`]]
      : [
          [octets`${label} from ${grogname} (${userid}) ${at}`],
          [octets`${label} from ${userid} ${at}`, octets`From ${grogname}`],
          [octets`${label} from ${grogname} ${at}`, octets`User ${userid}`],
          [octets`${label} submitted ${at}`, octets`From ${grogname}`, octets`User ${userid}`],
        ];
  // Clients would take `from X (victim@cam) at …` for the victim's post, so such names get the last form.
  if (grogname.endsWith(')')) forms.splice(2, 1);
  const header = forms.find(([first]) => first.length <= MAX_FIRST_LINE) ?? forms.at(-1) ?? [];
  return options.subject === undefined ? header : [...header, octets`Subject: ${options.subject}`];
}

/** `HH.MM on Ddd DD Mon` in local time, for headers, the edit log and diffs. */
export function formatTime(unixSeconds: number): Ascii {
  const date = new Date(unixSeconds * 1000);
  const day = `${DAYS[date.getDay()]} ${two(date.getDate())} ${MONTHS[date.getMonth()]}`;
  return ascii(`${two(date.getHours())}.${two(date.getMinutes())} on ${day}`);
}

export function formatCookie(sequence: number, time: number): Octets {
  return octets`^${formatHex32(sequence)} ${formatHex32(time)}`;
}

/** Doubles a leading caret, so that no text line can be a cookie. */
export function doubleCarets(line: Octets): Octets {
  return line.startsWith('^') ? octets`^${line}` : line;
}

/** The lines that end a continued item, from the empty one before the cookie. */
export function formatMark({ sequence, time, itemId, userid }: ContinuationMark): Octets[] {
  return [octets``, formatCookie(sequence, time), octets`[Continued in ${ascii(itemId)} by ${userid ?? octets``}.]`];
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
