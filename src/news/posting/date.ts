const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** RFC 5322 §4.3; other names mean an unknown offset, that is 0. */
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

/** A Date header (RFC 5322 §3.3 with the obsolete forms of §4.3) in milliseconds, `undefined` if it is none. */
export function parseDate(text: string): number | undefined {
  const match =
    /^(?:[a-z]{3,9}\s*,?\s*)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*[\s-]+(\d{2}|\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{4}|[a-z]{1,5})?(?:\s*\([^()]*\))?$/i.exec(
      text.slice(0, 100).trim(),
    );
  if (match === null) return undefined;
  const [, day, monthName = '', yearText = '', hour, minute, second, zone = 'GMT'] = match;
  const month = MONTHS.indexOf(monthName.toLowerCase());
  const short = yearText.length === 2;
  const year = Number(yearText) + (short ? (Number(yearText) < 50 ? 2000 : 1900) : 0);
  if (month < 0 || Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60) return undefined;
  const time = Date.UTC(year, month, Number(day), Number(hour), Number(minute), Number(second ?? 0));
  const date = new Date(time);
  if (Number(day) < 1 || (date.getUTCMonth() !== month && Number(hour) < 23)) return undefined;
  return time - offset(zone);
}

function offset(zone: string): number {
  if (!/^[+-]/.test(zone)) return (ZONES[zone.toUpperCase()] ?? 0) * 3_600_000;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
