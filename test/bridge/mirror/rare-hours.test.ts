/** What readers are told in the rare hours: before the index is read, after the cache is lost, at the end of numbers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Mirror } from '../../../src/bridge/mirror/mirror.ts';
import type { MirrorOptions } from '../../../src/bridge/mirror/options.ts';
import { BoardView } from '../../../src/bridge/view/board-view.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import { Cache } from '../../../src/store/cache.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { type Log, silent } from '../../../src/wire/log.ts';
import { latin1 } from '../../../src/wire/octets.ts';
import { FakeBoard } from '../../support/fake-board.ts';
import { highest, openMirror, STILL, shown, shownNumbers } from '../../support/mirrors.ts';
import { boardOptions, MemoryOwnPosts } from '../../support/views.ts';

const away = () => {
  throw new RgtpError('unavailable', 'connection refused');
};

/** Mirrors of one board that share a permanent store; a new one has lost its cache. */
function server(board: FakeBoard, options: Partial<MirrorOptions> = {}) {
  const permanent = PermanentFile.open(':memory:');
  const warnings: string[] = [];
  const log: Log = {
    ...silent,
    child: () => log,
    warn: (_, message) => warnings.push(message),
    error: (_, message) => warnings.push(message),
  };
  let mirror: Mirror | undefined;
  onTestFinished(async () => {
    await mirror?.close();
    await permanent.close();
  });
  const open = async (more: Partial<MirrorOptions> = {}) => {
    await mirror?.close();
    mirror = await openMirror(board, { permanent, log, ...options, ...more });
    return mirror;
  };
  return { permanent, warnings, open };
}

test('until the index has been read, a board refuses, and keeps its marks', async () => {
  const board = new FakeBoard();
  const { open } = server(board);
  let mirror = await open();
  const tea = board.newItem('Tea');
  board.reply(tea);
  board.setMotd('hello');
  const bad = board.newItem('Bad');
  await mirror.complete();
  board.index = board.index.filter(({ itemId }) => itemId !== bad);
  await mirror.complete();
  board.fault = away;
  mirror = await open();
  await mirror.refresh().catch(() => {});
  const own = new MemoryOwnPosts();
  const keys = [
    [1, 2, '<mine@x>'],
    [1, 4, '<gone@x>'],
    [1, 99, '<older@x>'],
    [0, 5, '<unread@x>'],
  ] as const;
  for (const [epoch, sequence, messageId] of keys) {
    own.add({ newsgroup: 'groggs.test', epoch, sequence }, { messageId, references: undefined });
  }
  const view = new BoardView({ model: mirror, options: boardOptions, own });
  const marks = () => view.groups.map(({ low, high, count }) => [low, high, count]);
  expect(view.notYet).toBe("the board's index has not been read yet; try again shortly");
  expect(marks()).toEqual([
    [1, 4, 4],
    [3, 3, 1],
    [1, 0, 0],
  ]);
  // What was posted here is found, though its text must wait; nothing of the board's is denied, other ids are.
  const mine = view.find('<mine@x>') ?? expect.fail();
  expect([mine.group.name, mine.number]).toEqual(['groggs.test', 2]);
  const notRead = expect.objectContaining({ kind: 'unavailable', message: view.notYet });
  expect(() => mine.group.article(2)).toThrow(notRead);
  expect(() => mine.group.overview(2, 2)).toThrow(notRead);
  expect(() => mine.group.header('subject', 2, 2)).toThrow(notRead);
  for (const id of ['<gone@x>', '<older@x>', '<unread@x>']) expect(() => view.find(id), id).toThrow(notRead);
  expect(() => view.find(`<${tea}.00000001@rgtp.example.org>`)).toThrow(/not been read yet/);
  expect(view.find('<other@x>')).toBeUndefined();
  board.fault = () => {};
  await mirror.complete();
  expect(view.notYet).toBeUndefined();
  expect(view.find('<mine@x>')?.number).toBe(2);
  expect(marks()).toEqual([
    [1, 4, 2],
    [3, 3, 1],
    [1, 0, 0],
  ]);
});

test('a message of the day whose text is not known yet is not said to be gone from the board', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'motd-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const board = new FakeBoard();
  const { open } = server(board);
  const withCache = () => open({ cache: Cache.open(join(folder, 'cache')) });
  let mirror = await withCache();
  board.setMotd('Tea.');
  await mirror.complete();
  const group = () => new BoardView({ model: mirror, options: boardOptions }).groups[1] ?? expect.fail();
  const bodyOf = async (number: number) => (await group().article(number))?.bytes.toString('latin1') ?? '';
  expect(await bodyOf(1)).toContain('Tea.');
  board.setMotd('Coffee.');
  // Its text can't be had with its row, nor after it, nor with the next poll.
  let asked = 0;
  board.fault = async (request) => {
    if (request !== 'MOTD') return;
    if (++asked > 1 && asked < 5) {
      await expect(async () => bodyOf(2)).rejects.toMatchObject({ kind: 'unavailable' });
      expect(await bodyOf(1)).toContain('no longer on the board');
    }
    if (asked < 4) throw new RgtpError('unavailable', 'lost');
  };
  await expect(mirror.complete()).rejects.toThrow('lost');
  const [line] = group().overview(2, 2);
  expect(String(await line)).toMatch(/^2\t/);
  await expect(mirror.complete()).rejects.toThrow('lost');
  mirror = await withCache();
  await mirror.complete();
  expect(asked).toBe(4);
  expect(await bodyOf(2)).toContain('Coffee.');
  // Where it can, nobody sees the one without the other.
  mirror.subscribe((changes) => {
    if (changes.some(({ kind }) => kind === 'appended')) read.push(bodyOf(3));
  });
  const read: Promise<string>[] = [];
  board.setMotd('Milk.');
  await mirror.complete();
  expect(await Promise.all(read)).toEqual([expect.stringContaining('Milk.')]);
});

test('a mark that a late notice raises is kept for good', async () => {
  const board = new FakeBoard();
  const { open } = server(board);
  let mirror = await open();
  const tea = board.newItem('Tea');
  // Another notice is there already: the low mark, which is kept too, does not move.
  board.edit(tea, 0, 'Milk first.');
  board.withdraw(board.newItem('Bad'));
  board.newItem('Coffee');
  await board.withoutLog(() => mirror.complete());
  expect(mirror.mark('edits')).toEqual({ low: 2, high: 2 });
  await mirror.complete();
  expect(mirror.mark('edits')).toEqual({ low: 2, high: 4 });
  board.fault = away;
  mirror = await open();
  expect(mirror.mark('edits')).toEqual({ low: 2, high: 4 });
});

test('the high mark stays where the newest posts went while the cache was lost, and nothing comes in below it', async () => {
  const board = new FakeBoard();
  board.hasEditLog = false;
  const { open } = server(board);
  let mirror = await open();
  const tea = board.newItem('Tea');
  board.withdraw(board.newItem('Bad'));
  const worse = board.newItem('Worse');
  await mirror.complete();
  expect(mirror.mark('main')).toEqual({ low: 1, high: 4 });
  const restore = board.backUp();
  board.withdraw(worse);
  mirror = await open();
  await mirror.complete();
  expect(mirror.mark('main')).toEqual({ low: 1, high: 4 });
  // The board lost its counter: what it numbers below is shown above.
  restore();
  board.index = board.index.slice(0, 1);
  board.sequence = 1;
  mirror = await open();
  await mirror.complete();
  board.reply(tea, 'new');
  await mirror.refresh(board.sequence);
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '5 Reply']);
});

test('… also where the mark alone tells of them', async () => {
  const board = new FakeBoard();
  const { permanent, open } = server(board);
  board.newItem('Tea');
  let mirror = await open();
  await mirror.complete();
  // As an earlier version kept it, or a restore that could save no more.
  await permanent.raiseMarks([{ place: 'main', low: 1, high: 50 }]);
  mirror = await open();
  await mirror.complete();
  expect(mirror.mark('main')).toEqual({ low: 1, high: 50 });
  board.newItem('Coffee');
  await mirror.refresh(board.sequence);
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '51 Item']);
});

test('posts from before a wrap keep their numbers where the board was restored from then, and the cache was lost', async () => {
  const board = new FakeBoard(2 ** 32 - 2);
  const { warnings, open } = server(board);
  let mirror = await open();
  const tea = board.newItem('Tea');
  board.reply(tea);
  await mirror.complete();
  const before = await shownNumbers(mirror);
  const restore = board.backUp();
  // More than are kept for good.
  for (let i = 0; i < 1100; i++) board.newItem(`Coffee ${i}`);
  await mirror.complete();
  restore();
  warnings.length = 0;
  mirror = await open();
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(before);
  expect(warnings).toEqual([]);
});

test('marks raised for rows that a kill kept from being written begin no epoch', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-marks-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const board = new FakeBoard();
  const { permanent, warnings, open } = server(board);
  const cached = () => ({ cache: Cache.open(join(folder, 'cache')) });
  let mirror = await open(cached());
  const tea = board.newItem('Tea');
  board.reply(tea);
  await mirror.complete();
  await mirror.close();
  // As far as a poll came that was killed before its rows were in the cache.
  for (let n = 0; n < 3; n++) board.reply(tea);
  await permanent.raiseMarks([{ place: 'main', low: 1, high: 5 }]);
  mirror = await open(cached());
  board.reply(tea);
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '2 Reply', '3 Reply', '4 Reply', '5 Reply', '6 Reply']);
  expect(mirror.mark('main').high).toBe(6);
  expect(warnings).toEqual([]);
});

test('a board restored while the cache was lost shows no number and no id with another post', async () => {
  const board = new FakeBoard();
  const { open, permanent } = server(board);
  let mirror = await open();
  const tea = board.newItem('Tea');
  await mirror.complete();
  const restore = board.backUp();
  for (let n = 0; n < 3; n++) board.reply(tea, `old ${n}`);
  await mirror.complete();
  restore();
  for (let n = 0; n < 5; n++) board.reply(tea, `new ${n}`);
  mirror = await open();
  await mirror.complete();
  const after = ['1 Item', '5 Reply', '6 Reply', '7 Reply', '8 Reply', '9 Reply'];
  expect(await shownNumbers(mirror)).toEqual(after);
  mirror = await open();
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(after);
  expect(await permanent.epochs()).toHaveLength(2);
});

test('a restored board gives a number to another post, and an editor changes the index before anybody looks', async () => {
  const board = new FakeBoard();
  const { open } = server(board);
  const mirror = await open();
  const tea = board.newItem('Tea');
  const restore = board.backUp();
  board.reply(tea, 'lost');
  await mirror.complete();
  restore();
  board.reply(tea, 'new');
  // This changes a time, too: of the same post, for its text still has the old one.
  board.editIndex((rows) => rows.map((row, at) => (at === 0 ? { ...row, time: row.time + 1 } : row)));
  await mirror.refresh(board.sequence);
  const posts = (await shown(mirror)).filter(({ kind }) => kind !== 'IndexEdit');
  expect(posts.map(({ number, epoch, text }) => [number, epoch, text])).toEqual([
    [1, 1, 'first'],
    [3, 2, 'new'],
  ]);
});

test.each([3, 40])('… also where the edit log shows both, and %i posts have the numbers of others', async (posts) => {
  const board = new FakeBoard();
  const { open } = server(board);
  const mirror = await open();
  const tea = board.newItem('Tea');
  const milk = board.newItem('Milk');
  const restore = board.backUp();
  await mirror.complete();
  for (let post = 0; post < posts; post++) board.reply(tea, 'lost');
  board.withdraw(milk);
  await mirror.complete();
  restore();
  for (let post = 0; post < posts; post++) board.reply(tea, 'new');
  board.editIndex((rows) => rows.map((row, at) => (at === 0 ? { ...row, time: row.time + 1 } : row)));
  await mirror.refresh(board.sequence);
  await mirror.complete();
  const replies = (await shown(mirror)).filter(({ kind }) => kind === 'Reply');
  expect(replies.map(({ number, text }) => [number, text])).toEqual(
    Array.from({ length: posts }, (_, post) => [3 + posts + 1 + post, 'new']),
  );
  expect((await shown(mirror)).filter(({ kind }) => kind === 'Item').map(({ number }) => number)).toEqual([1, 2]);
});

test('rows far above of which the board shows nothing are not believed, even where no editor seems to have changed anything', async () => {
  const board = new FakeBoard();
  const { open } = server(board);
  const mirror = await open();
  const tea = board.newItem('Tea');
  await mirror.complete();
  board.index.push(...[500_000, 500_001].map((sequence) => ({ ...BOGUS, itemId: tea, sequence })));
  for (let poll = 0; poll < 3; poll++) await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['1 Item']);
  expect(mirror.progress.withheld).toBe(2);
});

test('what was withdrawn while the cache was lost begins no epoch', async () => {
  const board = new FakeBoard();
  const { open, permanent, warnings } = server(board);
  let mirror = await open();
  const tea = board.newItem('Tea');
  const bad = board.newItem('Bad');
  for (let n = 0; n < 3; n++) board.reply(bad);
  await mirror.complete();
  board.withdraw(bad);
  mirror = await open();
  board.reply(tea);
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '6 Withdrawal', '7 Reply']);
  expect(await permanent.epochs()).toHaveLength(1);
  expect(warnings).toEqual([]);
});

test('a row that came too late comes too late for a mirror that lost its cache, too', async () => {
  const board = new FakeBoard();
  const { open } = server(board);
  let mirror = await open();
  board.newItem('Tea');
  const early = board.newItem('Early');
  const row = board.index.at(-1);
  board.editIndex((rows) => rows.slice(0, 1));
  board.newItem('Cake');
  await mirror.complete();
  if (row !== undefined) board.editIndex((rows) => rows.toSpliced(1, 0, row));
  const shownNow = async () => {
    await mirror.refresh(board.sequence);
    return (await shown(mirror)).map(({ number, item }) => [number, item === early]);
  };
  const seen = await shownNow();
  expect(seen).not.toContainEqual([2, true]);
  mirror = await open();
  expect(await shownNow()).toEqual(seen);
});

test('of the newest rows a bounded number is kept for good, with older ones from the index', async () => {
  const board = new FakeBoard();
  const { open, permanent } = server(board);
  let mirror = await open();
  const tea = board.newItem('Tea');
  for (let n = 0; n < 1500; n++) board.reply(tea);
  await mirror.complete();
  board.withdraw(board.newItem('Bad'));
  board.editIndex((rows) => [...rows]);
  await mirror.refresh(board.sequence);
  const before = await shown(mirror);
  mirror = await open();
  await mirror.complete();
  // With the reasons of what editors did, which only the edit log has.
  expect(await shown(mirror)).toEqual(before);
  expect((await permanent.recent()).length).toBe(1024);
});

test('older rows have the numbers they had, also where a later epoch begins below them', async () => {
  const board = new FakeBoard(2 ** 31 + 3000);
  board.hasEditLog = false;
  const { open, permanent } = server(board);
  let mirror = await open();
  const tea = board.newItem('Tea');
  await mirror.complete();
  board.setMotd('Welcome');
  const made = board.index.slice(-1).flatMap((row) => [3, 2, 1].map((n) => ({ ...row, sequence: 2 ** 31 - n })));
  board.editIndex((rows) => [...rows, ...made]);
  await mirror.refresh(board.sequence);
  for (let n = 0; n < 1100; n++) board.reply(tea);
  await mirror.complete();
  const before = await shown(mirror);
  expect(before[0]).toMatchObject({ number: 1, epoch: 2, item: tea });
  expect(before[1]?.epoch).toBe(3);
  mirror = await open();
  await mirror.complete();
  expect(await shown(mirror)).toEqual(before);
  expect(await permanent.recent()).toHaveLength(1024);
});

test.each(['between', 'after'])(
  'rows made up %s those of a board past 2³¹ take none of the last numbers, however late a bridge comes',
  async (where) => {
    const board = new FakeBoard(2 ** 32 - 100);
    const tea = board.newItem('Tea');
    board.reply(tea);
    const made = board.index.slice(-1).flatMap((row) => [3, 2, 1].map((n) => ({ ...row, sequence: 2 ** 31 - n })));
    board.editIndex((rows) => rows.toSpliced(where === 'between' ? 1 : 2, 0, ...made));
    board.reply(tea);
    const mirror = await server(board).open();
    await mirror.complete();
    expect((await shown(mirror)).filter(({ item }) => item === tea).map(({ number }) => number)).toEqual([1, 2, 4]);
  },
);

test('after the cache is lost nobody who asks for what is new misses anything', async () => {
  const board = new FakeBoard();
  let now = 2_000_000_000;
  const { open, permanent } = server(board, { now: () => now * 1000 });
  let mirror = await open();
  board.newItem('first');
  await mirror.complete();
  const arrivals = () => Array.from(mirror.posts.arrivals.subarray(0, mirror.posts.length));
  const indexTimes = () => Array.from(mirror.posts.times.subarray(0, mirror.posts.length));
  for (let n = 0; n < 300; n++) {
    now += 100;
    now += 100;
    board.newItem(`item ${n}`);
    await mirror.refresh();
  }
  const live = arrivals();
  expect(live[0]).toBe(indexTimes()[0]);
  expect(live.at(-1)).toBe(now);
  now += 500;
  board.newItem('while the cache was lost');
  mirror = await open();
  await mirror.refresh();
  const later = arrivals();
  expect(later.at(-1)).toBe(now);
  // Each at or after what it was; the newest, which clients ask for, exactly as it was.
  expect(live.every((time, row) => (later[row] ?? 0) >= time)).toBe(true);
  expect(later.slice(-61, -1)).toEqual(live.slice(-60));
  expect((await permanent.published()).arrivals.length).toBeLessThanOrEqual(128);
});

test('a clock that goes back brings nothing in before what was told already', async () => {
  const board = new FakeBoard();
  let now = 2_000_000_000;
  const { open } = server(board, { now: () => now * 1000 });
  const mirror = await open();
  board.newItem('first');
  await mirror.complete();
  now += 1000;
  board.newItem('second');
  await mirror.refresh();
  now -= 3600;
  board.newItem('third');
  await mirror.refresh();
  expect(mirror.posts.arrivals[2]).toBe(2_000_001_000);
});

test('a first reading that was cut short does not count', async () => {
  const board = new FakeBoard();
  for (let n = 0; n < 5000; n++)
    board.reply(board.items.size > 0 ? ([...board.items.keys()][0] ?? '') : board.newItem('a'));
  const { open } = server(board);
  const mirror = await open();
  const seen: boolean[] = [];
  mirror.subscribe((changes) => {
    if (changes.some(({ kind }) => kind === 'appended')) seen.push(mirror.isRead);
  });
  await mirror.refresh();
  expect(seen.length).toBeGreaterThan(1);
  expect(seen).not.toContain(true);
  expect(mirror.isRead).toBe(true);
});

test('a board that numbers from 0 has its first post', async () => {
  const board = new FakeBoard(0);
  const { open, permanent } = server(board);
  let mirror = await open();
  board.reply(board.newItem('Tea'));
  await mirror.complete();
  const rows = async () =>
    (await shown(mirror)).map(({ number, epoch, sequence, text }) => [number, epoch, sequence, text]);
  const both = [
    [1, 1, 0, 'first'],
    [2, 1, 1, 'reply'],
  ];
  expect(await rows()).toEqual(both);
  mirror = await open();
  await mirror.complete();
  expect(await rows()).toEqual(both);
  expect(await permanent.epochs()).toEqual([{ number: 1, generation: 0, first: 0, base: 1 }]);
});

test('where numbers were given before, a post of number 0 does not shift them', async () => {
  const board = new FakeBoard(0);
  const { open, permanent, warnings } = server(board);
  await permanent.addEpochs([{ number: 1, generation: 0, first: 0, base: 0 }]);
  await permanent.raiseMarks([{ place: 'main', low: 1, high: 1 }]);
  const mirror = await open();
  board.reply(board.newItem('Tea'));
  await mirror.complete();
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['1 Reply']);
  expect(warnings).toHaveLength(1);
});

const BOGUS = { time: 1, itemId: 'A0010000', userid: latin1('ed'), type: 'R', subject: latin1('bogus') } as const;

test.each([0x7fffffff, 0xffffffff, 0x5000, 100_000])(
  'one bogus row %i changes nothing, whatever an editor does with it',
  async (sequence) => {
    const board = new FakeBoard();
    const { open, permanent, warnings } = server(board, { poll: { ...STILL, reconcile: 0 } });
    let mirror = await open();
    const tea = board.newItem('Tea');
    await mirror.complete();
    board.editIndex((rows) => [...rows, { ...BOGUS, sequence }]);
    for (let poll = 0; poll < 3; poll++) await mirror.complete();
    board.reply(tea, 'after');
    await mirror.refresh(board.sequence);
    expect(await shownNumbers(mirror)).toEqual(['1 Item', '2 IndexEdit', '3 Reply']);
    expect(mirror.progress.withheld).toBe(1);
    board.editIndex((rows) => rows.filter((row) => row.sequence !== sequence));
    board.reply(tea, 'and after');
    await mirror.refresh(board.sequence);
    const after = ['1 Item', '2 IndexEdit', '3 Reply', '4 IndexEdit', '5 Reply'];
    expect(await shownNumbers(mirror)).toEqual(after);
    mirror = await open();
    await mirror.complete();
    expect(await shownNumbers(mirror)).toEqual(after);
    expect(await permanent.epochs()).toHaveLength(1);
    expect(warnings).toEqual([]);
  },
);

test('a jump is believed when another reading confirms it and something was posted above it', async () => {
  const board = new FakeBoard();
  const { open } = server(board);
  const mirror = await open();
  const tea = board.newItem('Tea');
  await mirror.complete();
  board.sequence = 500_000;
  board.reply(tea, 'jumped');
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['1 Item']);
  board.reply(tea, 'goes on');
  board.requests.length = 0;
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '500001 Reply', '500002 Reply']);
  expect(board.requests.filter((request) => request.startsWith('INDX')).length).toBeGreaterThan(1);
});

test.each([true, false])(
  'rows that an editor made up far above are not believed, however often they are read (edit log: %s)',
  async (hasEditLog) => {
    const board = new FakeBoard();
    board.hasEditLog = hasEditLog;
    const { open, permanent, warnings } = server(board, { poll: { ...STILL, reconcile: 0 } });
    let mirror = await open();
    const tea = board.newItem('Tea');
    await mirror.complete();
    const madeUp = [500_000, 500_001, 500_002].map((sequence) => ({ ...BOGUS, sequence }));
    board.editIndex((rows) => [...rows, ...madeUp]);
    for (let poll = 0; poll < 3; poll++) await mirror.complete();
    mirror = await open();
    for (let poll = 0; poll < 3; poll++) await mirror.complete();
    // One more of them is no post, either.
    board.editIndex((rows) => [...rows, { ...BOGUS, sequence: 500_003 }]);
    for (let poll = 0; poll < 3 && hasEditLog; poll++) await mirror.complete();
    board.reply(tea, 'after');
    await mirror.refresh(board.sequence);
    const replies = (await shownNumbers(mirror)).filter((row) => row.endsWith('Reply'));
    expect(replies).toEqual(['4 Reply']);
    expect(await permanent.epochs()).toHaveLength(1);
    expect(warnings).toEqual([]);
  },
);

test('after an editor changed the index, a jump is believed once something is posted above it', async () => {
  const board = new FakeBoard();
  const { open } = server(board);
  const mirror = await open();
  const tea = board.newItem('Tea');
  board.editIndex((rows) => [...rows]);
  board.sequence = 500_000;
  board.reply(tea, 'jumped');
  board.reply(tea, 'goes on');
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '2 IndexEdit']);
  board.reply(tea, 'and on');
  await mirror.complete();
  const replies = ['500001 Reply', '500002 Reply', '500003 Reply'];
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '2 IndexEdit', ...replies]);
});

test('what editors did above rows that are not believed yet waits for them, and takes effect at once', async () => {
  const board = new FakeBoard();
  const { open } = server(board);
  const mirror = await open();
  const tea = board.newItem('Tea');
  const bad = board.newItem('Bad');
  board.reply(tea);
  await mirror.complete();
  board.sequence = 500_000;
  board.reply(tea, 'jumped');
  board.withdraw(bad);
  // As for a post whose row is not there yet: the edit log is read.
  await mirror.refresh(10);
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '3 Reply']);
  board.editIndex((rows) => [...rows]);
  board.reply(tea, 'goes on');
  await mirror.complete();
  const believed = ['500001 Reply', '500002 Withdrawal', '500003 IndexEdit', '500004 Reply'];
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '3 Reply', ...believed]);
});

test('a clock that was set back brings nothing in before the last question, not even after a restart', async () => {
  const board = new FakeBoard();
  let now = 2_000_000_000;
  const { open } = server(board, { now: () => now * 1000 });
  let mirror = await open();
  board.newItem('first');
  await mirror.complete();
  now += 5000;
  await mirror.dated();
  now -= 4000;
  mirror = await open();
  board.newItem('second');
  await mirror.complete();
  expect(mirror.posts.arrivals[1]).toBeGreaterThanOrEqual(2_000_005_000);
});

test('a jump of which the board itself gave the number is believed at once', async () => {
  const board = new FakeBoard();
  const { open } = server(board);
  const mirror = await open();
  const tea = board.newItem('Tea');
  await mirror.complete();
  board.sequence = 500_000;
  board.reply(tea, 'mine');
  await mirror.refresh(board.sequence);
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '500001 Reply']);
});

test.each([
  ['was expected', 40, (board: FakeBoard) => board.sequence],
  ['nobody expected', 4, () => undefined],
])(
  'a board that compares plain numbers: what %s behind a wrap is there with the next poll',
  async (_, before, upTo) => {
    const board = new FakeBoard(2 ** 32 - before);
    board.comparesPlainly = true;
    const mirror = await server(board).open();
    const tea = board.newItem('Tea', 'before');
    await mirror.complete();
    board.sequence = 2 ** 32 - 1;
    for (const text of ['first', 'second', 'third']) {
      board.reply(tea, text);
      await mirror.refresh(upTo(board));
    }
    await mirror.complete();
    expect((await shown(mirror)).map(({ text }) => text)).toEqual(['before', 'first', 'second', 'third']);
  },
);

test('at the end of numbers what comes after is withheld, with one word of it, and no epoch begins', async () => {
  const board = new FakeBoard(2 ** 31 - 2);
  const { open, permanent, warnings } = server(board);
  const mirror = await open();
  // So that the last numbers are given to the last sequence numbers.
  const tea = board.newItem('Tea');
  board.reply(tea);
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['2147483646 Item', '2147483647 Reply']);
  for (let n = 0; n < 3; n++) {
    board.reply(tea, 'too late');
    await mirror.refresh(board.sequence);
  }
  expect(await shownNumbers(mirror)).toEqual(['2147483646 Item', '2147483647 Reply']);
  expect([mirror.isFull, mirror.progress.withheld, highest(mirror)]).toEqual([true, 3, 2 ** 31 - 1]);
  expect(warnings).toHaveLength(1);
  expect(await permanent.epochs()).toHaveLength(1);
});

test('numbering that an earlier version damaged is repaired, once', async () => {
  const board = new FakeBoard();
  const { open, permanent, warnings } = server(board);
  await permanent.addEpochs([
    { number: 1, generation: 0, first: 0, base: 0 },
    ...Array.from({ length: 500 }, (_, n) => ({ number: n + 2, generation: 0, first: 2, base: 2 ** 31 - 2 })),
  ]);
  await permanent.done({ messageId: '<mine@x>', epoch: 300, sequence: 2, references: '' });
  board.reply(board.newItem('Tea'), 'mine');
  let mirror = await open();
  await mirror.complete();
  expect(await shownNumbers(mirror)).toEqual(['1 Item', '2 Reply']);
  expect(await permanent.ownPosts()).toMatchObject([{ messageId: '<mine@x>', epoch: 1 }]);
  expect(await permanent.epochs()).toHaveLength(1);
  mirror = await open();
  expect(warnings).toEqual([expect.stringContaining('repaired')]);
});

test('rows out of order or twice: nothing vanishes, and nothing is said of it again', async () => {
  const board = new FakeBoard();
  const { open, warnings } = server(board, { poll: { ...STILL, reconcile: 0 } });
  let mirror = await open();
  const tea = board.newItem('Tea');
  board.reply(tea);
  const more = board.continue(tea, 'More');
  board.reply(more);
  await mirror.complete();
  const before = await shown(mirror);
  for (const shuffle of [
    (rows: FakeBoard['index']) => rows.toReversed(),
    (rows: FakeBoard['index']) => [...rows.slice(2), ...rows.slice(0, 2)],
    (rows: FakeBoard['index']) => rows.flatMap((row) => [row, row]),
  ]) {
    board.editIndex((rows) => shuffle([...rows]));
    await mirror.refresh(board.sequence);
    await mirror.complete();
    const posts = (await shown(mirror)).filter(({ kind }) => kind !== 'IndexEdit');
    expect(posts).toEqual(before);
    const said = warnings.length;
    for (let poll = 0; poll < 3; poll++) await mirror.complete();
    expect(warnings.length).toBe(said);
    mirror = await open();
    await mirror.complete();
    expect((await shown(mirror)).filter(({ kind }) => kind !== 'IndexEdit')).toEqual(before);
  }
});

test('of messages of the day after a jump, those just below the newest are believed with it', async () => {
  const board = new FakeBoard();
  const { open } = server(board);
  const mirror = await open();
  board.newItem('Tea');
  board.sequence = 5000;
  board.setMotd('old');
  board.setMotd('new');
  board.editIndex((rows) => [...rows]);
  for (let polls = 0; polls < 3; polls++) await mirror.refresh();
  const { numbers: given, length } = mirror.posts;
  expect([...given.subarray(0, length)]).toEqual([1, 5001, 5002, 5003]);
});

test('an item withdrawn when its text was asked for, and restored before the index was read, is whole, also after a restart', async () => {
  const board = new FakeBoard();
  const { open } = server(board);
  const path = join(mkdtempSync(join(tmpdir(), 'vanished-')), 'cache.sqlite');
  onTestFinished(() => rmSync(dirname(path), { recursive: true }));
  let mirror = await open({ cache: Cache.open(path), background: false });
  const tea = board.newItem('Tea', 'hot');
  await mirror.refresh();
  const restore = board.backUp();
  board.withdraw(tea);
  expect(await mirror.text(mirror.itemById(tea) ?? expect.fail())).toBeUndefined();
  restore();
  mirror = await open({ cache: Cache.open(path) });
  await mirror.complete();
  expect(await mirror.text(mirror.itemById(tea) ?? expect.fail())).toBeDefined();
});

test.each([
  ['once', 1, true, [1, 3001, 6001, 6002, 6003]],
  // Asked again, as a row before a jump, it would be believed yet.
  ['twice', 2, true, [1, 3001, 6001, 6002, 6003]],
  ['time and again', 99, true, [1, 6001, 6002, 6003]],
  // The board made the row: nobody else has changed the index.
  ['time and again', 99, false, [1, 3001, 6001, 6002]],
])('the board sends nonsense %s for the item that would prove a far row; edited: %o', async (_, times, edited, all) => {
  const board = new FakeBoard();
  const { open } = server(board);
  const mirror = await open();
  board.newItem('Tea');
  board.sequence = 3000;
  const coffee = board.newItem('Coffee');
  board.sequence = 6000;
  board.newItem('Milk');
  board.newItem('Sugar');
  if (edited) board.editIndex((rows) => [...rows]);
  let left: number = times;
  board.fault = (request) => {
    if (request === `ITEM ${coffee}` && left-- > 0) throw new RgtpError('nonsense', 'garbage');
  };
  for (let polls = 0; polls < 3; polls++) await mirror.refresh().catch(() => {});
  const { numbers: given, length } = mirror.posts;
  expect([...given.subarray(0, length)]).toEqual(all);
});
