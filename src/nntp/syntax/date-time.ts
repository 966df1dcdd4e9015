const DIGITS = /^\d+$/;

/**
 * The date and time of NEWGROUPS and NEWNEWS (RFC 3977 §7.3.2) as unix seconds: `yymmdd` or `yyyymmdd`, and `hhmmss`. A
 * two-digit year is of this century, or of the last if that would be later than this year. `undefined`: no such moment.
 *
 * @param local the time is the server's local time (no GMT argument)
 * @param now unix milliseconds
 */
export function parseDateTime(date: string, time: string, local: boolean, now: number): number | undefined {
  if (!DIGITS.test(date) || !DIGITS.test(time)) return undefined;
  if ((date.length !== 6 && date.length !== 8) || time.length !== 6) return undefined;
  const yearDigits = date.length - 4;
  const year = fullYear(Number(date.slice(0, yearDigits)), yearDigits === 2, now);
  const month = Number(date.slice(yearDigits, yearDigits + 2));
  const day = Number(date.slice(yearDigits + 2));
  const [hour, minute, second] = [time.slice(0, 2), time.slice(2, 4), time.slice(4)].map(Number);
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  // Second 60 is a leap second.
  if (month < 1 || month > 12 || day < 1 || day > daysOf(month, year)) return undefined;
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const moment = new Date(0);
  if (local) {
    moment.setFullYear(year, month - 1, day);
    moment.setHours(hour, minute, second, 0);
  } else {
    moment.setUTCFullYear(year, month - 1, day);
    moment.setUTCHours(hour, minute, second, 0);
  }
  return moment.getTime() / 1000;
}

function fullYear(year: number, short: boolean, now: number): number {
  if (!short) return year;
  const thisYear = new Date(now).getUTCFullYear();
  const century = thisYear - (thisYear % 100);
  return century + year > thisYear ? century - 100 + year : century + year;
}

function daysOf(month: number, year: number): number {
  // Day 0 of the next month is the last of this one.
  const last = new Date(Date.UTC(2000, month, 0));
  last.setUTCFullYear(year, month, 0);
  return last.getUTCDate();
}
