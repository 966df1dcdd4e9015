import { describe, expect, test } from 'vitest';
import { SharedMemory } from '../../../src/bridge/memory.ts';
import { octets } from '../../../src/wire/octets.ts';
import { START } from '../../support/fake-board.ts';
import { linesOf, testBoard } from '../../support/views.ts';

/** A board of one item with many replies: numbers 1 … count. */
async function longBoard(count: number, parts = {}) {
  const board = await testBoard({}, parts);
  const { model } = board;
  model.board.newItem('Debate', { id: 'O0591429', userid: 'x9', grogname: 'A writer' });
  for (let n = 1; n < count; n++) {
    model.board.reply('O0591429', { lines: [`reply ${n}`], userid: 'x9', grogname: 'A writer' });
  }
  await model.sync();
  return board;
}

const numbers = (pieces: Iterable<Uint32Array>) => [...pieces].flatMap((piece) => [...piece]);

describe('marks and numbers', () => {
  test('an empty newsgroup', async () => {
    const { main } = await testBoard();
    expect([main.low, main.high, main.count]).toEqual([1, 0, 0]);
    expect(main.atOrAfter(1)).toBeUndefined();
    expect(main.atOrBefore(5)).toBeUndefined();
    expect(numbers(main.numbers(1, 0x7fffffff))).toEqual([]);
    expect([...main.overview(1, 0x7fffffff)]).toEqual([]);
    expect([...main.arrivedSince(0)]).toEqual([]);
  });

  test('gaps are not articles', async () => {
    const { model, main } = await testBoard();
    await model.newItem('O0591429', octets`a`);
    model.leaveGaps(3);
    await model.reply('O0591429');
    expect([main.low, main.high, main.count]).toEqual([1, 5, 2]);
    expect(numbers(main.numbers(1, 9))).toEqual([1, 5]);
    expect([main.atOrAfter(2), main.atOrBefore(4), main.atOrAfter(6)]).toEqual([5, 1, undefined]);
    expect(main.messageId(3)).toBeUndefined();
    expect(await main.article(3)).toBeUndefined();
    expect((await linesOf(main.overview(2, 9))).map((line) => line.split('\t')[0])).toEqual(['5']);
  });

  test('a range includes both its bounds, and nothing beyond', async () => {
    const { model, main } = await longBoard(5);
    await model.indexEdit({ remove: [1] });
    const all = [1, 3, 4, 5];
    for (let low = 0; low <= 7; low++) {
      for (let high = 0; high <= 7; high++) {
        const within = all.filter((number) => number >= low && number <= high);
        const shown = async (pieces: Iterable<Buffer | Promise<Buffer>>) =>
          (await linesOf(pieces)).map((line) => Number.parseInt(line, 10));
        expect(numbers(main.numbers(low, high)), `${low}-${high}`).toEqual(within);
        expect(await shown(main.overview(low, high)), `OVER ${low}-${high}`).toEqual(within);
        expect(await shown(main.header('subject', low, high)), `HDR ${low}-${high}`).toEqual(within);
      }
    }
  });

  test('when all articles are gone, the low mark is above the high mark, which stays', async () => {
    const { model, main, edits } = await longBoard(3);
    await model.withdraw('O0591429');
    expect([main.low, main.high, main.count]).toEqual([4, 3, 0]);
    expect([edits.low, edits.high, edits.count]).toEqual([4, 4, 1]);
  });

  test('the high mark of .motd never falls, and a new view knows as much', async () => {
    const { model, motd } = await testBoard();
    const row = await model.setMotd([octets`one`]);
    await model.newItem('O0591429', octets`a`);
    expect([motd.low, motd.high, motd.count]).toEqual([1, 1, 1]);
    await model.indexEdit({ remove: [row] });
    expect([motd.low, motd.high, motd.count]).toEqual([2, 1, 0]);
  });

  test('a restored article is back in its place', async () => {
    const { model, main } = await longBoard(5);
    await model.indexEdit({ remove: [1, 3] });
    expect(numbers(main.numbers(1, 9))).toEqual([1, 3, 5]);
    await model.indexEdit({ restore: [3] });
    expect(numbers(main.numbers(1, 9))).toEqual([1, 3, 4, 5]);
    expect(main.messageId(4)).toBe('<O0591429.00000004@rgtp.example.org>');
    expect(await linesOf(main.overview(1, 9))).toHaveLength(4);
  });
});

describe('overview and headers', () => {
  test('any range is a slice', async () => {
    const { main } = await longBoard(700);
    const all = await linesOf(main.overview(1, 0x7fffffff));
    expect(all).toHaveLength(700);
    for (const [low, high] of [
      [1, 1],
      [256, 257],
      [250, 600],
      [700, 800],
      [701, 800],
      [5, 4],
    ] as const) {
      expect(await linesOf(main.overview(low, high))).toEqual(all.slice(low - 1, high));
    }
  });

  test('pieces stay small', async () => {
    const { main } = await longBoard(700);
    const pieces = await Promise.all([...main.overview(1, 700)]);
    expect(pieces).toHaveLength(3);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(80_000);
  });

  test('the last segment grows', async () => {
    const { model, main } = await longBoard(3);
    expect(await linesOf(main.overview(1, 9))).toHaveLength(3);
    await model.reply('O0591429');
    expect(await linesOf(main.overview(1, 9))).toHaveLength(4);
  });

  test('HDR answers from the index where it can', async () => {
    const { model, main } = await longBoard(300);
    expect((await linesOf(main.header('message-id', 299, 999))).at(-1)).toBe(
      '300 <O0591429.0000012C@rgtp.example.org>',
    );
    expect(await linesOf(main.header('path', 2, 2))).toEqual(['2 news.example.org!not-for-mail']);
    expect(await linesOf(main.header('newsgroups', 2, 2))).toEqual(['2 groggs.test']);
    expect(await linesOf(main.header('to', 2, 3))).toEqual(['2 ', '3 ']);
    expect(await linesOf(main.header('xref', 2, 2))).toEqual(['2 news.example.org groggs.test:2']);
    expect(await linesOf(main.header('from', 2, 2))).toEqual(['2 A writer <x9@rgtp.example.org>']);
    expect(await linesOf(main.header(':lines', 2, 2))).toEqual(['2 1']);
    expect(model.reads).toBe(0);
  });

  test.each(['subject', 'from', 'date', 'message-id', 'references', ':bytes', ':lines'])(
    'HDR %s of many articles is that of each, before and after they change',
    async (field) => {
      const { model, main } = await longBoard(300);
      const many = () => linesOf(main.header(field, 1, 999));
      const each = async () => {
        const lines: string[] = [];
        for (let n = 1; n <= 300; n++) lines.push(...(await linesOf(main.header(field, n, n))));
        return lines;
      };
      const before = await each();
      expect(await many()).toEqual(before);
      expect(await many()).toEqual(before);
      await model.indexEdit({ remove: [1] });
      const after = await each();
      expect(after).toHaveLength(299);
      expect((await many()).slice(0, 299)).toEqual(after);
      await linesOf(main.overview(1, 999));
      expect(await each()).toEqual(after);
    },
  );

  test('overview and headers need no text', async () => {
    const { model, main } = await longBoard(256);
    await linesOf(main.overview(1, 256));
    await linesOf(main.header('from', 1, 256));
    expect(await main.head(256)).toBe(await main.head(256));
    expect(model.reads).toBe(0);
  });

  test('items that take long to read are read in turns', async () => {
    const { model, main } = await testBoard();
    for (let n = 0; n < 100; n++) await model.newItem(`O${String(n).padStart(7, '0')}`, octets`a`);
    model.deliver = (item) => {
      const end = performance.now() + 1;
      while (performance.now() < end);
      return item;
    };
    const [piece] = main.overview(1, 100);
    expect(model.reads).toBeLessThan(50);
    await new Promise(setImmediate);
    expect(model.reads).toBeLessThan(100);
    expect(String(await piece).split('\r\n')).toHaveLength(101);
  });

  test('articles are rendered once', async () => {
    const { model, main } = await longBoard(2);
    expect(await main.article(2)).toBe(await main.article(2));
    expect(model.reads).toBe(1);
  });

  test('an article that is asked for once takes no other’s place in memory', async () => {
    const memory = new SharedMemory(4000);
    const { main } = await longBoard(20, { memory });
    const first = await main.article(1);
    for (let n = 2; n <= 20; n++) await main.article(n);
    expect(memory.octets).toBeGreaterThan(2000);
    expect(await main.article(1)).toBe(first);
    const second = await main.article(20);
    expect(await main.article(20)).toBe(second);
  });

  test('a cache too small for anything changes no answer', async () => {
    const memory = new SharedMemory(1);
    const small = (await longBoard(600, { memory })).main;
    const { main } = await longBoard(600);
    expect(await linesOf(small.overview(1, 600))).toEqual(await linesOf(main.overview(1, 600)));
    expect((await small.article(7))?.bytes).toEqual((await main.article(7))?.bytes);
    expect(memory.octets).toBe(0);
  });
});

describe('NEWNEWS', () => {
  test('is by the time at which articles became readable here, whatever the board’s clock says', async () => {
    let now = 5_000_000;
    const { model, main } = await testBoard({}, {}, { now: () => now });
    await model.newItem('O0000001', 'from the first reading', { time: 100 });
    now = 6_000_000;
    for (const [n, time] of [300, 200, 9_999_999].entries()) {
      await model.newItem(`O000001${n}`, 'a', { time });
      now += 1000;
    }
    const since = (seconds: number) => [...main.arrivedSince(seconds)].map((id) => id.slice(1, 9));
    expect(since(6000)).toEqual(['O0000010', 'O0000011', 'O0000012']);
    expect(since(6001)).toEqual(['O0000011', 'O0000012']);
    expect(since(6003)).toEqual([]);
  });

  test('has a notice whose time is cut to the minute: it counts from when it came', async () => {
    const minute = START + 120;
    let seconds = minute;
    const { model, edits } = await testBoard({}, {}, { now: () => seconds * 1000 });
    await model.newItem('O0000001', 'a', { time: START });
    await model.newItem('O0000002', 'b', { time: START });
    const asked = minute + 40;
    seconds = minute + 55;
    await model.withdraw('O0000001', { time: minute + 50 });
    expect([...edits.arrivedSince(asked)]).toEqual([edits.messageId(3)]);
    seconds += 1000;
    await model.indexEdit({ remove: [1], time: minute + 59 });
    expect([...edits.arrivedSince(seconds)]).toEqual([edits.messageId(4)]);
  });

  test('looks back a little: what another bridge showed before may not have been here yet', async () => {
    const { model, main } = await testBoard({ overlap: 300 }, {}, { now: () => 6_000_000 });
    await model.newItem('O0000001', 'a');
    expect([...main.arrivedSince(6300)]).toHaveLength(1);
    expect([...main.arrivedSince(6301)]).toEqual([]);
  });
});
