import type { BoardPool } from '../../src/bridge/board-line.ts';
import { Mirror } from '../../src/bridge/mirror/mirror.ts';
import type { Intervals, MirrorOptions } from '../../src/bridge/mirror/options.ts';
import { type BoardModel, PostKind } from '../../src/bridge/model.ts';
import { Cache } from '../../src/store/cache.ts';
import type { Permanent } from '../../src/store/permanent.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';

/** Intervals so long that nothing happens by itself within a test. */
export const STILL: Partial<Intervals> = { reader: 1e9, idle: 1e9, reconcile: 1e12, quiet: 1e9 };

export function mirrorOptions(pool: BoardPool, options: Partial<MirrorOptions> = {}): MirrorOptions {
  return {
    newsgroup: 'groggs.test',
    pool,
    cache: Cache.open(':memory:'),
    permanent: PermanentFile.open(':memory:'),
    poll: STILL,
    ...options,
  };
}

export function openMirror(pool: BoardPool, options?: Partial<MirrorOptions>): Promise<Mirror> {
  return Mirror.open(mirrorOptions(pool, options));
}

/** A mirror that has never seen the board before and is complete now. */
export async function freshMirror(pool: BoardPool, permanent?: Permanent): Promise<Mirror> {
  const mirror = await openMirror(pool, permanent === undefined ? {} : { permanent });
  await mirror.complete();
  return mirror;
}

/** The highest article number given, whether or not its post is still there; 0 if none. */
export function highest({ posts }: BoardModel): number {
  return posts.length === 0 ? 0 : (posts.numbers[posts.length - 1] ?? 0);
}

export interface Shown {
  readonly number: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly time: number;
  readonly kind: string;
  readonly item: string | undefined;
  readonly userid: string | undefined;
  readonly subject: string | undefined;
  readonly continues: string | undefined;
  readonly continuedIn: string | undefined;
  readonly text: string | undefined;
  readonly notice: string | undefined;
}

const KINDS = Object.keys(PostKind);

/** Everything that a reader can see of a mirror, without what is gone. */
export async function shown(model: BoardModel): Promise<Shown[]> {
  const rows: Shown[] = [];
  for (let row = 0; row < model.posts.length; row++) {
    if (model.posts.kinds[row] !== PostKind.Gone) rows.push(await shownRow(model, row));
  }
  return rows;
}

/** The numbers that a reader can see, and of what. */
export async function shownNumbers(model: BoardModel): Promise<string[]> {
  return (await shown(model)).map(({ number, kind }) => `${number} ${kind}`);
}

async function shownRow(model: BoardModel, row: number): Promise<Shown> {
  const { posts, items, userids } = model;
  const item = items[posts.items[row] ?? -1];
  const text = item === undefined ? undefined : await model.text(item);
  const sequence = posts.sequences[row] ?? -1;
  const post = text?.post(sequence);
  const notice = model.notice(row);
  return {
    number: posts.numbers[row] ?? -1,
    epoch: posts.epochs[row] ?? -1,
    sequence,
    time: posts.times[row] ?? -1,
    kind: KINDS[posts.kinds[row] ?? -1] ?? '?',
    item: item?.id,
    userid: userids[posts.users[row] ?? -1],
    subject: item?.subject,
    continues: items[item?.continues ?? -1]?.id,
    continuedIn: items[item?.continuedIn ?? -1]?.id,
    text: post?.lines.join('\n'),
    notice: notice && [notice.userid, notice.itemId, ...notice.reason].join('|'),
  };
}
