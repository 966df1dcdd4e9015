/** What a board writes into items: the layout of groggsd, which is the specification's. */
import type { Octets } from '../wire/octets.ts';
import { formatHex32 } from './hex.ts';
import type { ContinuationMark } from './item.ts';

export interface HeaderOptions {
  readonly kind: 'item' | 'reply';
  /** wanted for items */
  readonly itemId?: string;
  /** empty: none given */
  readonly grogname: Octets;
  readonly userid: Octets;
  /** unix seconds; shown in the local time of this process */
  readonly time: number;
  /** adds the line `Subject: …` that an item's header ends with */
  readonly subject?: Octets;
}

/** The first line of a header may have this many octets; what does not fit moves to lines of its own. */
const MAX_FIRST_LINE = 80;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The header lines between cookie and empty line: of the forms, the first whose first line fits. */
export function formatHeader(options: HeaderOptions): Octets[] {
  const { grogname, userid } = options;
  const label = options.kind === 'item' ? `Item ${options.itemId ?? ''}` : 'Reply';
  const at = `at ${formatTime(options.time)}`;
  const forms: [Octets, ...Octets[]][] =
    grogname === ''
      ? [[`${label} from ${userid} ${at}`], [`${label} submitted ${at} by`, `User ${userid}`]]
      : [
          [`${label} from ${grogname} (${userid}) ${at}`],
          [`${label} from ${userid} ${at}`, `From ${grogname}`],
          [`${label} from ${grogname} ${at}`, `User ${userid}`],
          [`${label} submitted ${at}`, `From ${grogname}`, `User ${userid}`],
        ];
  // `from X (victim@cam) at …` with the userid on the next line would be read as the victim's: such names get the last form.
  if (grogname.endsWith(')')) forms.splice(2, 1);
  const header = forms.find(([first]) => first.length <= MAX_FIRST_LINE) ?? forms.at(-1) ?? [];
  return options.subject === undefined ? header : [...header, `Subject: ${options.subject}`];
}

/** `HH.MM on Ddd DD Mon`, local time, as headers, the edit log and diffs show it. */
export function formatTime(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000);
  const day = `${DAYS[date.getDay()]} ${two(date.getDate())} ${MONTHS[date.getMonth()]}`;
  return `${two(date.getHours())}.${two(date.getMinutes())} on ${day}`;
}

export function formatCookie(sequence: number, time: number): Octets {
  return `^${formatHex32(sequence)} ${formatHex32(time)}`;
}

/** A text line that begins with a caret carries one more, so that nobody can write a cookie. */
export function doubleCarets(line: Octets): Octets {
  return line.startsWith('^') ? `^${line}` : line;
}

/** The lines a continued item ends with, the empty one before the cookie included. */
export function formatMark({ sequence, time, itemId, userid }: ContinuationMark): Octets[] {
  return ['', formatCookie(sequence, time), `[Continued in ${itemId} by ${userid ?? ''}.]`];
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
