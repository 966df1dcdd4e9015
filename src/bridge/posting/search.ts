import { RgtpError } from '../../rgtp/errors.ts';
import type { IndexEntry } from '../../rgtp/index-entry.ts';
import type { Octets } from '../../wire/octets.ts';
import type { SearchConnection } from './connection.ts';
import { type Deed, hashOf, type Plan } from './plan.ts';

/** Rows looked at closely: more posts of one author to one place within one lost connection there can't be. */
const MAX_CANDIDATES = 1000;

/**
 * Looks on the board for what a plan meant to do: by author, kind and place in the index, then by text.
 *
 * @param taken whether a sequence number is known to be another post's
 * @returns its sequence number, `undefined` if it is not there. Rejects where the board can't be asked.
 */
export async function findPlanned(
  board: SearchConnection,
  plan: Plan,
  taken: (sequence: number) => boolean,
): Promise<number | undefined> {
  if (plan.deed.kind === 'withdrawal') return findWithdrawal(board, plan, plan.deed.itemId, taken);
  const candidates: IndexEntry[] = [];
  await board.index({ sequence: plan.after + 1 }, (entry) => {
    if (candidates.length < MAX_CANDIDATES && matches(entry, plan) && !taken(entry.sequence)) candidates.push(entry);
  });
  for (const entry of candidates) {
    if (await hasText(board, entry, plan)) return entry.sequence;
  }
  return undefined;
}

const ROW_TYPES = { item: 'I', reply: 'R', continuation: 'C', motd: 'M', edit: 'E' } as const satisfies Record<
  Exclude<Deed['kind'], 'withdrawal'>,
  IndexEntry['type']
>;

function matches(entry: IndexEntry, { deed, userid, after }: Plan): boolean {
  if (deed.kind === 'withdrawal' || entry.type !== ROW_TYPES[deed.kind]) return false;
  if (entry.sequence <= after || !sameUserid(entry.userid, userid)) return false;
  return 'itemId' in deed ? entry.itemId === deed.itemId : true;
}

/** Boards fold the case of the domain (groggsd) or of everything (spurge). */
export function sameUserid(a: Octets, b: Octets): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

async function hasText(board: SearchConnection, entry: IndexEntry, plan: Plan): Promise<boolean> {
  if (entry.type === 'M') {
    const motd = await board.motd();
    // Only the newest message has a text; an older one of this editor can only be taken for the one meant.
    return motd === undefined || motd.sequence !== entry.sequence || hashOf(motd.lines) === plan.hash;
  }
  if (entry.itemId === undefined) return false;
  try {
    const item = await board.item(entry.itemId);
    // An edit's number is no post's: it did what was meant where the new text stands anywhere in the item.
    return item.contributions.some(
      ({ sequence, lines }) => (entry.type === 'E' || sequence === entry.sequence) && hashOf(lines) === plan.hash,
    );
  } catch (error) {
    if (error instanceof RgtpError && error.kind === 'no-such-item') return false;
    throw error;
  }
}

async function findWithdrawal(
  board: SearchConnection,
  { userid, after }: Plan,
  itemId: string,
  taken: (sequence: number) => boolean,
): Promise<number | undefined> {
  const log = await board.editLog();
  return log.find(
    (entry) =>
      entry.kind === 'withdrawn' &&
      entry.itemId === itemId &&
      entry.sequence > after &&
      sameUserid(entry.userid, userid) &&
      !taken(entry.sequence),
  )?.sequence;
}
