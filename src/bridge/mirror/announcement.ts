/** What is told of rows before anybody sees them. */
import { octets } from '../../wire/octets.ts';
import type { Posts } from '../model.ts';
import { type Place, places, placesOf } from '../places.ts';
import type { Decision, Seen } from './decision.ts';
import type { NewRow } from './options.ts';

/** New rows that posting is shown: our own posts are among the newest. */
const MAX_NEW_ROWS = 1000;

/** What a sighting brings that nobody has seen: the newest, where that is everything. */
export function newRows({ sighting }: Seen, { numbers }: Decision): NewRow[] {
  const rows: NewRow[] = [];
  for (let place = numbers.length - 1; place >= 0 && rows.length < MAX_NEW_ROWS; place--) {
    if (numbers[place] === 0) continue;
    const { event, user, sequence } = sighting.at(place, 0);
    rows.push({ userid: event?.entry.userid ?? sighting.userids[user] ?? octets``, sequence });
  }
  return rows;
}

/** The highest number of each newsgroup among the rows that are new, or back. */
export function highs(posts: Posts, { sighting }: Seen, { numbers, known, differing }: Decision) {
  const found = new Map<Place, number>();
  const raise = (place: number, number: number) => {
    for (const group of placesOf[sighting.at(place, 0).kind]) {
      found.set(group, Math.max(number, found.get(group) ?? 0));
    }
  };
  for (const place of differing) raise(place, posts.numbers[known[place] ?? -1] ?? 0);
  const all = differing.length === 0 ? places.length : found.size + places.length;
  for (let at = numbers.length - 1; at >= 0 && found.size < all; at--) {
    const number = numbers[at] ?? 0;
    if (number > 0) raise(at, number);
  }
  return found;
}
