/** Mirrors of several bridges that serve one board together: they show the same. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BoardPool } from '../../../src/bridge/board-line.ts';
import type { Mirror } from '../../../src/bridge/mirror/mirror.ts';
import type { MirrorOptions } from '../../../src/bridge/mirror/options.ts';
import { Cache } from '../../../src/store/cache.ts';
import { openShared, type SharedStore } from '../../support/bridges-of-board.ts';
import { FakeBoard } from '../../support/fake-board.ts';
import { openMirror, STILL, shown } from '../../support/mirrors.ts';
import { hasPostgres, PostgresServer } from '../../support/postgres.ts';

describe.skipIf(!hasPostgres)('mirrors of one board', () => {
  let server: PostgresServer;
  let name: string;
  let board: FakeBoard;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.remove());
  beforeEach(() => {
    name = randomUUID();
    board = new FakeBoard();
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  interface Bridge {
    readonly mirror: Mirror;
    readonly store: SharedStore;
    /** unix ms */
    readonly now: () => number;
  }

  /** The clocks of two bridges do not agree. */
  async function bridge(options: Partial<MirrorOptions> = {}, pool: BoardPool = board): Promise<Bridge> {
    const store = await openShared(server.url, name);
    closing.push(store.close);
    const ahead = 1_000_000 * closing.length;
    const now = () => Date.UTC(2026, 10, 27) + ahead;
    const mirror = await openMirror(pool, { permanent: store.permanent, now, ...options });
    closing.push(() => mirror.close());
    return { mirror, store, now };
  }

  /** An item, and two bridges that have read it. */
  async function readByTwo() {
    const [one, other] = [await bridge(), await bridge()];
    const bridges = [one, other];
    const tea = board.newItem('Tea');
    for (const { mirror } of bridges) await mirror.complete();
    return { bridges, one, other, tea };
  }

  async function seen({ mirror }: Bridge) {
    const { arrivals } = mirror.posts;
    const rows = await shown(mirror);
    const arrived = rows.map(({ number }) => arrivals[mirror.rowOf(number)]);
    const marks = (['main', 'motd', 'edits'] as const).map((place) => mirror.mark(place));
    return { rows, marks, arrived };
  }

  async function same(bridges: readonly Bridge[]): Promise<void> {
    const all = await Promise.all(bridges.map(seen));
    for (const other of all) expect(other).toEqual(all[0]);
  }

  const numbers = async ({ mirror }: Bridge) =>
    (await shown(mirror)).map(({ number, epoch }) => `${number} of ${epoch}`);

  test('show the same, whoever asks the board first', async () => {
    const bridges = [await bridge(), await bridge(), await bridge()];
    const [one, other, third] = bridges;
    if (one === undefined || other === undefined || third === undefined) throw new Error('too few');
    const tea = board.newItem('Tea');
    board.reply(tea);
    await one.mirror.complete();
    await other.mirror.complete();
    board.setMotd('hello');
    board.edit(tea, 0, 'no tea');
    const gone = board.newItem('Gone');
    board.reply(gone);
    await other.mirror.complete();
    board.withdraw(gone);
    await third.mirror.complete();
    await one.mirror.complete();
    board.continue(tea, 'More tea');
    for (const { mirror } of bridges) await mirror.complete();
    for (const { mirror } of bridges) await mirror.complete();
    await same(bridges);
    expect((await seen(one)).rows).toHaveLength(6);
  });

  test('… also at the same moment, however often', async () => {
    const bridges = [await bridge(), await bridge(), await bridge()];
    const tea = board.newItem('Tea');
    for (let round = 0; round < 12; round++) {
      board.reply(tea);
      if (round % 4 === 3) board.edit(tea, 0, `tea ${round}`);
      await Promise.all(bridges.map(({ mirror }) => mirror.refresh()));
    }
    await Promise.all(bridges.map(({ mirror }) => mirror.complete()));
    await same(bridges);
    expect(await numbers(bridges[0] as Bridge)).toHaveLength(16);
  });

  test('… and where one shows a row after the other, between two steps of another', async () => {
    const { bridges, one, other, tea } = await readByTwo();
    board.reply(tea);
    board.reply(tea);
    const all = board.index;
    const meanwhile = [
      async () => {
        board.index = all.slice(0, -1);
        await other.mirror.refresh();
        board.index = all;
      },
      () => other.mirror.refresh(),
    ];
    const { shared } = one.store.permanent;
    if (shared === undefined) throw new Error('nothing is shared');
    const { publish } = shared;
    shared.publish = async (step) => {
      await meanwhile.shift()?.();
      return publish.call(shared, step);
    };
    for (const { mirror } of bridges) await mirror.complete();
    await same(bridges);
    expect(await numbers(one)).toHaveLength(3);
    expect(meanwhile).toEqual([]);
  });

  test('a number that one has shown is no other post at another, whatever that one is told', async () => {
    const theirs = new FakeBoard();
    const [one, other] = [await bridge(), await bridge({}, theirs)];
    const tea = board.newItem('Tea');
    theirs.newItem('Tea');
    for (const { mirror } of [one, other]) await mirror.complete();
    theirs.newItem('Coffee');
    await other.mirror.complete();
    board.reply(tea);
    await one.mirror.complete();
    const shownAs = async ({ mirror }: Bridge) => (await shown(mirror)).filter(({ number }) => number === 2);
    const [coffee] = await shownAs(other);
    expect(coffee).toBeDefined();
    for (const row of await shownAs(one)) expect(row).toEqual(coffee);
  });

  test('agree on an epoch that they see begin at the same moment', async () => {
    const bridges = [await bridge(), await bridge()];
    const tea = board.newItem('Tea');
    const restore = board.backUp();
    board.reply(tea);
    board.reply(tea);
    await Promise.all(bridges.map(({ mirror }) => mirror.complete()));
    restore();
    board.newItem('Coffee');
    board.newItem('Milk');
    board.newItem('Sugar');
    await Promise.all(bridges.map(({ mirror }) => mirror.complete()));
    await Promise.all(bridges.map(({ mirror }) => mirror.complete()));
    await same(bridges);
    expect(await numbers(bridges[0] as Bridge)).toEqual(['1 of 1', '4 of 2', '5 of 2', '6 of 2']);
    expect(await bridges[0]?.store.permanent.epochs()).toHaveLength(2);
  });

  test.each([0, 1])(
    'what one has shown of a board before it was restored, the other knows (%i looks first)',
    async (first) => {
      const bridges = [await bridge(), await bridge()];
      const [saw, away] = bridges as [Bridge, Bridge];
      const tea = board.newItem('Tea');
      await Promise.all(bridges.map(({ mirror }) => mirror.complete()));
      const restore = board.backUp();
      board.reply(tea);
      board.reply(tea);
      await saw.mirror.complete();
      restore();
      // To the one that was away these look like any new posts.
      board.newItem('Coffee');
      board.newItem('Milk');
      const order = first === 0 ? [saw, away] : [away, saw];
      for (const { mirror } of order) await mirror.complete();
      for (const { mirror } of order) await mirror.complete();
      expect(await numbers(away)).toEqual(['1 of 1', '4 of 2', '5 of 2']);
      await same(order);
      // Its numbering goes on as theirs does.
      board.newItem('Sugar');
      for (const { mirror } of [away, saw]) await mirror.complete();
      expect(await numbers(away)).toEqual(['1 of 1', '4 of 2', '5 of 2', '6 of 2']);
      await same(order);
    },
  );

  test('one that comes later, without or with an old cache, adopts what was agreed', async () => {
    const cache = Cache.open(':memory:');
    const one = await bridge();
    const tea = board.newItem('Tea');
    await one.mirror.complete();
    const old = await bridge({ cache });
    await old.mirror.complete();
    const restore = board.backUp();
    board.reply(tea);
    await one.mirror.complete();
    restore();
    board.newItem('Coffee');
    await one.mirror.complete();
    const late = await bridge();
    for (const { mirror } of [late, old, one]) await mirror.complete();
    for (const { mirror } of [late, old, one]) await mirror.complete();
    expect(await numbers(late)).toEqual(['1 of 1', '3 of 2']);
    await same([one, old]);
    expect(await shown(late.mirror)).toEqual(await shown(one.mirror));
  });

  test('a number that the board gave to one is believed by all', async () => {
    const { bridges, one, other, tea } = await readByTwo();
    board.sequence += 5000;
    const given = board.reply(tea);
    await one.mirror.refresh(given);
    await other.mirror.complete();
    await one.mirror.complete();
    await same(bridges);
    expect(await numbers(other)).toHaveLength(2);
  });

  test('a row that came too late for one is late for all', async () => {
    const { bridges, one, other, tea } = await readByTwo();
    board.reply(tea);
    const [hidden] = board.index.slice(-1);
    if (hidden === undefined) throw new Error('no row');
    board.index = board.index.slice(0, -1);
    board.newItem('Milk');
    await one.mirror.complete();
    board.index = [...board.index.slice(0, -1), hidden, ...board.index.slice(-1)];
    await other.mirror.complete();
    await one.mirror.complete();
    await other.mirror.complete();
    await same(bridges);
  });

  /** when a number arrived */
  const arrival = ({ mirror }: Bridge, number: number) => mirror.posts.arrivals[mirror.rowOf(number)];

  test('a notice for which one has kept a number arrives at another when that one shows it', async () => {
    const { one, other, tea } = await readByTwo();
    board.editIndex((rows) => [...rows]);
    board.reply(tea);
    await board.withoutLog(() => one.mirror.complete());
    expect(await numbers(one)).toEqual(['1 of 1', '3 of 1']);
    await other.mirror.complete();
    expect(await numbers(other)).toEqual(['1 of 1', '2 of 1', '3 of 1']);
    expect(arrival(other, 2)).toBe(Math.floor(other.now() / 1000));
    expect(arrival(other, 3)).toBe(arrival(one, 3));
  });

  test('… and so does a post that one has shown, and that was gone in between', async () => {
    const { one, other, tea } = await readByTwo();
    board.reply(tea);
    const { index } = board;
    await one.mirror.complete();
    board.editIndex((rows) => rows.slice(0, -1));
    await one.mirror.complete();
    board.editIndex(() => [...index]);
    await other.mirror.complete();
    expect(await numbers(other)).toContain('2 of 1');
    expect(arrival(other, 2)).toBe(Math.floor(other.now() / 1000));
  });

  test('… whether or not the other has looked in between: its number is known there, too', async () => {
    const { bridges, one, other, tea } = await readByTwo();
    board.reply(tea);
    const { index } = board;
    await one.mirror.complete();
    board.editIndex((rows) => rows.slice(0, -1));
    for (const { mirror } of bridges) await mirror.complete();
    board.editIndex(() => [...index]);
    for (const { mirror } of bridges) await mirror.complete();
    expect(await numbers(other)).toContain('2 of 1');
    expect(await shown(other.mirror)).toEqual(await shown(one.mirror));
  });

  test('nothing arrives before the time that readers were told at another bridge, whose clock is ahead', async () => {
    const { one, other, tea } = await readByTwo();
    const date = await other.mirror.dated();
    board.reply(tea);
    await one.mirror.complete();
    expect(Math.floor(one.now() / 1000)).toBeLessThan(date);
    expect(arrival(one, 2)).toBeGreaterThanOrEqual(date);
    // … and not much later: this bridge's DATE is that much ahead, too.
    expect(arrival(one, 2)).toBeLessThanOrEqual(date + 5);
    // To be asked at this bridge, too, is no reason to set that time further ahead.
    const raise = vi.spyOn(one.store.permanent, 'raiseMarks');
    await one.mirror.dated();
    expect(raise).not.toHaveBeenCalled();
  });

  test('a mark stays what it was where its article is gone, and older than the rows that are kept', async () => {
    const { one, other, tea } = await readByTwo();
    board.setMotd('hello');
    await one.mirror.complete();
    board.editIndex((rows) => rows.slice(0, -1));
    for (let n = 0; n < 1100; n++) board.reply(tea);
    await one.mirror.complete();
    await other.mirror.complete();
    expect(other.mirror.mark('motd')).toEqual({ low: 3, high: 2 });
    expect(one.mirror.mark('motd')).toEqual({ low: 3, high: 2 });
  });

  test('an edit whose row is gone keeps no bridge from what others have shown', async () => {
    const { one, other, tea } = await readByTwo();
    board.edit(tea, 0, 'revised');
    await one.mirror.complete();
    // Archived, without a word in any log.
    board.index = [];
    board.items.clear();
    await other.mirror.complete();
    await expect(other.mirror.catchUp?.()).resolves.toBeUndefined();
    expect(other.mirror.mark('main')).toEqual({ low: 3, high: 2 });
  });

  test('what one reads first, after another has been asked what is new, arrives when it is read', async () => {
    const bridges = [await bridge(), await bridge()];
    const [one, other] = bridges as [Bridge, Bridge];
    // There is nothing yet.
    await one.mirror.complete();
    board.newItem('Tea');
    await other.mirror.complete();
    await one.mirror.complete();
    expect(bridges.map((each) => arrival(each, 1))).toEqual([other, other].map(({ now }) => Math.floor(now() / 1000)));
  });

  test('a row that an editor has changed is the same post where another has told of the change', async () => {
    const bridges = [await bridge(), await bridge()];
    const [one, other] = bridges as [Bridge, Bridge];
    const tea = board.newItem('Tea');
    board.reply(tea);
    for (const { mirror } of bridges) await mirror.complete();
    board.editIndex((rows) => rows.map((row, at) => (at === 1 ? { ...row, time: row.time + 1 } : row)));
    board.reply(tea);
    board.reply(tea);
    await one.mirror.complete();
    // Not there any more where the other looks, so it takes in what was shown.
    board.index = board.index.toSpliced(2, 1);
    await other.mirror.complete();
    expect(await numbers(other)).toEqual(['1 of 1', '2 of 1', '3 of 1', '5 of 1']);
  });

  test('what one of them finds, the others show without being asked', async () => {
    const bridges = [await bridge(), await bridge(), await bridge()];
    const [one, ...others] = bridges;
    for (const { mirror } of bridges) mirror.start();
    const tea = board.newItem('Tea');
    const bad = board.newItem('Bad');
    await one?.mirror.refresh();
    for (const { mirror } of others)
      await expect.poll(() => mirror.items.map(({ subject }) => subject)).toEqual(['Tea', 'Bad']);
    board.withdraw(bad);
    board.edit(tea, 0, 'revised');
    await one?.mirror.refresh(board.sequence);
    for (const { mirror } of others) {
      await expect
        .poll(async () => (await shown(mirror)).map(({ text, kind }) => `${kind}: ${text}`))
        .toEqual((await shown((one as Bridge).mirror)).map(({ text, kind }) => `${kind}: ${text}`));
    }
    await expect
      .poll(() => others.map(({ mirror }) => mirror.mark('edits')))
      .toEqual(others.map(() => one?.mirror.mark('edits')));
  });

  test('one of them polls the board; when it is gone, another does', async () => {
    const polls: number[] = [];
    const counted = (at: number): BoardPool => {
      polls[at] = 0;
      return {
        use: (task) =>
          board.use((connection) => {
            const { index } = connection;
            const counting = Object.create(connection, {
              index: {
                value: (...args: Parameters<typeof index>) => {
                  polls[at] = (polls[at] ?? 0) + 1;
                  return index.apply(connection, args);
                },
              },
            }) as typeof connection;
            return task(counting);
          }),
      };
    };
    const poll = { ...STILL, reader: 5, idle: 5, reconcile: 2_000_000_000 };
    const bridges: Bridge[] = [];
    for (let at = 0; at < 3; at++) {
      const one = await bridge({ poll }, counted(at));
      bridges.push(one);
      if (at === 0) await expect.poll(() => one.store.member.leads).toBe(true);
    }
    await expect.poll(() => bridges.map(({ store }) => store.member.bridges)).toEqual([3, 3, 3]);
    for (const { mirror } of bridges) mirror.start();
    board.newItem('Tea');
    await expect.poll(() => bridges.every(({ mirror }) => mirror.items.length === 1)).toBe(true);
    const before = polls[0] ?? 0;
    await expect.poll(() => polls[0]).toBeGreaterThan(before + 50);
    // At their start, and when they were told.
    expect(polls[1]).toBeLessThan(8);
    expect(polls[2]).toBeLessThan(8);
    await bridges[0]?.mirror.close();
    await bridges[0]?.store.close();
    board.newItem('Coffee');
    await expect.poll(() => bridges.slice(1).every(({ mirror }) => mirror.items.length === 2)).toBe(true);
  });
});
