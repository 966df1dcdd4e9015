import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ItemText } from '../../../src/bridge/item-text.ts';
import { Mirror } from '../../../src/bridge/mirror/mirror.ts';
import type { NewRow } from '../../../src/bridge/ports.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import { Cache } from '../../../src/store/cache.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { octets } from '../../../src/wire/octets.ts';
import { FakeBoard } from '../../support/fake-board.ts';
import { freshMirror, highest, mirrorOptions, openMirror, STILL, shown } from '../../support/mirrors.ts';
import { seededRandom } from '../../support/random.ts';

let board: FakeBoard;
let mirror: Mirror;

beforeEach(async () => {
  board = new FakeBoard();
  mirror = await openMirror(board);
});
afterEach(() => mirror.close());

/** What the posts of an item's text say. */
const textsIn = (text: ItemText | undefined) => [...(text?.posts() ?? [])].map(({ lines }) => lines.join('\n'));
const brief = async () => (await shown(mirror)).map(({ number, kind, text }) => `${number} ${kind} ${text ?? '-'}`);

/** The mirror shows what one that is new to the board shows. */
async function expectFaithful(): Promise<void> {
  const fresh = await freshMirror(board);
  expect(await shown(mirror)).toEqual(await shown(fresh));
  await fresh.close();
}

describe('reading', () => {
  test('every sequence number with a row is an article number', async () => {
    const first = board.newItem('Tea', 'Milk first?');
    board.reply(first, 'Never.');
    board.setMotd('Welcome');
    const second = board.continue(first, 'Coffee', 'Now coffee.');
    board.reply(second, 'Black.');
    await mirror.complete();
    expect(await brief()).toEqual([
      '1 Item Milk first?',
      '2 Reply Never.',
      '3 Motd -',
      '4 Continuation Now coffee.',
      '5 Reply Black.',
    ]);
    expect(mirror.motd()?.lines).toEqual(['Welcome']);
    const [tea, coffee] = [mirror.itemById(first), mirror.itemById(second)];
    expect([tea?.continuedIn, coffee?.continues]).toEqual([coffee?.index, tea?.index]);
    expect(highest(mirror)).toBe(5);
  });

  test('a continuation of which the index has half: its text tells what it continues', async () => {
    const first = board.newItem('Tea');
    board.continue(first, 'Coffee');
    board.editIndex((rows) => rows.filter(({ type }) => type !== 'F'));
    await mirror.complete();
    const [coffee] = (await shown(mirror)).filter(({ kind }) => kind === 'Continuation');
    expect(coffee?.continues).toBe(first);
  });

  test('the next poll asks from the last known row on', async () => {
    const item = board.newItem('Tea');
    await mirror.complete();
    board.requests.length = 0;
    board.reply(item, 'Never.');
    await mirror.complete();
    expect(board.requests).toEqual(['INDX #1', `ITEM ${item}`]);
    expect(await brief()).toEqual(['1 Item first', '2 Reply Never.']);
  });

  test('the first reading fetches each item once, however far apart its posts are', async () => {
    const items = ['Tea', 'Coffee', 'Milk'].map((subject) => board.newItem(subject));
    for (let n = 0; n < 500; n++) for (const item of items) board.reply(item, octets`${n}`);
    await mirror.complete();
    expect(board.requests.filter((request) => request.startsWith('ITEM')).sort()).toEqual(
      items.map((item) => `ITEM ${item}`),
    );
  });

  test('whoever asks for the text as soon as a reply is listed waits for a text that has it', async () => {
    const item = board.newItem('Tea');
    await mirror.complete();
    let asked: ReturnType<typeof mirror.text>;
    mirror.subscribe((changes) => {
      if (changes.some(({ kind }) => kind === 'appended')) asked = mirror.text(mirror.itemById(item) ?? expect.fail());
    });
    board.reply(item, 'Never.');
    await mirror.refresh();
    expect(asked).toBeInstanceOf(Promise);
    expect(textsIn(await asked)).toEqual(['first', 'Never.']);
  });

  test('new rows are shown when whoever posts has let them through, and not before', async () => {
    const shownBefore: number[][] = [];
    const gate = Promise.withResolvers<void>();
    await mirror.close();
    ({ mirror } = await Mirror.behind(mirrorOptions(board), async () => ({
      beforePublish: (rows: readonly NewRow[]) => {
        shownBefore.push(rows.map(({ sequence }) => sequence));
        return gate.promise;
      },
      numbered: () => undefined,
    })));
    const told: string[] = [];
    mirror.subscribe((changes) => told.push(...changes.map(({ kind }) => kind)));
    board.reply(board.newItem('Tea'), 'Never.');
    const polled = mirror.refresh();
    await expect.poll(() => shownBefore.length).toBeGreaterThan(0);
    expect([shownBefore, mirror.posts.length, mirror.items.length, told]).toEqual([[[2, 1]], 0, 0, []]);
    gate.resolve();
    await polled;
    expect(mirror.posts.length).toBe(2);
    expect(told).toContain('appended');
  });

  test('an answer from before a change is not taken for the text after it', async () => {
    await mirror.close();
    mirror = await openMirror(board, { background: false });
    const item = board.newItem('Tea', 'rude');
    await mirror.refresh();
    const asked = Promise.withResolvers<void>();
    const late = Promise.withResolvers<void>();
    board.answer = async (_, answer) => {
      asked.resolve();
      await late.promise;
      return answer;
    };
    const text = mirror.text(mirror.itemById(item) ?? expect.fail());
    await asked.promise;
    board.edit(item, 0, 'polite');
    await mirror.refresh();
    late.resolve();
    expect(textsIn(await text)).toEqual(['polite']);
    expect(textsIn(await mirror.text(mirror.itemById(item) ?? expect.fail()))).toEqual(['polite']);
  });

  test('an empty board', async () => {
    await mirror.complete();
    expect([mirror.posts.length, highest(mirror), mirror.motd()]).toEqual([0, 0, undefined]);
    board.newItem('Tea');
    await mirror.complete();
    expect(await brief()).toEqual(['1 Item first']);
  });
});

describe('changes', () => {
  test('an edit: the text in place, a notice at its number', async () => {
    const item = board.newItem('Tea', 'rude');
    board.reply(item, 'fine');
    await mirror.complete();
    const changed: string[] = [];
    mirror.subscribe((changes) => {
      for (const change of changes) if ('item' in change) changed.push(change.item.id);
    });
    board.edit(item, 0, 'polite', 'Green tea');
    await mirror.complete();
    expect(await brief()).toEqual(['1 Item polite', '2 Reply fine', '3 Edit -']);
    expect(mirror.notice(2)).toEqual({
      userid: 'editor@example.org',
      itemId: item,
      reason: ['edited post 0'],
    });
    expect(mirror.itemById(item)?.subject).toBe('Green tea');
    expect(new Set(changed)).toEqual(new Set([item]));
    await expectFaithful();
  });

  test('a withdrawal: its rows go, a notice comes', async () => {
    const bad = board.newItem('Bad');
    const good = board.newItem('Good');
    board.reply(bad, 'worse');
    await mirror.complete();
    const removed: number[][] = [];
    mirror.subscribe((changes) => {
      for (const change of changes) if (change.kind === 'removed') removed.push([...change.rows]);
    });
    board.withdraw(bad);
    board.reply(good, 'still here');
    await mirror.complete();
    expect(await brief()).toEqual(['2 Item first', '4 Withdrawal -', '5 Reply still here']);
    expect(removed).toEqual([[0, 2]]);
    expect(mirror.text(mirror.items[0] ?? expect.fail())).toBeUndefined();
    expect(mirror.notice(3)?.itemId).toBe(bad);
    await expectFaithful();
  });

  test('the withdrawal of the newest rows, with nothing after it', async () => {
    board.newItem('Good');
    board.withdraw(board.newItem('Bad'));
    await mirror.complete();
    board.withdraw(board.newItem('Worse'));
    await mirror.complete();
    board.withdraw(board.newItem('Worst'));
    await mirror.complete();
    // Nothing in the index tells of these yet.
    expect(highest(mirror)).toBe(3);
    board.newItem('Better');
    await mirror.complete();
    await expectFaithful();
    expect(highest(mirror)).toBe(8);
  });

  test('an edit whose row is gone from the index already: the log tells that the text has changed', async () => {
    const item = board.newItem('Tea', 'rude');
    await mirror.complete();
    board.edit(item, 0, 'polite');
    board.editIndex((rows) => rows.filter(({ type }) => type !== 'E'));
    board.newItem('Next');
    await mirror.complete();
    expect(await brief()).toEqual(['1 Item polite', '3 IndexEdit -', '4 Item first']);
    await expectFaithful();
  });

  test('an index edit: rows change and go in place', async () => {
    const item = board.newItem('Tea');
    board.reply(item, 'one');
    board.reply(item, 'two');
    await mirror.complete();
    board.editIndex((rows) =>
      rows.filter((row) => row.sequence !== 2).map((row) => ({ ...row, userid: octets`zoe@example.org` })),
    );
    board.reply(item, 'three');
    await mirror.complete();
    expect(await brief()).toEqual(['1 Item first', '3 Reply two', '4 IndexEdit -', '5 Reply three']);
    await expectFaithful();
  });

  test('gaps without meaning stay empty and are not asked about again', async () => {
    const item = board.newItem('Tea');
    await mirror.complete();
    board.gap();
    board.reply(item, 'one');
    await mirror.complete();
    board.requests.length = 0;
    await mirror.complete();
    expect(board.requests).toEqual(['INDX #3']);
    expect(await brief()).toEqual(['1 Item first', '3 Reply one']);
  });

  test('a restored backup: other posts with known numbers begin an epoch', async () => {
    const item = board.newItem('Tea');
    board.reply(item, 'kept');
    const [index, sequence, contributions] = [
      [...board.index],
      board.sequence,
      [...(board.items.get(item)?.contributions ?? [])],
    ];
    board.reply(item, 'lost');
    board.reply(item, 'lost, too');
    await mirror.complete();
    board.index = index;
    board.sequence = sequence;
    const restored = board.items.get(item);
    if (restored) restored.contributions = contributions;
    await mirror.complete();
    board.reply(item, 'new');
    await mirror.complete();
    const rows = await shown(mirror);
    expect(rows.map(({ number, epoch, sequence, text }) => [number, epoch, sequence, text])).toEqual([
      [1, 1, 1, 'first'],
      [2, 1, 2, 'kept'],
      [5, 2, 3, 'new'],
    ]);
  });

  test('the numbering wraps', async () => {
    await mirror.close();
    board = new FakeBoard(2 ** 32 - 3);
    mirror = await openMirror(board);
    const item = board.newItem('Tea');
    board.reply(item, 'a');
    await mirror.complete();
    board.reply(item, 'b');
    board.reply(item, 'c');
    board.reply(item, 'd');
    await mirror.complete();
    expect((await shown(mirror)).map(({ number, epoch, sequence }) => [number, epoch, sequence])).toEqual([
      [1, 2, 2 ** 32 - 3],
      [2, 2, 2 ** 32 - 2],
      [3, 2, 2 ** 32 - 1],
      [4, 3, 0],
      [5, 3, 1],
    ]);
    expect(mirror.rowOfSequence(1)).toBe(4);
    expect(mirror.rowOfSequence(2 ** 32 - 1)).toBe(2);
  });
});

describe('the board is away', () => {
  const away = () => {
    throw new RgtpError('unavailable', 'connection refused');
  };

  test('what is held is served; what is not, rejects', async () => {
    const held = board.newItem('Tea', 'here');
    await mirror.complete();
    board.newItem('Coffee');
    board.fault = (request) => (request === 'connect' || request.startsWith('ITEM') ? away() : undefined);
    await mirror.refresh();
    const coffee = mirror.items[1] ?? expect.fail();
    await expect(mirror.text(coffee)).rejects.toThrow('connection refused');
    expect(textsIn(await mirror.text(mirror.itemById(held) ?? expect.fail()))).toEqual(['here']);
    board.fault = away;
    await expect(mirror.refresh()).rejects.toThrow('connection refused');
    expect(mirror.progress.phase).toBe('away');
    board.fault = () => {};
    await mirror.complete();
    expect(mirror.progress).toMatchObject({ phase: 'following', lastError: undefined, items: { held: 2, total: 2 } });
  });
});

describe('texts', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'texts-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function reopen(maxTextOctets?: number): Promise<void> {
    await mirror.close();
    const path = join(directory, 'cache.sqlite');
    mirror = await openMirror(board, { cache: Cache.open(path, maxTextOctets === undefined ? {} : { maxTextOctets }) });
  }
  const onDisk = () =>
    Buffer.concat(readdirSync(directory).map((name) => readFileSync(join(directory, name)))).toString('latin1');
  const text = (id: string) => mirror.text(mirror.itemById(id) ?? expect.fail());

  test('after a restart they are there without the board', async () => {
    await reopen();
    const tea = board.newItem('Tea', 'Milk first?');
    board.edit(tea, 0, 'Milk last?');
    board.setMotd('hello');
    await mirror.complete();
    const before = await shown(mirror);
    board.fault = () => {
      throw new RgtpError('unavailable', 'not needed');
    };
    await reopen();
    expect(await shown(mirror)).toEqual(before);
    expect(mirror.motd()?.lines).toEqual(['hello']);
    expect(mirror.progress).toMatchObject({ ready: true, reachable: false, items: { held: 1, total: 1 } });
  });

  test('where one post is asked for, it alone is read; and what an editor changed is not what it was', async () => {
    await reopen();
    const tea = board.newItem('Tea', 'Milk first?');
    board.reply(tea, 'Never.');
    await mirror.complete();
    await reopen();
    // What was known of it beside the index is here again.
    await expect.poll(() => mirror.summary(1)).toBeDefined();
    const record = mirror.itemById(tea) ?? expect.fail();
    expect(textsIn(await mirror.text(record, 2))).toEqual(['Never.']);
    board.edit(tea, 1, 'Always.');
    await mirror.refresh();
    expect(textsIn(await mirror.text(record, 2))).toContain('Always.');
    await mirror.complete();
    for (let n = 0; n < 3; n++) expect(textsIn(await mirror.text(record, 2)).at(-1)).toBe('Always.');
  });

  test('what an editor removed is nowhere on disk as soon as the edit is known', async () => {
    await reopen();
    const secret = 'xQ7vLw2ZkP9mTb4RjN6cYd1FgHs8';
    const tea = board.newItem('Tea', secret);
    const bad = board.newItem('xQbadsubjectQx', `withdrawn ${secret}`);
    await mirror.complete();
    mirror.text(mirror.itemById(tea) ?? expect.fail());
    await reopen();
    expect(onDisk()).toContain(secret);
    board.edit(tea, 0, 'clean');
    board.withdraw(bad);
    board.newItem('Next');
    board.fault = (request) => {
      if (request.startsWith('ITEM')) throw new RgtpError('unavailable', 'lost');
    };
    await mirror.refresh();
    expect(onDisk()).not.toContain(secret);
    expect(onDisk()).not.toContain('xQbadsubjectQx');
    await expect(text(tea)).rejects.toThrow('lost');
  });

  test('grown while the board is away: the old text is better than none', async () => {
    const tea = board.newItem('Tea');
    await mirror.complete();
    board.reply(tea);
    board.fault = (request) => {
      if (request.startsWith('ITEM')) throw new RgtpError('unavailable', 'lost');
    };
    await mirror.refresh();
    expect(textsIn(await text(tea))).toEqual(['first']);
  });

  test('beyond the size that is allowed those nobody reads go, and come back when somebody does', async () => {
    await reopen(2000);
    const random = seededRandom(1);
    const manyLetters = () => Array.from({ length: 200 }, () => String.fromCharCode(97 + random() * 26)).join('');
    const letters = Array.from({ length: 30 }, manyLetters);
    const ids = letters.map((text, i) => board.newItem(`Item ${i}`, text));
    await mirror.complete();
    await reopen(2000);
    await mirror.complete();
    const { held, total, missing } = mirror.progress.items;
    expect([held > 0, held < total, missing, mirror.progress.phase]).toEqual([true, true, 0, 'following']);
    board.requests.length = 0;
    for (const [n, id] of ids.entries()) expect(textsIn(await text(id))).toEqual([letters[n]]);
    const fetched = board.requests.length;
    expect(fetched).toBe(total - held);
  });

  test('without the background, they are fetched when somebody reads them', async () => {
    await mirror.close();
    mirror = await openMirror(board, { background: false });
    const tea = board.newItem('Tea');
    const coffee = board.newItem('Coffee', 'Black.');
    await mirror.refresh();
    expect(textsIn(await text(coffee))).toEqual(['Black.']);
    expect(board.requests.filter((request) => request.startsWith('ITEM'))).toEqual([`ITEM ${coffee}`]);
    await mirror.complete();
    expect(board.requests.filter((request) => request.startsWith('ITEM'))).toEqual([`ITEM ${coffee}`, `ITEM ${tea}`]);
  });

  test('readers go ahead of the queue', async () => {
    await mirror.close();
    mirror = await openMirror(board, { depth: 2 });
    const ids = Array.from({ length: 20 }, (_, i) => board.newItem(`Item ${i}`));
    const [first = ''] = ids;
    const read = Promise.withResolvers<unknown>();
    mirror.subscribe((changes) => {
      if (changes.some(({ kind }) => kind === 'appended')) read.resolve(text(first));
    });
    await mirror.refresh();
    await read.promise;
    const asked = board.requests.filter((request) => request.startsWith('ITEM'));
    expect(asked.indexOf(`ITEM ${first}`)).toBeLessThan(5);
    await mirror.complete();
    expect(mirror.progress.items).toEqual({ held: 20, total: 20, missing: 0, queued: 0 });
  });
});

describe('what is known to have happened', () => {
  test('a withdrawal that nothing follows is found when its number is expected', async () => {
    const bad = board.newItem('Bad');
    board.newItem('Good');
    await mirror.complete();
    board.withdraw(bad);
    await mirror.refresh();
    expect(await brief()).toEqual(['1 Item first', '2 Item first']);
    board.requests.length = 0;
    await mirror.refresh(3);
    expect(await brief()).toEqual(['2 Item first', '3 Withdrawal -']);
    expect(board.requests).toEqual(['INDX #2', 'ELOG', 'INDX #2']);
    await expectFaithful();
  });

  test('a number that was used for nothing is asked about once', async () => {
    board.newItem('Tea');
    await mirror.complete();
    board.gap();
    await mirror.refresh(2);
    board.requests.length = 0;
    await mirror.refresh();
    expect(board.requests).toEqual(['INDX #1']);
  });

  test('it is still expected after a poll that failed', async () => {
    board.newItem('Good');
    const bad = board.newItem('Bad');
    await mirror.complete();
    board.withdraw(bad);
    board.fault = () => {
      throw new RgtpError('unavailable', 'lost');
    };
    await expect(mirror.refresh(3)).rejects.toThrow('lost');
    board.fault = () => {};
    await mirror.refresh();
    expect(await brief()).toEqual(['1 Item first', '3 Withdrawal -']);
  });
});

test('without its cache file the mirror goes on, and the next poll rebuilds it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lost-'));
  const path = join(directory, 'cache.sqlite');
  await mirror.close();
  const cache = Cache.open(path);
  mirror = await openMirror(board, { cache });
  const tea = board.newItem('Tea', 'x'.repeat(50));
  board.withdraw(board.newItem('Bad'));
  board.reply(tea);
  await mirror.complete();
  const before = await shown(mirror);
  // As if the disk had failed: the file is gone for good, the connection to it useless.
  rmSync(directory, { recursive: true });
  cache.rebuild();
  expect([cache.lost, await shown(mirror)]).toEqual([true, before]);
  board.reply(tea, 'more');
  await mirror.complete();
  const after = await shown(mirror);
  expect(after).toHaveLength(before.length + 1);
  mkdirSync(directory);
  await mirror.complete();
  expect(cache.lost).toBe(false);
  await mirror.close();
  board.fault = () => {
    throw new RgtpError('unavailable', 'not needed');
  };
  mirror = await openMirror(board, { cache: Cache.open(path) });
  expect(await shown(mirror)).toEqual(after);
  rmSync(directory, { recursive: true });
});

test('comparing the whole index where nothing has changed: what is new is found all the same', async () => {
  await mirror.close();
  mirror = await openMirror(board, { poll: { ...STILL, reconcile: 0 } });
  const tea = board.newItem('Tea');
  board.withdraw(board.newItem('Bad'));
  board.gap();
  board.setMotd('hello');
  await mirror.complete();
  await mirror.complete();
  expect(await brief()).toEqual(['1 Item first', '3 Withdrawal -', '5 Motd -']);
  board.reply(tea, 'more');
  board.edit(tea, 0, 'other');
  await mirror.complete();
  await expectFaithful();
  board.editIndex((rows) =>
    rows.map((row) => ({ ...row, subject: row.itemId === undefined ? octets`` : octets`Green tea` })),
  );
  await mirror.complete();
  expect(mirror.itemById(tea)?.subject).toBe('Green tea');
  board.editIndex((rows) => rows.map((row) => ({ ...row, time: row.time + 1 })));
  await mirror.complete();
  await expectFaithful();
});

test.each(['motd', 'epochs', 'notice:x'])('a cache whose %s make no sense is made again', async (fact) => {
  const directory = mkdtempSync(join(tmpdir(), 'nonsense-'));
  const path = join(directory, 'cache.sqlite');
  await mirror.close();
  mirror = await openMirror(board, { cache: Cache.open(path) });
  board.newItem('Tea');
  await mirror.complete();
  await mirror.close();
  const cache = Cache.open(path);
  cache.setFact(fact, '{');
  cache.close();
  mirror = await openMirror(board, { cache: Cache.open(path) });
  await mirror.complete();
  expect(await brief()).toEqual(['1 Item first']);
  rmSync(directory, { recursive: true });
});

test('yesterday’s permanent store with today’s cache: the numbering is that of the cache', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'yesterday-'));
  const path = join(directory, 'cache.sqlite');
  const item = board.newItem('Tea');
  const restore = board.backUp();
  board.reply(item, 'lost');
  await mirror.close();
  mirror = await openMirror(board, { cache: Cache.open(path) });
  await mirror.complete();
  restore();
  board.reply(item, 'new');
  await mirror.complete();
  const today = await brief();
  expect(today).toEqual(['1 Item first', '3 Reply new']);
  await mirror.close();
  const yesterday = PermanentFile.open(':memory:');
  mirror = await openMirror(board, { cache: Cache.open(path), permanent: yesterday });
  await mirror.complete();
  expect(await brief()).toEqual(today);
  expect((await yesterday.epochs()).map(({ number, first, base }) => [number, first, base])).toEqual([
    [1, 0, 0],
    [2, 2, 1],
  ]);
  rmSync(directory, { recursive: true });
});

test('the number of items asked for at a time is limited', async () => {
  const board = new FakeBoard();
  for (let n = 0; n < 20; n++) board.newItem(`Item ${n}`);
  let underWay = 0;
  let most = 0;
  board.answer = async (_, item) => {
    most = Math.max(most, ++underWay);
    await new Promise(setImmediate);
    underWay--;
    return item;
  };
  const mirror = await openMirror(board, { depth: 3 });
  await mirror.complete();
  expect(most).toBe(3);
  await mirror.close();
});
