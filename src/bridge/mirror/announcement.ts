/** What is told of rows before anybody sees them. */
import { octets } from '../../wire/octets.ts';
import type { Posts } from '../model.ts';
import { type Place, places, placesOf } from '../places.ts';
import type { Decision, Seen } from './decision.ts';
import type { NewRow } from './options.ts';
import { STRETCH } from './row-order.ts';

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
  const rows: NewRow[] = [];
  for (const row of newRows(seen, decision)) if (rows.push(row) >= MAX_NEWEST) break;
  return rows;
}

/** The highest number of each newsgroup among the rows that are new, or back. There may be none in all of a large index. */
export function* highs(
  posts: Posts,
  { sighting }: Seen,
  { numbers, known, differing }: Decision,
): Generator<undefined, ReadonlyMap<Place, number>> {
  const found = new Map<Place, number>();
  const raise = (place: number, number: number) => {
    for (const group of placesOf[sighting.kindAt(place)]) {
      found.set(group, Math.max(number, found.get(group) ?? 0));
    }
  };
  // The first of each newsgroup is the highest.
  for (let at = numbers.length - 1; at >= 0 && found.size < places.length; at--) {
    if (at % STRETCH === 0) yield;
    const number = numbers[at] ?? 0;
    if (number > 0) raise(at, number);
  }
  for (const [at, place] of differing.entries()) {
    if (at % STRETCH === 0) yield;
    raise(place, posts.numbers[known[place] ?? -1] ?? 0);
  }
  return found;
}
