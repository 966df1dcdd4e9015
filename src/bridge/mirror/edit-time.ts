import type { Octets } from '../../wire/octets.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const WHEN = /^(\d\d)[.:](\d\d) on (?:([A-Z][a-z]{2}) )?(\d\d?) ([A-Z][a-z]{2})$/;
/** A day of the month falls on the same day of the week again after at most so many years. */
const YEARS = 12;

/**
 * When an edit happened that has no row in the index. The log has neither year nor time zone (`14.05 on Sat 21
 * Nov`): the zone is read as UTC, the year is the nearest to the rows around it in which that day was that day of
 * the week. So the time hardly depends on which rows there are around it, and a mirror that sees them later, when
 * some are gone, finds the same.
 *
 * @param previous unix seconds: the time of the row before it
 * @param next of the row after it
 * @returns unix seconds; `previous` where the log has something else
 */
export function editTime(when: Octets, previous: number, next = previous): number {
  const [, hour, minute, weekday, day, name = ''] = WHEN.exec(when.trim()) ?? [];
  const month = MONTHS.indexOf(name);
  if (month < 0) return previous;
  const first = new Date(previous * 1000).getUTCFullYear() - YEARS;
  const last = Math.min(new Date(next * 1000).getUTCFullYear(), first + 100) + YEARS;
  let best = previous;
  let least = Number.POSITIVE_INFINITY;
  for (let year = first; year <= last; year++) {
    const date = new Date(Date.UTC(year, month, Number(day), Number(hour), Number(minute)));
    if (date.getUTCMonth() !== month || (weekday !== undefined && DAYS[date.getUTCDay()] !== weekday)) continue;
    const seconds = date.getTime() / 1000;
    const distance = Math.max(previous - seconds, seconds - next, 0);
    if (distance < least && seconds >= 0 && seconds <= 0xffffffff) [best, least] = [seconds, distance];
  }
  return best;
}
