/**
 * The newest rows are kept for good. Epochs define numbers, but not which posts were shown under them: without a cache,
 * an index restored from a backup looks like one that never changed. With the newest rows as they were shown, a mirror
 * that has lost its cache compares the index as it would have with it: what is gone, what is another post, what came in
 * too late.
 */
import type { Permanent } from '../../store/permanent.ts';
import type { RecentRow } from '../../store/permanent-records.ts';
import { atOnce } from '../../wire/fair-share.ts';
import { latin1 } from '../../wire/octets.ts';
import { type Notice, PostKind, type Posts } from '../model.ts';
import type { BoardState } from './state.ts';

/** How many rows are kept. An index restored to what it was before all of them can't be recognised. */
export const MAX_RECENT = 1024;
/** … with the numbers between them that are reserved for what the edit log may say. */
const MAX_KEPT = 8 * MAX_RECENT;

export interface RowDetails {
  readonly sequence: number;
  readonly epoch: number;
  readonly time: number;
  readonly kind: PostKind;
  /** the kind of a row that is gone */
  readonly was?: PostKind;
  readonly arrival: number;
  readonly user: string;
  /** the item of a post that belongs to one */
  readonly item?: string;
  /** the item of an entry of the edit log; `null` for no item */
  readonly noted?: string | null;
  /** the editor in that entry */
  readonly editor?: string;
}

export function rowDetails(details: string): RowDetails {
  // Written by `rowsFrom`, or `rowsOf` in `agreement.ts`.
  return JSON.parse(details) as RowDetails;
}

/** Whether its number is reserved for what the edit log may say. */
export function isReserved({ kind, was, item }: RowDetails): boolean {
  return kind === PostKind.Gone && (was ?? PostKind.Gone) === PostKind.Gone && item === undefined;
}

/** Whether there are older rows than those kept. */
export function isCut(rows: readonly RecentRow[]): boolean {
  if (rows.length < MAX_RECENT) return false;
  return rows.length >= MAX_KEPT || rows.filter(({ details }) => !isReserved(rowDetails(details))).length >= MAX_RECENT;
}

/** The first row to keep if so many new ones are added. */
export function firstRecent({ was, length }: Posts, coming = 0): number {
  let row = length;
  for (let left = MAX_RECENT - coming; left > 0 && row > 0 && length - row < MAX_KEPT - coming; )
    if (was[--row] !== PostKind.Gone) left--;
  return row;
}

/** Writes changed rows, once they are shown. */
export async function keepRecent(permanent: Permanent, state: BoardState): Promise<void> {
  const { posts } = state;
  const from = firstRecent(posts);
  const changed = posts.takeFirstChanged();
  if (changed >= posts.length) return;
  try {
    await permanent.putRecent(rowsFrom(state, Math.max(from, changed)), posts.numbers[from] ?? 0);
  } catch (error) {
    posts.touch(changed);
    throw error;
  }
}

/** Brings the rows up to date: the permanent store may be yesterday's, or of a version that kept none. */
export async function catchUpRecent(permanent: Permanent, state: BoardState): Promise<void> {
  const rows = rowsFrom(state, firstRecent(state.posts));
  const before = await permanent.recent();
  // If several bridges serve the board, the others know what has become of these rows since.
  const last = rows.at(-1)?.number ?? 0;
  if (permanent.shared !== undefined && (before.at(-1)?.number ?? 0) >= last) return;
  const kept = new Map(before.map(({ number, details }) => [number, details]));
  if (kept.size === rows.length && rows.every(({ number, details }) => kept.get(number) === details)) return;
  await permanent.putRecent(rows, rows[0]?.number ?? 0);
}

/** Rows in the form that `recall` takes. */
function rowsFrom({ posts, records, users, notices }: BoardState, first: number): RecentRow[] {
  const rows: RecentRow[] = [];
  for (let row = first; row < posts.length; row++) {
    const notice = notices.get(row);
    const details: RowDetails = {
      sequence: posts.sequences[row] ?? 0,
      epoch: posts.epochs[row] ?? 0,
      time: posts.times[row] ?? 0,
      // The column holds only kinds.
      kind: (posts.kinds[row] ?? PostKind.Gone) as PostKind,
      arrival: posts.arrivals[row] ?? 0,
      user: users.list[posts.users[row] ?? -1] ?? '',
      ...(posts.was[row] !== posts.kinds[row] && { was: posts.was[row] as PostKind }),
      ...((posts.items[row] ?? -1) >= 0 && { item: records.list[posts.items[row] ?? -1]?.id ?? '' }),
      ...(notice !== undefined && { noted: notice.itemId ?? null, editor: notice.userid }),
    };
    rows.push({ number: posts.numbers[row] ?? 0, details: JSON.stringify(details) });
  }
  return rows;
}

/** Puts rows back as they were. The edit log will bring the reasons for what editors did. */
export function recall(state: BoardState, rows: readonly RecentRow[]): void {
  const { posts, records, users, notices } = state;
  for (const { number, details } of rows) {
    const { item, noted, editor, user, ...rest } = rowDetails(details);
    const record = item === undefined ? undefined : records.intern(item);
    const row = posts.append({ ...rest, number, item: record?.index ?? -1, user: users.intern(latin1(user)) });
    if (noted === undefined) continue;
    const notice: Notice = { userid: latin1(editor ?? ''), itemId: noted ?? undefined, reason: [] };
    notices.set(row, notice);
  }
  atOnce(records.relink(posts));
}
