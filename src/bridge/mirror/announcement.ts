/** What is told of rows before anybody sees them. */
import { octets } from '../../wire/octets.ts';
import type { Posts } from '../model.ts';
import { type Place, places, placesOf } from '../places.ts';
import type { Decision, Seen } from './decision.ts';
import type { NewRow } from './options.ts';

/** New rows that posting waits for: our own posts are among the newest. */
const MAX_NEWEST = 1000;

/** What a sighting brings that nobody has seen, the newest first. */
export function* newRows({ sighting }: Seen, { numbers, epochs, base }: Decision): Generator<NewRow> {
  for (let place = numbers.length - 1; place >= 0; place--) {
    if (numbers[place] === 0) continue;
    const { event, user, generation, sequence } = sighting.at(place, base);
    const epoch = epochs.covering(generation, sequence)?.number ?? 1;
    yield { userid: event?.entry.userid ?? sighting.userids[user] ?? octets``, epoch, sequence };
  }
}

export function newestRows(seen: Seen, decision: Decision): NewRow[] {
  return [...newRows(seen, decision)].slice(0, MAX_NEWEST);
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
