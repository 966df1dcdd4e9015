/** What overview and headers need is known without texts: the same octets, as long, and no longer. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PostColumns } from '../../../src/bridge/known/columns.ts';
import { Records } from '../../../src/bridge/known/records.ts';
import { SharedMemory } from '../../../src/bridge/memory.ts';
import type { Mirror } from '../../../src/bridge/mirror/mirror.ts';
import type { MirrorOptions } from '../../../src/bridge/mirror/options.ts';
import { PostKind } from '../../../src/bridge/model.ts';
import { Summaries } from '../../../src/bridge/texts/summaries.ts';
import { BoardView } from '../../../src/bridge/view/board-view.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import { Cache } from '../../../src/store/cache.ts';
import type { Charset } from '../../../src/wire/charset.ts';
import { latin1 } from '../../../src/wire/octets.ts';
import { FakeBoard } from '../../support/fake-board.ts';
import { openMirror } from '../../support/mirrors.ts';
import { boardOptions, linesOf } from '../../support/views.ts';

const SECRET = 'xQsecretQx';

/** Whatever can be in a post. */
const writings: readonly { readonly grogname: string; readonly lines: readonly string[] }[] = [
  { grogname: 'A writer', lines: ['plain'] },
  { grogname: '', lines: [] },
  { grogname: '   ', lines: ['', '', ''] },
  { grogname: 'caf\xe9 "quoted" <a@b>', lines: ['caf\xe9', '.', '..', '--', '-- '] },
  { grogname: 'caf\xc3\xa9', lines: ['caf\xc3\xa9 and \xff'] },
  { grogname: '\0NUL\0', lines: ['a\0b', '\0', '\x7f\x80\x9f'] },
  { grogname: 'x'.repeat(75), lines: ['x'.repeat(997), 'y'.repeat(998), 'z'.repeat(999), 'w'.repeat(5000)] },
  { grogname: '\xe9'.repeat(75), lines: ['\xe9'.repeat(998), `${'\xe9 '.repeat(600)}`] },
  { grogname: '=?UTF-8?Q?no?=', lines: ['\t', 'tab\tbed', ' '] },
  { grogname: '\x93windows\x94', lines: ['\x93windows\x94'] },
];

/** Items with all of these, edited, continued and withdrawn. */
function hostileBoard(): FakeBoard {
  const board = new FakeBoard();
  for (const [n, writing] of writings.entries()) {
    const id = board.newItem(`Subject ${n}`, writing);
    for (const reply of writings) board.reply(id, reply);
    if (n % 3 === 0) board.edit(id, 2, ['edited \xe9']);
    if (n % 4 === 0) board.continue(id, 'On', writing);
    if (n === 5) board.withdraw(id);
  }
  board.editIndex((rows) => rows.filter((_, n) => n % 17 !== 3));
  return board;
}

interface Kept {
  readonly path: string;
  /** a mirror over the same file, which the one before has closed */
  open(options?: Partial<MirrorOptions>): Promise<Mirror>;
  close(): Promise<void>;
  onDisk(): string;
  /** of the first so many items */
  stored(items: number): string;
}

function kept(board: FakeBoard): Kept {
  const folder = mkdtempSync(join(tmpdir(), 'summaries-'));
  const path = join(folder, 'cache.sqlite');
  const opened: Mirror[] = [];
  const close = async () => {
    for (const mirror of opened.splice(0)) await mirror.close();
  };
  onTestFinished(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });
  return {
    path,
    async open(options = {}) {
      await close();
      const mirror = await openMirror(board, { cache: Cache.open(path), ...options });
      opened.push(mirror);
      return mirror;
    },
    close,
    stored(items) {
      const cache = Cache.open(path);
      const stored = cache.summariesBefore(items, items).map(({ data }) => Buffer.from(data).toString('latin1'));
      cache.close();
      return stored.join();
    },
    onDisk: () => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name)))).toString('latin1'),
  };
}

/** OVER, HDR From and HEAD of everything. @param from what may be asked */
async function headsOf(mirror: Mirror, from: 'texts' | 'summaries' | 'both'): Promise<unknown[]> {
  // Articles and overview are made afresh.
  const view = new BoardView({
    model: new Proxy(mirror, {
      get(target, name) {
        if (name === 'summary' && from === 'texts') return () => undefined;
        if (name === 'text' && from === 'summaries') return () => expect.fail('a text was read');
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
    memory: new SharedMemory(1 << 24),
    options: boardOptions,
  });
  const shown: unknown[] = [];
  for (const group of view.groups) {
    shown.push(await linesOf(group.overview(1, 1e6)), await linesOf(group.header('from', 1, 1e6)));
    for (const piece of group.numbers(1, 1e6)) {
      for (const number of piece) {
        const { bytes, bodyStart } = (await group.head(number)) ?? expect.fail();
        shown.push(bytes.toString('latin1', 0, bodyStart));
      }
    }
  }
  view.close();
  return shown;
}

/** Everything that is stored is read. */
async function settle(): Promise<void> {
  for (let n = 0; n < 20; n++) await new Promise(setImmediate);
}

describe.each(['auto', 'latin1', 'utf-8', 'windows-1252'] as const)('read as %s', (charset) => {
  test('overview and headers are those that the texts give: at once, and after a restart', async () => {
    const board = hostileBoard();
    const store = kept(board);
    let mirror = await store.open({ charset });
    await mirror.complete();
    const shown = await headsOf(mirror, 'texts');
    expect(shown.length).toBeGreaterThan(100);
    expect(await headsOf(mirror, 'summaries')).toEqual(shown);
    mirror = await store.open({ charset });
    await settle();
    expect(await headsOf(mirror, 'summaries')).toEqual(shown);
  });
});

test('after the end, what has not been read yet is left', async () => {
  const store = kept(hostileBoard());
  await (await store.open()).complete();
  await store.close();
  const cache = Cache.open(store.path);
  const [some] = cache.summariesBefore(999, 1);
  // There is always more.
  const asked = vi.spyOn(cache, 'summariesBefore').mockImplementation((_, most) => Array(most).fill(some));
  await store.open({ cache });
  expect(asked).toHaveBeenCalled();
  await store.close();
  asked.mockClear();
  await settle();
  expect(asked).not.toHaveBeenCalled();
});

test('what was read as another character set is measured again', async () => {
  const board = hostileBoard();
  const store = kept(board);
  const shown = async (charset: Charset) => {
    const mirror = await store.open({ charset });
    await mirror.complete();
    await settle();
    const texts = await headsOf(mirror, 'texts');
    expect(await headsOf(mirror, 'summaries')).toEqual(texts);
    return texts;
  };
  expect(await shown('utf-8')).not.toEqual(await shown('latin1'));
});

test('the file of an earlier version: each text is read once', async () => {
  const board = hostileBoard();
  const store = kept(board);
  await (await store.open()).complete();
  await store.close();
  await store.open({ cache: emptied(store) });
  const mirror = await store.open();
  await settle();
  const rows = Array.from({ length: mirror.posts.length }, (_, row) => row);
  expect(rows.some((row) => mirror.summary(row) !== undefined)).toBe(false);
  for (const item of mirror.items) await mirror.text(item);
  expect(await headsOf(mirror, 'summaries')).toEqual(await headsOf(mirror, 'texts'));
  const again = await store.open();
  await settle();
  expect(await headsOf(again, 'summaries')).toEqual(await headsOf(again, 'texts'));
});

function emptied({ path }: Kept): Cache {
  const cache = Cache.open(path);
  cache.dropAllSummaries();
  cache.close();
  return Cache.open(path);
}

test('a text that was dropped for want of room is not needed; nor the board', async () => {
  const board = hostileBoard();
  const store = kept(board);
  const mirror = await store.open();
  await mirror.complete();
  const shown = await headsOf(mirror, 'texts');
  await store.close();
  const cache = Cache.open(store.path, { maxTextOctets: 1 });
  const small = await store.open({ cache });
  await small.refresh();
  cache.transaction(() => cache.putText(999, new Uint8Array(1)));
  cache.evictTexts();
  board.fault = () => {
    throw new RgtpError('unavailable', 'away');
  };
  await settle();
  expect(cache.textOctets).toBe(0);
  expect(await headsOf(small, 'summaries')).toEqual(shown);
});

describe('what an editor removed is served from nowhere, and nowhere on disk', () => {
  const deeds: Record<string, (board: FakeBoard, item: string, reply: number) => void> = {
    'an edit': (board, item) => {
      const posts = board.items.get(item)?.contributions ?? [];
      posts[1] = { ...(posts[1] ?? expect.fail()), grogname: latin1('Anne') };
      board.edit(item, 1, ['edited']);
    },
    'a withdrawal': (board, item) => board.withdraw(item),
    'an edit of the index': (board, _, reply) => {
      board.editIndex((rows) => rows.filter(({ sequence }) => sequence !== reply));
    },
  };
  const restarts = {
    'before it is stored': async (_: Kept, mirror: Mirror) => mirror,
    'while it was down, and what is stored is not read yet': (store: Kept) => store.open({ background: false }),
    'while it was down, and what is stored is read': async (store: Kept) => {
      const mirror = await store.open({ background: false });
      await settle();
      return mirror;
    },
  };
  test.each(Object.keys(deeds).flatMap((deed) => Object.keys(restarts).map((when) => [deed, when] as const)))(
    '%s, %s',
    async (deed, when) => {
      const board = new FakeBoard();
      const item = board.newItem('Kept');
      const reply = board.reply(item, { grogname: SECRET, lines: ['a libel'] });
      const other = board.newItem('Other');
      const store = kept(board);
      const first = await store.open();
      await first.complete();
      const row = first.rowOfSequence(reply);
      expect(first.summary(row)?.grogname).toBe(SECRET);
      const mirror = (await restarts[when as keyof typeof restarts]?.(store, first)) ?? expect.fail();
      if (mirror !== first) expect(store.onDisk()).toContain(SECRET);
      deeds[deed]?.(board, item, reply);
      // What the text itself would tell is not there to be asked.
      board.fault = (request) => {
        if (request.startsWith('ITEM')) throw new RgtpError('unavailable', 'away');
      };
      await mirror.refresh(board.sequence);
      expect(mirror.summary(row)?.grogname).toBeUndefined();
      await settle();
      expect(mirror.summary(row)).toBeUndefined();
      const before = mirror.rowOfSequence(board.items.get(other)?.contributions[0]?.sequence ?? 0);
      expect(mirror.summary(before)).toBeDefined();
      await store.close();
      expect(store.stored(2)).not.toContain(SECRET);
      // A row that left the index is still in its item.
      if (deed !== 'an edit of the index') expect(store.onDisk()).not.toContain(SECRET);
      board.fault = () => {};
      const again = await store.open({ background: false });
      await settle();
      expect(again.summary(row)).toBeUndefined();
      expect(again.summary(before)).toBeDefined();
      await again.complete();
      expect(again.summary(row)?.grogname).not.toBe(SECRET);
      await store.close();
      expect(store.stored(2)).toContain('anne');
      expect(store.stored(2)).not.toContain(SECRET);
    },
  );
});

test('what is damaged is not known, and the text tells', async () => {
  const board = new FakeBoard();
  const item = board.newItem('One', { grogname: 'Anne' });
  board.reply(item, { grogname: 'Bob' });
  board.newItem('Two', { grogname: 'Carol' });
  const store = kept(board);
  const shown = await headsOf(await complete(store), 'texts');
  await store.close();
  const second = 4 + 16;
  const damages: ((data: Uint8Array) => Uint8Array)[] = [
    () => new Uint8Array(),
    (data) => data.subarray(0, 20),
    (data) => data.subarray(0, -1),
    (data) => data.map((octet, at) => (at === 3 ? 200 : octet)),
    // Rows that there are not, or that are another item's.
    (data) => data.map((octet, at) => (at === second ? 77 : octet)),
    (data) => data.map((octet, at) => (at === second ? 2 : octet)),
  ];
  for (const damage of damages) {
    const cache = Cache.open(store.path);
    const [stored] = cache.summariesBefore(1, 1);
    const data = stored?.data ?? expect.fail();
    cache.putSummary(0, damage(data));
    const mirror = await store.open({ cache, background: false });
    await settle();
    expect(await headsOf(mirror, 'both')).toEqual(shown);
    // As it was.
    await store.close();
    const whole = Cache.open(store.path);
    whole.putSummary(0, data);
    whole.close();
  }
});

async function complete(store: Kept): Promise<Mirror> {
  const mirror = await store.open();
  await mirror.complete();
  return mirror;
}

test('a post that goes before what is stored of its item is read leaves the file', () => {
  const cache = Cache.open(':memory:');
  onTestFinished(() => cache.close());
  const posts = new PostColumns();
  const records = new Records(posts);
  const record = records.intern('A1234567');
  const row = {
    number: 1,
    sequence: 1,
    epoch: 1,
    time: 0,
    kind: PostKind.Item,
    item: record.index,
    user: 0,
    arrival: 0,
  };
  posts.append(row);
  const summaries = new Summaries(cache, posts, 'auto');
  cache.putSummary(record.index, Buffer.from(SECRET));
  cache.transaction(() => summaries.forget(record.rows, records.list));
  expect(cache.summariesBefore(9, 9)).toEqual([]);
});
