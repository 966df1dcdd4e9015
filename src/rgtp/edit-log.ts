import { DAYS, MONTHS } from '../wire/calendar.ts';
import { ascii, type Octets, octets, trimmed } from '../wire/octets.ts';
import { formatHex32, parseHex32 } from './hex.ts';
import { parseItemId } from './item-id.ts';

/** An entry of ELOG, the only trace of withdrawals and of edits of the index. */
export interface EditLogEntry {
  /** `index`: the index itself was edited */
  readonly kind: 'edited' | 'withdrawn' | 'index';
  /** `undefined` for `index` */
  readonly itemId: string | undefined;
  readonly userid: Octets;
  /** the server's local time without a year: `HH.MM on Ddd DD Mon` */
  readonly when: Octets;
  readonly sequence: number;
  readonly reason: readonly Octets[];
}

// The `s` flag: userids and times may contain any octet.
const HEADING = /^(?:Item ([A-Za-z][0-9]{7}) (edited|withdrawn)|Index edited) by (.*) at (.*) \(#([0-9A-Fa-f]{8})\):$/s;

/** Parses ELOG's data. Ignores lines that belong to no entry. */
export function parseEditLog(lines: readonly Octets[]): EditLogEntry[] {
  const entries: EditLogEntry[] = [];
  for (let i = 0; i < lines.length; i++) {
    const heading = parseHeading(lines[i] ?? octets``);
    if (heading === undefined) continue;
    const empty = lines.indexOf(octets``, i + 1);
    const end = empty < 0 ? lines.length : empty;
    entries.push({ ...heading, reason: lines.slice(i + 1, end) });
    i = end;
  }
  return entries;
}

/** No heading is longer; on a hostile board's longer lines, the expression would take quadratic time. */
const LONGEST_HEADING = 300;

function parseHeading(line: Octets): Omit<EditLogEntry, 'reason'> | undefined {
  if (line.length > LONGEST_HEADING) return undefined;
  const [, id, kind, userid, when, hex = octets``] = line.match(HEADING) ?? [];
  const sequence = parseHex32(hex);
  if (userid === undefined || when === undefined || sequence === undefined) return undefined;
  if (id === undefined) return { kind: 'index', itemId: undefined, userid, when, sequence };
  return { kind: kind === 'edited' ? 'edited' : 'withdrawn', itemId: parseItemId(id), userid, when, sequence };
}

/** One entry in ELOG's form, with the empty line at its end. */
export function formatEditLogEntry(entry: EditLogEntry): Octets[] {
  const what = ascii(entry.kind === 'index' ? 'Index edited' : `Item ${entry.itemId ?? ''} ${entry.kind}`);
  return [
    octets`${what} by ${entry.userid} at ${entry.when} (#${formatHex32(entry.sequence)}):`,
    ...entry.reason,
    octets``,
  ];
}

const WHEN = /^(\d\d)[.:](\d\d) on (?:([A-Z][a-z]{2}) )?(\d\d?) ([A-Z][a-z]{2})$/;
/** A date falls on the same weekday again after at most this many years. */
const YEARS = 12;

/**
 * The time of an edit that has no row in the index. The log has neither year nor time zone (`14.05 on Sat 21 Nov`): the
 * zone is taken for UTC, and the year for the one nearest to the surrounding rows in which that day fell on that
 * weekday. So the time hardly depends on those rows, and a mirror that reads the log later, when some are gone, finds
 * the same.
 *
 * @param previous unix seconds: the time of the row before the edit
 * @param next the time of the row after it
 * @returns unix seconds; `previous` if the log has another form
 */
export function editTime(when: Octets, previous: number, next = previous): number {
  const edit = parseWhen(when);
  if (edit === undefined) return previous;
  const { hour, minute, weekday, day, month } = edit;
  const first = new Date(previous * 1000).getUTCFullYear() - YEARS;
  const last = Math.min(new Date(next * 1000).getUTCFullYear(), first + 100) + YEARS;
  let best = previous;
  let least = Number.POSITIVE_INFINITY;
  for (let year = first; year <= last; year++) {
    const date = new Date(Date.UTC(year, month, day, hour, minute));
    if (date.getUTCMonth() !== month || (weekday !== undefined && DAYS[date.getUTCDay()] !== weekday)) continue;
    const seconds = date.getTime() / 1000;
    const distance = Math.max(previous - seconds, seconds - next, 0);
    if (distance < least && seconds >= 0 && seconds <= 0xffffffff) [best, least] = [seconds, distance];
  }
  return best;
}

/** Whether an edit that was once given this time by `editTime` may be logged so. */
export function mayBeAt(when: Octets, time: number): boolean {
  const edit = parseWhen(when);
  const date = new Date(time * 1000);
  const isSame =
    edit === undefined ||
    (edit.minute === date.getUTCMinutes() &&
      edit.hour === date.getUTCHours() &&
      edit.day === date.getUTCDate() &&
      edit.month === date.getUTCMonth());
  // There may be no such day: then any time will do.
  return isSame || editTime(when, time) === time;
}

function parseWhen(when: Octets) {
  const [, hour, minute, weekday, day, name = ''] = WHEN.exec(trimmed(when)) ?? [];
  const month = MONTHS.indexOf(name);
  if (month < 0) return undefined;
  return { hour: Number(hour), minute: Number(minute), weekday, day: Number(day), month };
}
