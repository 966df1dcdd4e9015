/** Several bridges of one board, as the database sees them. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StoreError } from '../../../src/store/errors.ts';
import type { Epoch, Intent } from '../../../src/store/permanent-records.ts';
import { Membership, type MembershipOptions } from '../../../src/store/postgres/membership.ts';
import { PermanentDatabase } from '../../../src/store/postgres/permanent-database.ts';
import { Postgres } from '../../../src/store/postgres/postgres.ts';
import type { Shared } from '../../../src/store/shared.ts';
import { CuttingWay } from '../../support/cutting-way.ts';
import { hasPostgres, PostgresServer } from '../../support/postgres.ts';

const post = { messageId: '<1@example>', epoch: 1, sequence: 7, references: '' };
const intent = { messageId: '<1@example>', created: 5, details: '{}' };
const first: Epoch = { number: 1, generation: 0, first: 0, base: 0 };
/** Nothing happens by itself soon, but what a test waits for. */
const pace = { look: 20, lease: 60_000, again: 20 };

interface Bridge {
  readonly member: Membership;
  readonly store: PermanentDatabase;
  readonly shared: Shared;
}

describe.skipIf(!hasPostgres)('bridges of one board', () => {
  let server: PostgresServer;
  let way: CuttingWay;
  let board: string;
  const closing: (() => Promise<void>)[] = [];
  const never = () => expect.fail('nothing of that kind happens');

  beforeAll(async () => {
    server = await PostgresServer.start();
    way = await CuttingWay.open(server.socket);
  });
  afterAll(async () => {
    await way.close();
    await server.remove();
  });
  beforeEach(() => {
    board = randomUUID();
  });
  afterEach(async () => {
    way.accept();
    way.cutAfter('', 0);
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** @param url where its locks are; what it writes goes there directly */
  async function bridge(url = server.url, options: Partial<MembershipOptions> = {}): Promise<Bridge> {
    const [postgres, locks] = [await Postgres.open(server.url), await Postgres.open(url)];
    closing.push(async () => {
      await Promise.all([postgres.close(), locks.close()]);
    });
    await PermanentDatabase.declare(postgres, board);
    const member = await Membership.join(locks, board, { onWaiting: never, onLost: never, pace, ...options });
    closing.push(() => member.close());
    const store = await PermanentDatabase.open(postgres, board, member);
    closing.push(() => store.close());
    if (store.shared === undefined) throw new Error('nothing is shared');
    return { member, store, shared: store.shared };
  }

  function taken({ shared }: Bridge): Intent[] {
    const all: Intent[] = [];
    shared.onTaken((intents) => all.push(...intents));
    return all;
  }

  test('an intent of another is told apart, and not changed', async () => {
    const [one, other] = [await bridge(), await bridge()];
    await one.store.intend(intent);
    expect(await one.store.intents()).toEqual([intent]);
    expect(await other.store.intents()).toEqual([{ ...intent, elsewhere: true }]);
    expect(await other.store.intend(intent)).toEqual({
      known: true,
      post: undefined,
      intent: { ...intent, elsewhere: true },
    });
    await expect(other.store.revise(intent.messageId, 'no')).rejects.toThrow('another bridge has taken over this post');
    await other.store.forget(intent.messageId);
    expect(await one.store.intents()).toEqual([intent]);
    await one.store.forget(intent.messageId);
    expect(await other.store.intend(intent)).toEqual({ known: false });
  });

  test('while the database is away, a bridge lets people in as it knew them last', async () => {
    const admin = await Postgres.open(server.url);
    closing.push(() => admin.close());
    const added = await PermanentDatabase.open(admin, board);
    const account = (name: string) => {
      return { name, passwordHash: 'hash', userid: name, secret: new Uint8Array([1]), settings: '{}' };
    };
    await added.putAccount(account('ann'));
    const noBridge = await PermanentDatabase.open(admin, board);
    // Nobody has logged in yet.
    const { store } = await bridge();
    await server.kill();
    expect(await store.account('ann')).toMatchObject({ userid: 'ann' });
    expect(await store.account('bob')).toBeUndefined();
    expect(await store.accounts()).toHaveLength(1);
    // What has never asked can't tell.
    await expect(noBridge.account('ann')).rejects.toThrow(StoreError);
    await server.start();
    await expect.poll(() => store.trouble).toBeUndefined();
    await added.removeAccount('ann');
    expect(await store.account('ann')).toBeUndefined();
  });

  test('of two posts that look alike on the board, the second waits for the first', async () => {
    const [one, other] = [await bridge(), await bridge()];
    const twin = { ...intent, messageId: '<2@example>', twin: 'ann text' };
    for (let round = 0; round < 20; round++) {
      const both = [
        one.store.intend({ ...twin, messageId: `<a${round}@example>` }),
        other.store.intend({ ...twin, messageId: `<b${round}@example>` }),
      ];
      const outcomes = await Promise.all(both);
      expect(outcomes.filter(({ known }) => known)).toHaveLength(1);
      const [stays, waits] = outcomes[0]?.known === true ? [other, one] : [one, other];
      const open = outcomes.find((outcome) => outcome.known);
      expect(open).toMatchObject({ intent: { elsewhere: true } });
      await stays.store.forget(open?.known === true ? (open.intent?.messageId ?? '') : '');
      expect(await waits.store.intend({ ...twin, messageId: `<c${round}@example>` })).toEqual({ known: false });
      await waits.store.forget(`<c${round}@example>`);
    }
  });

  test('what a dead bridge left is taken over once; what a living one works on never', async () => {
    const [dead, living] = [await bridge(), await bridge()];
    await dead.store.intend(intent);
    await living.store.intend({ ...intent, messageId: '<2@example>' });
    const takers = [await bridge(), await bridge(), await bridge()];
    const all = takers.map(taken);
    await dead.member.close();
    await expect
      .poll(() => [...all.flat(), ...takenBy(living)].map(({ messageId }) => messageId))
      .toEqual(['<1@example>']);
    await expect.poll(() => living.shared.bridges).toBe(4);
    expect((await living.store.intents()).filter(({ elsewhere }) => elsewhere !== true)).not.toHaveLength(0);
    await living.store.done({ ...post, messageId: '<2@example>' });
  });

  test('what was taken over, and nobody heard so, is settled all the same', async () => {
    const dead = await bridge();
    await dead.store.intend(intent);
    const heir = await bridge(way.url);
    const theirs = taken(heir);
    // Whatever it takes over is taken, and it hears nothing of it.
    way.cutAfter('COMMIT\0', Number.POSITIVE_INFINITY);
    await dead.member.close();
    await expect.poll(() => heir.store.intents()).toEqual([intent]);
    // It may have joined again by now, and found out.
    way.cutAfter('', 0);
    await expect.poll(() => theirs).toEqual([intent]);
  });

  const takenBy = (one: Bridge): Intent[] => {
    const known = takings.get(one) ?? taken(one);
    takings.set(one, known);
    return known;
  };
  const takings = new WeakMap<Bridge, Intent[]>();

  test('one that was cut off, and counted as dead, writes nothing, sends nothing, and begins again under another name', async () => {
    const one = await bridge(way.url);
    const other = await bridge();
    const theirs = taken(other);
    const kept: string[][] = [];
    one.shared.onRejoined((ids) => kept.push([...ids]));
    const ownership = one.shared.ownership();
    await one.store.intend(intent);
    await ownership.confirm();
    const before = one.member.id;
    way.refuse();
    await expect.poll(() => theirs).toEqual([intent]);
    await expect(one.store.intend({ ...intent, messageId: '<2@example>' })).rejects.toThrow('cut off');
    await expect(one.store.raiseMarks([{ place: 'main', low: 1, high: 9 }])).rejects.toThrow('cut off');
    await expect(one.shared.publish({ ...step, after: 0 })).rejects.toThrow('cut off');
    await expect(one.store.forget(intent.messageId)).rejects.toThrow('cut off');
    await expect(ownership.confirm()).rejects.toBeInstanceOf(StoreError);
    expect(one.shared.leads).toBe(true);
    way.accept();
    await expect.poll(() => kept).toEqual([[]]);
    expect(one.member.id).not.toBe(before);
    await one.shared.ownership().confirm();
    // That intent is another's now.
    await expect(ownership.confirm()).rejects.toThrow('cut off');
    await one.store.forget(intent.messageId);
    expect(await other.store.intents()).toEqual([intent]);
  });

  test('one that was replaced, and does not know it yet, writes nothing', async () => {
    const one = await bridge(server.url, { pace: { ...pace, look: 60_000 } });
    const admin = await Postgres.open(server.url);
    closing.push(() => admin.close());
    await admin.query('DELETE FROM bridges WHERE board = $1', [board]);
    await expect(one.store.intend(intent)).rejects.toThrow('cut off');
    expect(await admin.query('SELECT 1 FROM messages WHERE board = $1', [board])).toEqual([]);
  });

  test('one whose check of its locks took longer than its lease sends nothing', async () => {
    const one = await bridge(server.url, { pace: { ...pace, lease: 0 } });
    await expect(one.shared.ownership().confirm()).rejects.toThrow('cut off');
  });

  test('one that was cut off, and is back before anybody noticed, keeps its intents', async () => {
    const one = await bridge(way.url);
    const kept = Promise.withResolvers<ReadonlySet<string>>();
    one.shared.onRejoined(kept.resolve);
    const ownership = one.shared.ownership();
    await one.store.intend(intent);
    way.cutAll();
    expect([...(await kept.promise)]).toEqual([intent.messageId]);
    await ownership.confirm();
    await one.store.revise(intent.messageId, 'more');
    expect(await one.store.intents()).toEqual([{ ...intent, details: 'more' }]);
  });

  test('what a version without bridges left is taken over', async () => {
    const postgres = await Postgres.open(server.url);
    const alone = await PermanentDatabase.open(postgres, board);
    await alone.intend(intent);
    await postgres.close();
    const one = await bridge();
    await expect.poll(() => takenBy(one)).toEqual([intent]);
  });

  test('who wants to be alone waits for all others, and keeps them out', async () => {
    const one = await bridge();
    const waiting = Promise.withResolvers<void>();
    const alone = bridge(server.url, { alone: true, onWaiting: waiting.resolve });
    await waiting.promise;
    await one.member.close();
    const only = await alone;
    const kept = Promise.withResolvers<void>();
    const next = bridge(server.url, { onWaiting: kept.resolve });
    await kept.promise;
    await only.member.close();
    await next;
  });

  test('one that was alone, and has been replaced while it was cut off, is told to end', async () => {
    const lost = Promise.withResolvers<StoreError>();
    const one = await bridge(way.url, { alone: true, onLost: lost.resolve });
    way.refuse();
    const other = await bridge(server.url, { alone: true, onWaiting: () => {} });
    await expect.poll(() => other.shared.bridges).toBe(1);
    await other.member.close();
    way.accept();
    expect((await lost.promise).message).toContain('another rgtp-nntp has taken over');
    await expect(one.shared.ownership().confirm()).rejects.toThrow('cut off');
  });

  test('one polls the board for all, as long as it reaches it', async () => {
    const [one, other] = [await bridge(), await bridge()];
    await expect.poll(() => [one, other].filter(({ shared }) => shared.leads)).toHaveLength(1);
    const [leader, next] = one.shared.leads ? [one, other] : [other, one];
    expect(next.shared.isRead).toBe(false);
    next.shared.report({ isRead: true, reachesBoard: true });
    await expect.poll(() => leader.shared.isRead).toBe(true);
    leader.shared.report({ isRead: false, reachesBoard: false });
    await expect.poll(() => next.shared.leads).toBe(true);
    await next.member.close();
    leader.shared.report({ isRead: false, reachesBoard: true });
    await expect.poll(() => leader.shared.leads).toBe(true);
  });

  describe('settings that decide how articles look', () => {
    const identity = { name: 'news.example', domain: 'a.example' };

    test('are those of the bridges that are there: whoever has others is refused, and told which', async () => {
      await bridge(server.url, { identity });
      await bridge(server.url, { identity });
      await expect(bridge(server.url, { identity: { ...identity, domain: 'b.example' } })).rejects.toThrow(
        /with domain: a\.example, and here it is b\.example$/,
      );
      // A command that needs the database alone, or beside them, does not ask.
      await bridge(server.url);
    });

    test('are said by one of those that come first at the same moment', async () => {
      const outcomes = await Promise.allSettled(
        ['a', 'b', 'c', 'd'].map((domain) => bridge(server.url, { identity: { ...identity, domain } })),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('can be changed when all have been stopped, and are known to other versions as far as these know them', async () => {
      const first = await bridge(server.url, { identity });
      await first.member.close();
      await bridge(server.url, { identity: { ...identity, domain: 'b.example', charset: 'auto' } });
      await bridge(server.url, { identity: { domain: 'b.example' } });
      await bridge(server.url, { identity: { domain: 'b.example', threading: 'flat' } });
      await expect(bridge(server.url, { identity: { charset: 'latin1' } })).rejects.toThrow('charset: auto');
      await expect(bridge(server.url, { identity: { threading: 'chain' } })).rejects.toThrow('threading: flat');
    });
  });

  describe('a peer', () => {
    // Whoever passes leaves the turn to others for three looks: a busy machine must not make that a moment.
    const pass = { look: 100, lease: 60_000, again: 20 };

    test('is fed by one of them, and by another when that one dies, passes, or is cut off', async () => {
      const [one, other] = [await bridge(way.url, { pace: pass }), await bridge(server.url, { pace: pass })];
      const turns = () => [one, other].map(({ shared }) => shared.turn('peer'));
      await expect.poll(() => turns().toSorted()).toEqual([1, 'elsewhere']);
      const [feeds, waits] = one.shared.turn('peer') === 1 ? [one, other] : [other, one];
      feeds.shared.pass('peer');
      expect(feeds.shared.turn('peer')).toBeUndefined();
      await expect.poll(() => waits.shared.turn('peer')).toBe(1);
      await expect.poll(() => feeds.shared.turn('peer')).toBe('elsewhere');
      waits.shared.pass('peer');
      // Each turn has a number of its own.
      await expect.poll(() => feeds.shared.turn('peer')).toBe(2);
      await expect.poll(() => waits.shared.turn('peer')).toBe('elsewhere');
      if (feeds === other) {
        other.shared.pass('peer');
        await expect.poll(() => one.shared.turn('peer')).toBe(2);
        await expect.poll(() => other.shared.turn('peer')).toBe('elsewhere');
      }
      way.refuse();
      await expect.poll(() => one.shared.turn('peer')).toBeUndefined();
      await expect.poll(() => other.shared.turn('peer')).toBeTypeOf('number');
      // What it had went with its connection.
      way.accept();
      await expect.poll(() => one.shared.leads || one.shared.bridges > 0).toBe(true);
      await expect.poll(() => one.shared.turn('peer')).toBe('elsewhere');
      expect(other.shared.turn('peer')).toBeTypeOf('number');
    });

    test('is fed by nobody whose lease has run out', async () => {
      const one = await bridge(server.url, { pace: { ...pass, lease: 0 } });
      one.shared.turn('peer');
      await expect.poll(() => one.shared.leads).toBe(true);
      expect(one.shared.turn('peer')).toBeUndefined();
    });

    test('that only one of them feeds waits for nobody', async () => {
      const [, other] = [await bridge(), await bridge()];
      await expect.poll(() => other.shared.turn('peer')).toBe(1);
    });
  });

  describe('new posts', () => {
    test('are found from a position on, whoever made them', async () => {
      const [one, other] = [await bridge(), await bridge()];
      await one.store.done(post);
      const start = await other.shared.news(undefined);
      expect(start.posts).toEqual([]);
      await one.store.intend({ ...intent, messageId: '<2@example>' });
      await one.store.done({ ...post, messageId: '<2@example>', sequence: 8, epoch: 0 });
      await one.store.intend({ ...intent, messageId: '<3@example>' });
      const news = await other.shared.news(start.position);
      expect(news.posts.map(({ messageId }) => messageId)).toContain('<2@example>');
      expect(news.intents.map(({ messageId }) => messageId)).toEqual(['<2@example>', '<3@example>']);
      await one.store.done({ ...post, messageId: '<2@example>', sequence: 8 });
      const last = await other.shared.news(news.position);
      expect(last.posts.find(({ messageId }) => messageId === '<2@example>')?.epoch).toBe(1);
      expect(last.intents.map(({ messageId, elsewhere }) => [messageId, elsewhere])).toEqual([['<3@example>', true]]);
    });

    test('are not missed where an earlier transaction ends later', async () => {
      const one = await bridge();
      const slow = await Postgres.open(server.url);
      closing.push(() => slow.close());
      let position = '';
      await slow.transaction(async (query) => {
        await query(
          `INSERT INTO messages (board, message_id, epoch, sequence, reference_ids, path) VALUES ($1, '<slow@x>', 1, 1, '', '')`,
          [board],
        );
        await one.store.done(post);
        const news = await one.shared.news('0');
        expect(news.posts.map(({ messageId }) => messageId)).toEqual([post.messageId]);
        position = news.position;
      });
      const news = await one.shared.news(position);
      expect(news.posts.map(({ messageId }) => messageId)).toContain('<slow@x>');
    });

    test('are all of them where the database is another one', async () => {
      const one = await bridge();
      await one.store.done(post);
      const { posts } = await one.shared.news(String(2n ** 60n));
      expect(posts).toEqual([post]);
    });

    test('others are told of, and of what was forgotten', async () => {
      const [one, other] = [await bridge(), await bridge()];
      const hints = hintsOf(other);
      await one.store.intend(intent);
      await one.store.done(post);
      await expect.poll(() => hints.splice(0)).toContain('posts');
      await one.store.intend({ ...intent, messageId: '<2@example>' });
      await one.store.forget('<2@example>');
      await expect.poll(() => hints.splice(0)).toContain('posts');
    });
  });

  const step = { after: 0, rows: [], epochs: [first], marks: [], from: 0 };
  const row = (number: number, details = `row ${number}`) => ({ number, details });

  describe('rows that are to be shown', () => {
    test('go on from what others have shown, or are not', async () => {
      const [one, other] = [await bridge(), await bridge()];
      expect(await one.shared.publish({ ...step, rows: [row(1), row(2)] })).toBeUndefined();
      expect(await other.shared.publish({ ...step, rows: [row(1), row(2), row(3)] })).toEqual({
        ...{ rows: [row(1), row(2)], epochs: [first], marks: [], version: 1n },
      });
      expect(await other.shared.publish({ ...step, after: 2, rows: [row(3)] })).toBeUndefined();
      expect((await one.shared.shown(1)).rows).toEqual([row(2), row(3)]);
    });

    test('of those that come at the same moment, one is the next', async () => {
      const bridges = [await bridge(), await bridge(), await bridge()];
      for (let number = 1; number <= 20; number++) {
        const outcomes = await Promise.all(
          bridges.map(({ shared }, each) =>
            shared.publish({ ...step, after: number - 1, rows: [row(number, `of ${each}`)] }),
          ),
        );
        expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(1);
      }
    });

    test('an epoch is agreed on once: who comes second hears of the first', async () => {
      const [one, other] = [await bridge(), await bridge()];
      const begun = (firstOf: number): Epoch => ({ number: 2, generation: 0, first: firstOf, base: 10 });
      await one.shared.publish(step);
      const outcomes = await Promise.all([
        one.shared.publish({ ...step, epochs: [first, begun(5)] }),
        other.shared.publish({ ...step, epochs: [first, begun(6)] }),
      ]);
      const refused = outcomes.filter((outcome) => outcome !== undefined);
      expect(refused).toHaveLength(1);
      expect(refused[0]?.epochs).toEqual(await one.store.epochs());
      // Who has not heard of it can't show anything.
      expect(await other.shared.publish({ ...step, rows: [row(11)] })).toMatchObject({ rows: [] });
    });

    test('raise marks, which never fall', async () => {
      const [one, other] = [await bridge(), await bridge()];
      await one.shared.publish({ ...step, marks: [{ place: 'main', low: 1, high: 9 }] });
      await other.shared.publish({ ...step, marks: [{ place: 'main', low: 1, high: 7 }] });
      expect((await other.shared.shown(0)).marks).toEqual([{ place: 'main', low: 1, high: 9 }]);
      expect((await other.store.published()).marks).toEqual([{ place: 'main', low: 1, high: 9 }]);
    });

    test('others are told of; and who was cut off hears of it later', async () => {
      const [one, other] = [await bridge(), await bridge(way.url)];
      const hints = hintsOf(other);
      await one.shared.publish({ ...step, rows: [row(1)] });
      await expect.poll(() => hints.splice(0)).toContain('rows');
      way.refuse();
      await expect.poll(() => other.shared.bridges).toBe(0);
      await one.shared.changed();
      hints.splice(0);
      way.accept();
      await expect.poll(() => hints).toContain('rows');
    });
  });

  test('others are told of rows and posts before they look', async () => {
    const other = await bridge(server.url, { pace: { ...pace, look: 3_600_000 } });
    // Its one look of this hour is over.
    await expect.poll(() => other.shared.leads).toBe(true);
    const hints = hintsOf(other);
    const one = await bridge();
    await one.shared.publish({ ...step, rows: [row(1)] });
    await expect.poll(() => hints).toContain('rows');
    await one.store.intend(intent);
    await one.store.done(post);
    await expect.poll(() => hints).toContain('posts');
  });

  test('a bridge that was not told finds out when it looks', async () => {
    const one = await bridge();
    await expect.poll(() => one.shared.leads).toBe(true);
    const hints = hintsOf(one);
    const admin = await Postgres.open(server.url);
    closing.push(() => admin.close());
    await admin.query('UPDATE boards SET version = version + 1 WHERE board = $1', [board]);
    await expect.poll(() => hints.sort()).toEqual(['posts', 'rows']);
  });

  test('when an article arrived is what the first of them says', async () => {
    const [one, other] = [await bridge(), await bridge()];
    await one.store.putArrivals([{ number: 5, time: 100 }], []);
    await other.store.putArrivals([{ number: 5, time: 101 }], []);
    expect((await one.store.published()).arrivals).toEqual([{ number: 5, time: 100 }]);
  });

  test('how far a peer has been fed never goes back', async () => {
    const [one, other] = [await bridge(), await bridge()];
    const fed = { peer: 'a', newsgroup: 'x', first: 3, number: 9 };
    await one.store.putFed(fed);
    await other.store.putFed({ ...fed, number: 7 });
    expect(await one.store.fed()).toEqual([fed]);
  });

  function hintsOf({ shared }: Bridge): string[] {
    const hints: string[] = [];
    shared.onHint((about) => hints.push(about));
    return hints;
  }
});
