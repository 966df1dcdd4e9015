/** A board's cache file. It remembers whose it is: files may be swapped, or copied from elsewhere. */
import { basename } from 'node:path';
import type { BoardConfig } from '../config/config.ts';
import { Cache } from '../store/cache.ts';
import type { Permanent } from '../store/permanent.ts';
import type { Log } from '../wire/log.ts';
import { Failure } from './failure.ts';

/** The fact that says it: a newsgroup, and when that was first offered. */
const OWNER = 'owner';

/**
 * Opens a board's cache. With another board's rows its numbering would seem to have begun again, and every article
 * would get another number.
 * @throws StoreError, and Failure if the cache and the permanent part belong to different boards
 */
export async function openCache(path: string, board: BoardConfig, permanent: Permanent, log: Log): Promise<Cache> {
  const cache = Cache.open(path, {
    maxTextOctets: board.cache.disk,
    onRebuilt: ({ message: reason }) => log.warn({ reason }, 'the cache was unusable and is rebuilt'),
    onLost: ({ message: reason }) => log.error({ reason }, 'the cache file failed; going on without it for now'),
  });
  const owner = cache.fact(OWNER);
  // A newsgroup that has been renamed is still there under its old name.
  const owners = (await permanent.newsgroups()).map(({ name, created }) => ownerOf(name, created));
  // If there are none, the permanent part was cut off, and whoever serves it knows.
  if (owner === undefined || owners.length === 0 || owners.includes(owner)) return cache;
  cache.close();
  throw new Failure(
    `the cache ${path} belongs to another board: ${owner}`,
    `If only the cache is at the wrong place, move it away: everything in it will be fetched again. But if ${basename(path)} is right, what is permanent is another board's: put that back, or restore a backup with \`rgtp-nntp restore\`.`,
  );
}

/** The board is served, and its main newsgroup has been offered since `created` (unix seconds). */
export function noteOwner(cache: Cache, newsgroup: string, created: number): void {
  cache.setFact(OWNER, ownerOf(newsgroup, created));
}

function ownerOf(newsgroup: string, created: number): string {
  return `${newsgroup}, since ${new Date(created * 1000).toISOString()}`;
}
