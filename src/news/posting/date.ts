import type { Octets } from '../../wire/octets.ts';
import { withoutComments } from './structured.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** RFC 5322 §4.3; other names mean an unknown offset: 0. */
const ZONES: Readonly<Record<string, number>> = {
  EDT: -4,
  EST: -5,
  CDT: -5,
  CST: -6,
  MDT: -6,
  MST: -7,
  PDT: -7,
  PST: -8,
};
const MAX_LENGTH = 2048;
const DATE =
  /^(?:[a-z]{3,9}\s*,?\s*)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*[\s-]+(\d{2,4})\s+(\d{1,2})\s*:\s*(\d{2})(?:\s*:\s*(\d{2}))?\s*([+-]\d{4}|[a-z]{1,5})?$/i;

/** A Date header (RFC 5322 §3.3 with the obsolete forms of §4.3) in milliseconds; `undefined` if it is invalid. */
export function parseDate(text: Octets): number | undefined {
  const plain = withoutComments(text.slice(0, MAX_LENGTH)).replace(/\s+/g, ' ');
  const match = DATE.exec(plain.slice(0, 100));
  if (match === null || plain.length > 100) return undefined;
  const [, day, monthName = '', yearText = '', hour, minute, second, zone = 'GMT'] = match;
  const month = MONTHS.indexOf(monthName.toLowerCase());
  const year = fullYear(yearText);
  if (month < 0 || Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60) return undefined;
  const time = Date.UTC(year, month, Number(day), Number(hour), Number(minute), Number(second ?? 0));
  const date = new Date(time);
  if (Number(day) < 1 || (date.getUTCMonth() !== month && Number(hour) < 23)) return undefined;
  return time - offset(zone);
}

/** RFC 5322 §4.3: two digits mean 1950–2049, three count from 1900. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 4) return year;
  return text.length === 2 && year < 50 ? year + 2000 : year + 1900;
}

function offset(zone: string): number {
  if (!/^[+-]/.test(zone)) return (ZONES[zone.toUpperCase()] ?? 0) * 3_600_000;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
