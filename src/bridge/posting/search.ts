import { RgtpError } from '../../rgtp/errors.ts';
import type { IndexEntry } from '../../rgtp/index-entry.ts';
import type { Item } from '../../rgtp/item.ts';
import { isAfter, isNewer } from '../../rgtp/sequence.ts';
import { PostKind } from '../model.ts';
import { ROW_KINDS } from '../row-kinds.ts';
import type { SearchConnection } from './connection.ts';
import type { KnownRows, Sign } from './known-rows.ts';
import { type Deed, hashOf, type Landmark, type Plan, sameUserid } from './plan.ts';

/** Rows whose texts are compared: nobody posts more in one place while a connection is lost. */
const MAX_CANDIDATES = 1000;

interface Known extends Pick<KnownRows, 'isOlder' | 'isTaken'> {
  /** Whether a text is that of another post whose outcome is not known. */
  isAnothers?(hash: string): boolean;
}

export interface Finding {
  readonly sequence: number;
  /** as the board shows it */
  readonly sign: Sign;
  /** its text can't be compared any more: it may be another post by the same author */
  readonly isGuess: boolean;
}

/**
 * Looks on the board for the result of a plan: by author, kind and place in the index, then by text. Considers only
 * rows after the one that was the newest when the plan was made. If that row is gone (the board was restored from a
 * backup, or an editor removed it), new rows may have lower numbers, so all rows not known at the time are considered.
 * If no text is that of the plan, an editor may have changed it: then the first row that may be the post is taken for
 * it, because what is on the board must not be sent again.
 *
 * @returns `undefined` if it is not there. Rejects if the board can't be asked.
 */
export async function findPlanned(board: SearchConnection, plan: Plan, known: Known): Promise<Finding | undefined> {
  const { deed, moment } = plan;
  let goesOn = false;
  const isNew = (sign: Sign) => {
    if ((moment === undefined || goesOn) && isNewer(sign.sequence, plan.after)) return true;
    return moment !== undefined && !known.isOlder(sign, moment);
  };
  let entries: IndexEntry[] = [];
  const read = async (sequence: number | undefined) => {
    entries = [];
    await board.index(sequence === undefined ? undefined : { sequence }, (entry) => {
      goesOn ||= moment?.newest !== undefined && isThere(entry, moment.newest);
      if (entries.length < MAX_CANDIDATES && matches(entry, plan) && isNew(signOf(entry))) entries.push(entry);
    });
  };
  const start = moment === undefined ? (plan.after + 1) % 2 ** 32 : moment.newest?.sequence;
  await read(start === undefined ? undefined : startFor(start)?.sequence);
  const isWanted = (sign: Sign) => isNew(sign) && !known.isTaken(sign, plan);
  if (deed.kind === 'withdrawal') {
    const sign = await findWithdrawal(board, plan, deed.itemId, isWanted);
    return sign && { sequence: sign.sequence, sign, isGuess: false };
  }
  if (moment?.newest !== undefined && !goesOn) await read(undefined);
  const changed: { readonly entry: IndexEntry; readonly hash: string | undefined }[] = [];
  for (const entry of entries) {
    if (known.isTaken(signOf(entry), plan)) continue;
    const item = await itemOf(board, entry);
    const isPlans = await hasText(board, entry, item, plan);
    if (isPlans === true) return { sequence: entry.sequence, sign: signOf(entry), isGuess: false };
    const isSubject = !('subject' in deed) || deed.subject === entry.subject;
    if (isPlans === undefined && isSubject) changed.push({ entry, hash: hashIn(item, entry) });
  }
  const mayBe = ({ entry, hash }: (typeof changed)[number]) =>
    isWanted(signOf(entry)) && (hash === undefined || known.isAnothers?.(hash) !== true);
  const guess = changed.find(mayBe);
  return guess && { sequence: guess.entry.sequence, sign: signOf(guess.entry), isGuess: true };
}

/**
 * Whether the board's row with this number is the result of the plan, or may be, because its item has been edited
 * since.
 */
export async function isPlanned(board: SearchConnection, plan: Plan, sequence: number): Promise<boolean> {
  const { deed } = plan;
  if (deed.kind === 'withdrawal') {
    return (await findWithdrawal(board, plan, deed.itemId, (sign) => sign.sequence === sequence)) !== undefined;
  }
  const entries: IndexEntry[] = [];
  await board.index(startFor(sequence), (entry) => {
    if (entry.sequence === sequence && matches(entry, plan)) entries.push(entry);
  });
  for (const entry of entries) {
    if ((await hasText(board, entry, await itemOf(board, entry), plan)) !== false) return true;
  }
  return false;
}

/** The times of the index's rows, by number, from a number on. */
export async function timesOf(board: SearchConnection, first: number): Promise<ReadonlyMap<number, number>> {
  const times = new Map<number, number>();
  await board.index(startFor(first), ({ sequence, time }) => {
    times.set(sequence, time);
  });
  return times;
}

/**
 * Where to start reading the index. If a board compares plain numbers, rows after a wrap are not "at or after" those
 * before it.
 */
function startFor(sequence: number): { readonly sequence: number } | undefined {
  return isAfter(0, sequence) ? undefined : { sequence };
}

function isThere({ sequence, time, itemId, userid }: IndexEntry, landmark: Landmark): boolean {
  return (
    sequence === landmark.sequence &&
    time === landmark.time &&
    itemId === landmark.itemId &&
    sameUserid(userid, landmark.userid)
  );
}

function signOf({ sequence, type, itemId, time }: IndexEntry): Sign {
  return { sequence, kind: ROW_KINDS[type], itemId, time };
}

const ROW_TYPES = { item: 'I', reply: 'R', continuation: 'C', motd: 'M', edit: 'E' } as const satisfies Record<
  Exclude<Deed['kind'], 'withdrawal'>,
  IndexEntry['type']
>;

function matches(entry: IndexEntry, { deed, userid }: Plan): boolean {
  if (deed.kind === 'withdrawal' || entry.type !== ROW_TYPES[deed.kind]) return false;
  if (!sameUserid(entry.userid, userid)) return false;
  return 'itemId' in deed ? entry.itemId === deed.itemId : true;
}

/** Whether the text is that of the plan. `undefined`: that can't be told, because another has taken its place since. */
async function hasText(
  board: SearchConnection,
  { type, sequence }: IndexEntry,
  item: Item | undefined,
  plan: Plan,
): Promise<boolean | undefined> {
  if (type === 'M') {
    const motd = await board.motd();
    return motd?.sequence === sequence ? hashOf(motd.lines) === plan.hash : undefined;
  }
  // No post has an edit's number: the edit succeeded if the new text is anywhere in the item.
  const posts = item?.contributions.filter((post) => type === 'E' || post.sequence === sequence) ?? [];
  if (posts.some(({ lines }) => hashOf(lines) === plan.hash)) return true;
  return item?.lastEdit !== undefined && isAfter(item.lastEdit, sequence) ? undefined : false;
}

/** `hashOf` the post with the row's number, if the item has it. */
function hashIn(item: Item | undefined, { sequence }: IndexEntry): string | undefined {
  const post = item?.contributions.find((one) => one.sequence === sequence);
  return post && hashOf(post.lines);
}

/** `undefined`: it is not there, or the row is that of a message of the day. */
async function itemOf(board: SearchConnection, { itemId }: IndexEntry): Promise<Item | undefined> {
  if (itemId === undefined) return undefined;
  try {
    return await board.item(itemId);
  } catch (error) {
    if (error instanceof RgtpError && error.kind === 'no-such-item') return undefined;
    throw error;
  }
}

async function findWithdrawal(
  board: SearchConnection,
  { userid }: Plan,
  itemId: string,
  isWanted: (sign: Sign) => boolean,
): Promise<Sign | undefined> {
  const log = await board.editLog();
  return log
    .filter((entry) => entry.kind === 'withdrawn' && entry.itemId === itemId && sameUserid(entry.userid, userid))
    .map(({ sequence }) => ({ sequence, kind: PostKind.Withdrawal, itemId, time: undefined }))
    .find(isWanted);
}
