/** Two bridges in front of one board, with one database. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BoardServer } from '../../../src/board/server.ts';
import { formatPlan, hashOf, type Plan, textKey } from '../../../src/bridge/posting/plan.ts';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import type { Pace } from '../../../src/store/postgres/membership.ts';
import { latin1 } from '../../../src/wire/octets.ts';
import { openBoard, secrets } from '../../board/boards.ts';
import { openShared, type SharedStore } from '../../support/bridges-of-board.ts';
import { CuttingProxy } from '../../support/cutting-proxy.ts';
import { CuttingWay } from '../../support/cutting-way.ts';
import { openMirror } from '../../support/mirrors.ts';
import { hasPostgres, PostgresServer } from '../../support/postgres.ts';
import { type BridgeOptions, draft, TestBridge } from './bridge.ts';

describe.skipIf(!hasPostgres)('two bridges', () => {
  let server: PostgresServer;
  let way: CuttingWay;
  let name: string;
  let board: BoardServer;
  const stores: SharedStore[] = [];

  beforeAll(async () => {
    server = await PostgresServer.start();
    way = await CuttingWay.open(server.socket);
  });
  afterAll(async () => {
    await way.close();
    await server.remove();
  });
  beforeEach(async () => {
    name = randomUUID();
    board = await openBoard();
  });
  afterEach(async () => {
    way.accept();
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });

  async function shared(locks = server.url, pace: Partial<Pace> = {}): Promise<SharedStore> {
    const store = await openShared(server.url, name, { locks, pace });
    stores.push(store);
    return store;
  }

  function bridge({ permanent }: SharedStore, options: Partial<BridgeOptions> = {}): Promise<TestBridge> {
    return TestBridge.open(board.address.port, { permanent, ...options });
  }

  /** What a bridge is about to post for ann. */
  function planned(subject: string, ...lines: readonly string[]): string {
    const plan: Plan = {
      deed: { kind: 'item', subject: latin1(subject) },
      userid: latin1('ann@rgtp.test'),
      hash: hashOf(lines.map(latin1)),
      after: -1,
      moment: { newest: undefined, number: 0 },
      references: '',
    };
    return formatPlan(plan);
  }

  /** Posts to the board as the bridge of `planned` would, past all bridges. */
  async function sent(by: TestBridge, subject: string, ...lines: readonly string[]): Promise<number> {
    return by.pools.use({ userid: latin1('ann@rgtp.test'), secret: secrets.ann }, async (connection) => {
      await connection.data(latin1('Ann'), lines.map(latin1));
      return (await connection.newItem(latin1(subject))).sequence;
    });
  }

  const intent = (subject: string, ...lines: readonly string[]) => ({
    messageId: '<1@example.net>',
    created: 1,
    details: planned(subject, ...lines),
  });

  test('what another bridge has under way is not shown until it has its Message-ID', async () => {
    const [one, other] = [await shared(), await shared()];
    const reader = await bridge(other);
    await one.permanent.intend(intent('Hello', 'text'));
    const sequence = await sent(reader, 'Hello', 'text');
    const asked = askedTwice(other);
    const reading = reader.model.refresh();
    await Promise.race([asked, reading]);
    expect(reader.model.rowOfSequence(sequence)).toBe(-1);
    await one.permanent.done({ messageId: '<1@example.net>', epoch: 0, sequence, references: '' });
    await reading;
    expect(reader.idOf(sequence)).toBe('<1@example.net>');
    await expect(
      reader.post(await reader.ann(), draft({ 'Message-ID': '<1@example.net>' }, 'text')),
    ).rejects.toMatchObject({
      kind: 'duplicate',
    });
  });

  test('… or until it turns out that it was not posted', async () => {
    const [one, other] = [await shared(), await shared()];
    const reader = await bridge(other);
    await one.permanent.intend(intent('Another', 'text'));
    const sequence = await sent(reader, 'Hello', 'text');
    const asked = askedTwice(other);
    const reading = reader.model.refresh();
    await Promise.race([asked, reading]);
    expect(reader.model.rowOfSequence(sequence)).toBe(-1);
    await one.permanent.forget('<1@example.net>');
    await reading;
    expect(reader.idOf(sequence)).toMatch(/@rgtp\.test>$/);
  });

  test('what a bridge has shown, and died before the post had its epoch, has its Message-ID at one that starts', async () => {
    const one = await shared();
    const author = await bridge(one);
    await one.permanent.intend(intent('Hello', 'text'));
    const sequence = await sent(author, 'Hello', 'text');
    await one.permanent.done({ messageId: '<1@example.net>', epoch: 0, sequence, references: '' });
    const dying = await openMirror(author.reader, { permanent: one.permanent });
    await dying.refresh();
    await dying.close();
    expect((await one.permanent.ownPosts())[0]?.epoch).toBe(0);
    const other = await bridge(await shared());
    await expect.poll(() => other.model.isRead).toBe(true);
    expect(other.idOf(sequence)).toBe('<1@example.net>');
    expect((await one.permanent.ownPosts())[0]?.epoch).toBe(1);
  });

  test('rows of other authors do not wait', async () => {
    const [one, other] = [await shared(), await shared()];
    const reader = await bridge(other);
    await one.permanent.intend({ ...intent('x'), details: planned('x').replace('ann@', 'somebody@') });
    const sequence = await sent(reader, 'Hello', 'text');
    await reader.model.refresh();
    expect(reader.model.rowOfSequence(sequence)).toBeGreaterThan(0);
  });

  test('without the database, nothing new is shown, and what was shown is read', async () => {
    const other = await shared(way.url);
    const reader = await TestBridge.open(board.address.port, { permanent: (await viaWay()).permanent });
    await other.permanent.epochs();
    const before = reader.entries.length;
    await sent(reader, 'Hello', 'text');
    way.refuse();
    await expect(reader.model.refresh()).rejects.toThrow('postgres://');
    expect(reader.entries).toHaveLength(before);
    way.accept();
    await expect
      .poll(() =>
        reader.model.refresh().then(
          () => reader.entries.length,
          () => 0,
        ),
      )
      .toBe(before + 1);
  });

  test('what was acknowledged is not denied while it can not be read, nor what others may have shown', async () => {
    const store = await viaWay();
    const { permanent } = store;
    const cut = await bridge(store);
    const { done } = permanent;
    permanent.done = async (post) => {
      await done.call(permanent, post);
      way.refuse();
    };
    await cut.post(await cut.ann(), draft({ 'Message-ID': '<1@example.net>' }, 'text'));
    expect(() => cut.view.find('<1@example.net>')).toThrow('has not been read since');
    await expect(cut.view.catchUp?.()).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('cannot tell at present'),
    });
    permanent.done = done;
    way.accept();
    await expect
      .poll(() =>
        cut.model.refresh().then(
          () => cut.view.catchUp?.().then(() => 'caught up'),
          () => 'away',
        ),
      )
      .toBe('caught up');
    expect(cut.view.find('<1@example.net>')).toBeDefined();
    expect(cut.view.find('<unknown@example.net>')).toBeUndefined();
    expect(cut.view.groups[0]?.messageId(1000)).toBeUndefined();
  });

  test('what one has shown, another shows as soon as it has asked, whether or not it was told', async () => {
    const [one, other] = [await shared(), await shared()];
    const { shared: its } = other.permanent;
    if (its === undefined) throw new Error('nothing is shared');
    its.onHint = () => {};
    const [author, reader] = [await bridge(one), await bridge(other)];
    await reader.model.refresh();
    for (const text of ['first', 'second']) {
      const id = await author.post(await author.ann(), draft({}, text));
      const number = author.view.find(id)?.number ?? 0;
      const [theirs, main] = [author.view.groups[0], reader.view.groups[0]];
      expect(main?.known).toBeLessThan(number);
      await reader.view.catchUp?.();
      expect(reader.view.find(id)?.number).toBe(number);
      expect(main?.messageId(number)).toBe(id);
      expect([main?.high, main?.low, main?.count]).toEqual([theirs?.high, theirs?.low, theirs?.count]);
    }
  });

  test('who is in step does not ask the board again', async () => {
    const [one, other] = [await shared(), await shared()];
    const [author, reader] = [await bridge(one), await bridge(other)];
    await author.post(await author.ann(), draft({}, 'text'));
    for (const { model, view } of [author, reader]) {
      await model.refresh();
      const asked = vi.spyOn(RgtpConnection.prototype, 'index');
      await view.catchUp?.();
      expect(asked).not.toHaveBeenCalled();
      asked.mockRestore();
    }
  });

  test('a follow-up of what another has just shown is taken; of what nobody has shown it is not', async () => {
    const [one, other] = [await shared(), await shared()];
    const { shared: its } = other.permanent;
    if (its === undefined) throw new Error('nothing is shared');
    its.onHint = () => {};
    const [author, replier] = [await bridge(one), await bridge(other)];
    await replier.model.refresh();
    const id = await author.post(await author.ann(), draft({}, 'text'));
    const reply = draft({ References: id, Subject: 'Re: Hello' }, 'a reply');
    await replier.post(await replier.ann(), reply);
    const unknown = draft({ References: '<unknown@example.net>', Subject: 'Re: Hello' }, 'another reply');
    await expect(replier.post(await replier.ann(), unknown)).rejects.toMatchObject({
      message: expect.stringContaining('none of these articles is known'),
    });
  });

  async function viaWay(): Promise<SharedStore> {
    const store = await openShared(way.url, name);
    stores.push(store);
    return store;
  }

  test('one Message-ID posted to both at the same moment is one post; the other poster hears of a duplicate', async () => {
    const bridges = [await bridge(await shared()), await bridge(await shared())];
    const people = await Promise.all(bridges.map((one) => one.ann()));
    for (let round = 0; round < 5; round++) {
      const lines = draft({ 'Message-ID': `<${round}@example.net>`, Subject: `Round ${round}` }, 'text');
      const results = await Promise.allSettled(bridges.map((one, at) => one.post(people[at], lines)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { kind: 'duplicate' } });
    }
    await Promise.all(bridges.map((one) => one.model.refresh()));
    for (const one of bridges) {
      const { entries } = one;
      for (let round = 0; round < 5; round++) {
        const rows = entries.filter(({ subject }) => subject === `Round ${round}`);
        expect(rows.map(({ sequence }) => one.idOf(sequence))).toEqual([`<${round}@example.net>`]);
      }
    }
  });

  test('two posts of one author that look alike, posted to both, are two', async () => {
    const bridges = [await bridge(await shared()), await bridge(await shared())];
    const people = await Promise.all(bridges.map((one) => one.ann()));
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        bridges.map((one, at) =>
          one.post(people[at], draft({ 'Message-ID': `<${round}.${at}@example.net>` }, 'the same')),
        ),
      );
    }
    await Promise.all(bridges.map((one) => one.model.refresh()));
    const ids = bridges.map((one) =>
      one.entries.filter(({ userid }) => userid === 'ann@rgtp.test').map(({ sequence }) => one.idOf(sequence)),
    );
    expect(new Set(ids[0]).size).toBe(10);
    expect(ids[0]).toEqual(ids[1]);
    expect(ids[0]?.every((id) => /^<\d\.\d@example\.net>$/.test(id))).toBe(true);
  });

  test('what a dead bridge left is found on the board by another, or is free to be posted again', async () => {
    const [dead, living] = [await shared(), await shared(server.url, { patience: 20 })];
    const heir = await bridge(living, { grace: 20 });
    await dead.permanent.intend(intent('Hello', 'text'));
    await dead.permanent.intend({ ...intent('Never sent', 'x'), messageId: '<2@example.net>' });
    const sequence = await sent(heir, 'Hello', 'text');
    await dead.member.close();
    await expect.poll(() => heir.own.find('<1@example.net>')).toMatchObject({ sequence });
    await expect
      .poll(async () => (await living.permanent.intents()).map(({ messageId }) => messageId))
      .toEqual(['<1@example.net>']);
    await heir.model.refresh();
    expect(await living.permanent.intents()).toEqual([]);
    expect(heir.idOf(sequence)).toBe('<1@example.net>');
    // On a busy machine it may not be sure at first that it lives.
    const ann = await heir.ann();
    const again = () => heir.post(ann, draft({ 'Message-ID': '<2@example.net>' }, 'x')).catch(({ kind }) => kind);
    await expect.poll(again).not.toBe('unavailable');
    expect(heir.own.find('<2@example.net>')).toBeDefined();
  });

  test('a bridge that does not poll settles its post in doubt by itself: the others wait for that', async () => {
    let state: 'there' | 'committing' | 'away' = 'there';
    const proxy = await CuttingProxy.open(board.address.port, (step) => {
      if (step === 'C NEWI') state = 'committing';
      else if (state === 'committing') {
        state = 'away';
        // The mirror's connection, too.
        setImmediate(() => proxy.cutAll());
      }
      return state === 'away' ? 'cut before' : 'pass';
    });
    const { permanent } = await shared();
    const cut = await TestBridge.open(proxy.port, { permanent });
    const ann = await cut.ann();
    const polls = vi.spyOn(cut.model, 'refresh');
    await expect(cut.post(ann, draft({ 'Message-ID': '<1@example.net>' }, 'text'))).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('cannot be asked'),
    });
    expect(cut.boardPoster.open.inDoubt).toBe(1);
    state = 'there';
    await expect.poll(() => cut.own.find('<1@example.net>')).toBeDefined();
    await expect.poll(() => cut.boardPoster.open.inDoubt).toBe(0);
    expect(polls).not.toHaveBeenCalled();
    polls.mockRestore();
    await proxy.close();
  });

  test('what was left by a dead bridge is held back even before the bridge that takes over knows of it', async () => {
    const [dead, living] = [await shared(), await shared()];
    const { shared: its } = living.permanent;
    if (its === undefined) throw new Error('nothing is shared');
    // It is on its way.
    its.onTaken = () => {};
    const heir = await bridge(living);
    await dead.permanent.intend(intent('Hello', 'text'));
    const sequence = await sent(heir, 'Hello', 'text');
    await dead.member.close();
    await expect
      .poll(async () => (await living.permanent.intents()).map(({ elsewhere }) => elsewhere))
      .toEqual([undefined]);
    const asked = askedTwice(living);
    const reading = heir.model.refresh();
    await Promise.race([asked, reading]);
    expect(heir.model.rowOfSequence(sequence)).toBe(-1);
    await living.permanent.done({ messageId: '<1@example.net>', epoch: 0, sequence, references: '' });
    await reading;
    expect(heir.idOf(sequence)).toBe('<1@example.net>');
  });

  test('what another bridge works on for long is not posted again here, and the poster may try later', async () => {
    const [one, other] = [await shared(), await shared()];
    const second = await bridge(other, { clock: hasty() });
    await one.permanent.intend(intent('Hello', 'text'));
    await expect(
      second.post(await second.ann(), draft({ 'Message-ID': '<1@example.net>' }, 'text')),
    ).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringContaining('through another server') });
    expect(await one.permanent.intents()).toHaveLength(1);
  });

  test('nor is one like it, which could not be told from it on the board', async () => {
    const [one, other] = [await shared(), await shared()];
    const second = await bridge(other, { clock: hasty() });
    const twin = textKey(latin1('ann@rgtp.test'), hashOf([latin1('text')]));
    await one.permanent.intend({ ...intent('Hello', 'text'), twin });
    const like = draft({ 'Message-ID': '<2@example.net>' }, 'text');
    await expect(second.post(await second.ann(), like)).rejects.toMatchObject({ kind: 'unavailable' });
    await one.permanent.forget('<1@example.net>');
    await second.post(await second.ann(), like);
  });

  test('a bridge that was cut off while it was posting sends nothing more', async () => {
    const one = await shared(way.url, { lease: 1000, patience: 1000 });
    const heir = await shared(server.url, { patience: 20 });
    const cut = await bridge(one);
    await bridge(heir, { grace: 20 });
    const before = cut.entries.length;
    const ann = await cut.ann();
    const { intend } = one.permanent;
    // It is cut off, and counted as dead, between its intent and its first command.
    one.permanent.intend = async (...args) => {
      const known = await intend.apply(one.permanent, args);
      way.refuse();
      await expect.poll(() => heir.permanent.intents()).toEqual([]);
      return known;
    };
    await expect(cut.post(ann, draft({ 'Message-ID': '<1@example.net>' }, 'text'))).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('database is away; not posted'),
    });
    way.accept();
    await expect.poll(() => one.permanent.shared?.bridges).toBeGreaterThan(1);
    await cut.model.refresh();
    expect(cut.entries).toHaveLength(before);
  });

  /** A clock by which everything takes long. */
  function hasty(): () => number {
    let time = 0;
    return () => {
      time += 6_000;
      return time;
    };
  }

  /** Resolves once its database has been asked twice what others post. */
  function askedTwice({ permanent }: SharedStore): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { shared: its } = permanent;
    if (its === undefined) throw new Error('nothing is shared');
    const { news } = its;
    let times = 0;
    its.news = async (since) => {
      const found = await news.call(its, since);
      if (++times === 3) resolve();
      return found;
    };
    return promise;
  }
});
