import type { Octets } from '../../wire/octets.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WHEN = /^(\d\d)[.:](\d\d) on (?:[A-Z][a-z]{2} )?(\d\d?) ([A-Z][a-z]{2})$/;

/**
 * When an edit happened that has no row in the index. The log has neither year nor time zone (`14.05 on Sat 21
 * Nov`): the year is the one that brings it nearest to `near`, the zone is read as UTC. So the time depends on
 * nothing but the log and the rough time of its neighbours, and does not change when a neighbour goes.
 *
 * @param near unix seconds: the time of the rows around it
 * @returns unix seconds; `near` where the log has something else
 */
export function editTime(when: Octets, near: number): number {
  const [, hour, minute, day, name = ''] = WHEN.exec(when.trim()) ?? [];
  const month = MONTHS.indexOf(name);
  if (month < 0) return near;
  const year = new Date(near * 1000).getUTCFullYear();
  const candidates = [year - 1, year, year + 1].map(
    (each) => Date.UTC(each, month, Number(day), Number(hour), Number(minute)) / 1000,
  );
  const nearest = candidates.reduce((best, each) => (Math.abs(each - near) < Math.abs(best - near) ? each : best));
  return Math.min(Math.max(nearest, 0), 0xffffffff);
}
