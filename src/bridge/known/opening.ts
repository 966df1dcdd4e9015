/**
 * What is known of a board when its mirror is opened: the cache has the board's state, and the permanent store has what
 * must outlive it. Either may be older than the other, or damaged.
 */
import type { Cache } from '../../store/cache.ts';
import type { Permanent } from '../../store/permanent.ts';
import type { Epoch } from '../../store/permanent-records.ts';
import { eventLoop } from '../../wire/fair-share.ts';
import { type Log, silent } from '../../wire/log.ts';
import { soundEpochs } from './epochs.ts';
import { loadEpochs, loadState } from './persistence.ts';
import { Publishing } from './publishing.ts';
import { catchUpRecent } from './recent.ts';
import { BoardState } from './state.ts';

export interface OpeningOptions {
  readonly cache: Cache;
  readonly permanent: Permanent;
  /** for logs */
  readonly newsgroup: string;
  readonly log?: Log;
  /** unix ms */
  readonly now?: () => number;
}

/**
 * Loads the state, and brings the permanent store up to date with it.
 *
 * @param make makes the result from the state; throws if the rest of the cache makes no sense
 * @throws StoreError if the permanent store can't be read or written
 */
export async function opened<T>(
  options: OpeningOptions,
  make: (state: BoardState) => T,
): Promise<{ readonly made: T; readonly state: BoardState }> {
  const { cache, permanent, log = silent, now = Date.now } = options;
  const epochs = await soundEpochs(options);
  const publishing = await Publishing.load(permanent);
  const load = async () => {
    const state = await loaded(options, epochs, publishing);
    return { made: make(state), state };
  };
  let known: Awaited<ReturnType<typeof load>>;
  try {
    known = await load();
  } catch (err) {
    log.warn({ path: cache.path, err }, 'the cache is damaged: it is deleted and filled again');
    cache.rebuild();
    known = await load();
  }
  const { isNew, posts } = known.state;
  // The permanent store may be yesterday's: what the cache knows about the numbering must outlive the cache.
  if (!isNew) await permanent.addEpochs(known.state.epochs.all);
  if (publishing.isNew && posts.length > 0) await publishing.adopt(posts, now());
  await publishing.catchUp(posts);
  if (posts.length > 0) await catchUpRecent(permanent, known.state);
  return known;
}

/** Throws if the cache makes no sense. */
async function loaded(options: OpeningOptions, known: readonly Epoch[], publishing: Publishing): Promise<BoardState> {
  const seen = loadEpochs(options.cache);
  if (known.some((epoch) => JSON.stringify(seen[epoch.number - 1] ?? epoch) !== JSON.stringify(epoch))) {
    throw new RangeError('its numbers were given in other epochs');
  }
  const state = new BoardState(seen.length > known.length ? seen : known, publishing);
  await eventLoop.inTurns(loadState(options.cache, state));
  // An incomplete first reading of the index does not count.
  if (!state.isRead && state.posts.length > 0) {
    options.cache.rebuild();
    return loaded(options, known, publishing);
  }
  return state;
}
