import { describe, expect, test } from 'vitest';
import { type ItemRecord, type Notice, PostKind } from '../../../src/bridge/model.ts';
import type { SearchConnection } from '../../../src/bridge/posting/connection.ts';
import { KnownRows } from '../../../src/bridge/posting/known-rows.ts';
import { OwnPostRegister } from '../../../src/bridge/posting/own-posts.ts';
import { type Deed, formatPlan, hashOf, type Plan, parsePlan } from '../../../src/bridge/posting/plan.ts';
import { findPlanned as findIt } from '../../../src/bridge/posting/search.ts';
import { ROW_KINDS } from '../../../src/bridge/row-kinds.ts';
import type { EditLogEntry } from '../../../src/rgtp/edit-log.ts';
import type { IndexEntry } from '../../../src/rgtp/index-entry.ts';
import type { RecentRow } from '../../../src/store/permanent-records.ts';
import { type Octets, octets } from '../../../src/wire/octets.ts';

const LINES = [octets`Hello.`];
const OTHER = [octets`Something else.`];

interface Found extends IndexEntry {
  readonly lines: readonly Octets[];
}

async function findPlanned(...where: Parameters<typeof findIt>): Promise<number | undefined> {
  const found = await findIt(...where);
  // Nothing here is a guess: those have tests of their own.
  expect(found?.isGuess ?? false).toBe(false);
  return found?.sequence;
}

/** What stands on the board where the post is looked for; by default it is the post itself. */
function row(more: Partial<Found> = {}): Found {
  return {
    sequence: 11,
    time: 1,
    itemId: 'P1',
    userid: octets`ann@x.y`,
    type: 'R',
    subject: octets``,
    lines: LINES,
    ...more,
  };
}

/** Answers with all rows, whatever it is asked for: what a board leaves out is not for it to choose. */
function boardWith(rows: readonly Found[], log: readonly EditLogEntry[] = []): SearchConnection {
  return {
    index: async (_from, onEntry) => rows.forEach(onEntry),
    item: async (id) => ({
      ...{ id, continuedFrom: undefined, continuedIn: undefined, lastEdit: undefined, lastReply: undefined },
      ...{ subject: octets``, mark: undefined },
      contributions: rows
        .filter(({ itemId }) => itemId === id)
        .map(({ sequence, lines, userid }) => ({ sequence, time: 1, grogname: octets``, userid, header: [], lines })),
    }),
    motd: async () => {
      const newest = rows.findLast(({ type }) => type === 'M');
      return newest && { sequence: newest.sequence, time: 1, lines: newest.lines };
    },
    editLog: async () => log,
  };
}

/** The same, as boards answer: only with rows at or after a number. */
function restoredWith(rows: readonly Found[], log: readonly EditLogEntry[] = []): SearchConnection {
  const index: SearchConnection['index'] = async (from, onEntry) =>
    rows.filter(({ sequence }) => sequence >= (from?.sequence ?? 0)).forEach(onEntry);
  return { ...boardWith(rows, log), index };
}

/** A row that the mirror has; its article number is its sequence number where nothing else is said. */
interface Mirrored extends Partial<Found> {
  readonly number?: number;
  readonly epoch?: number;
  readonly kind?: PostKind;
}

/** What the mirror knows of the board, and which of its rows are ours. */
function knownRows(
  rows: readonly Mirrored[],
  ours: readonly (readonly [epoch: number, sequence: number])[] = [],
  kept: readonly RecentRow[] = [],
) {
  const full = rows.map((one) => ({
    ...row(one),
    epoch: one.epoch ?? 1,
    ...one,
    number: one.number ?? row(one).sequence,
  }));
  const ids = [...new Set(full.flatMap(({ itemId }) => itemId ?? []))];
  const columns = {
    numbers: Uint32Array.from(full, ({ number }) => number),
    sequences: Uint32Array.from(full, ({ sequence }) => sequence),
    epochs: Uint16Array.from(full, ({ epoch }) => epoch),
    times: Uint32Array.from(full, ({ time }) => time),
    kinds: Uint8Array.from(full, ({ kind, type }) => kind ?? ROW_KINDS[type]),
    items: Int32Array.from(full, ({ itemId, kind }) => (kind === PostKind.Withdrawal ? -1 : ids.indexOf(itemId ?? ''))),
    users: new Uint32Array(full.length),
    arrivals: new Uint32Array(full.length),
  };
  const item = (id: string, index: number): ItemRecord => ({
    ...{ index, id, subject: octets``, continues: -1, continuedIn: -1, first: -1, rows: [] },
  });
  const notice = (at: number): Notice | undefined =>
    full[at]?.kind === PostKind.Withdrawal
      ? { userid: octets`ann@x.y`, reason: [], itemId: full[at].itemId }
      : undefined;
  const rowOfSequence = (sequence: number) => full.findLastIndex((one) => one.sequence === sequence);
  const model = {
    posts: { length: full.length, ...columns, was: columns.kinds },
    items: ids.map(item),
    notice,
    rowOfSequence,
  };
  const own = new OwnPostRegister();
  for (const [epoch, sequence] of ours) {
    own.add('groggs.test', { messageId: `<${epoch}.${sequence}@x>`, epoch, sequence, references: '' });
  }
  return new KnownRows('groggs.test', { ...model, userids: [octets`ann@x.y`] }, own, async () => kept, 1);
}

/** What was the newest when the plan was made. */
const NEWEST = { sequence: 10, itemId: 'P0' } as const;
const planOf = (deed: Deed, known: KnownRows = knownRows([NEWEST])): Plan => ({
  ...{ deed, userid: octets`ann@x.y`, hash: hashOf(LINES), references: '' },
  ...known.now(),
});

const REPLY: Deed = { kind: 'reply', itemId: 'P1' };
const WITHDRAWAL: Deed = { kind: 'withdrawal', itemId: 'P1' };
const DEEDS: readonly [Deed, IndexEntry['type']][] = [
  [{ kind: 'item', subject: octets`S` }, 'I'],
  [{ kind: 'reply', itemId: 'P1' }, 'R'],
  [{ kind: 'continuation', subject: octets`S` }, 'C'],
  [{ kind: 'motd' }, 'M'],
  [{ kind: 'edit', itemId: 'P1' }, 'E'],
];

/** Of version 0.1: without a moment. */
function oldPlan(deed: Deed, known?: KnownRows): Plan {
  const { moment, ...plan } = planOf(deed, known);
  const read = parsePlan(formatPlan({ ...plan, moment }).replace('"format":2', '"format":1'));
  if (read === undefined) throw new Error('not read');
  return read;
}

describe.each([
  ['of today', planOf],
  ['of version 0.1', oldPlan],
] as const)('a plan %s', (_, plan) => {
  test.each(DEEDS)('%o: ours is found, and what only looks like it is not', async (deed, type) => {
    const find = (more: Partial<Found>, ours: readonly (readonly [number, number])[] = []) =>
      findPlanned(boardWith([row(NEWEST), row({ type, ...more })]), plan(deed), knownRows([NEWEST], ours));
    expect(await find({})).toBe(11);
    // Boards fold the case of userids.
    expect(await find({ userid: octets`Ann@X.Y` })).toBe(11);
    expect(await find({ userid: octets`bob@x.y` })).toBeUndefined();
    expect(await find({ lines: OTHER })).toBeUndefined();
    expect(await find({ type: type === 'R' ? 'I' : 'R' })).toBeUndefined();
    expect(await find({}, [[1, 11]])).toBeUndefined();
    expect(await find({}, [[0, 11]])).toBeUndefined();
  });

  test.each<Deed>([
    { kind: 'reply', itemId: 'P1' },
    { kind: 'edit', itemId: 'P1' },
  ])('%o: not in another item', async (deed) => {
    const type = deed.kind === 'edit' ? 'E' : 'R';
    const board = boardWith([row(NEWEST), row({ type, itemId: 'P2' })]);
    expect(await findPlanned(board, plan(deed), knownRows([NEWEST]))).toBeUndefined();
  });

  test('an older one is not it', async () => {
    const older = row({ sequence: 9 });
    const known = knownRows([older, NEWEST]);
    const board = boardWith([older, row(NEWEST)]);
    expect(await findPlanned(board, plan(REPLY, known), known)).toBeUndefined();
  });

  test('of several the first that has the text', async () => {
    const rows = [row(NEWEST), row({ lines: OTHER }), row({ sequence: 12 }), row({ sequence: 13 })];
    expect(await findPlanned(boardWith(rows), plan(REPLY), knownRows([NEWEST]))).toBe(12);
    expect(await findPlanned(boardWith(rows), plan(REPLY), knownRows([NEWEST], [[1, 12]]))).toBe(13);
  });

  test('a withdrawal is found in the edit log', async () => {
    const entry = { kind: 'withdrawn', sequence: 11, when: octets``, itemId: 'P1', userid: octets`ann@x.y` } as const;
    const before = { kind: PostKind.Withdrawal, sequence: 9, itemId: 'P1' } as const;
    const known = knownRows([before, NEWEST]);
    const find = (more: Partial<EditLogEntry>) =>
      findPlanned(boardWith([row(NEWEST)], [{ ...entry, reason: [], ...more }]), plan(WITHDRAWAL, known), known);
    expect(await find({})).toBe(11);
    const others: Partial<EditLogEntry>[] = [
      { userid: octets`bob@x.y` },
      { sequence: 9 },
      { itemId: 'P2' },
      { kind: 'edited' },
    ];
    for (const other of others) expect(await find(other)).toBeUndefined();
  });

  test('numbers wrap', async () => {
    const last = { ...NEWEST, sequence: 2 ** 32 - 1, number: 10 };
    const known = knownRows([last]);
    const rows = [row(last), row({ sequence: 0 })];
    expect(await findPlanned(boardWith(rows), plan(REPLY, known), known)).toBe(0);
    // INDX #ffffffff may leave out number 0; so may #fffffffe, where ffffffff was withdrawn.
    expect(await findPlanned(restoredWith(rows), plan(REPLY, known), known)).toBe(0);
    const gap = { ...last, sequence: 2 ** 32 - 2 };
    const before = knownRows([gap]);
    expect(await findPlanned(restoredWith([row(gap), row({ sequence: 0 })]), plan(REPLY, before), before)).toBe(0);
  });
});

test('on a board without rows everything is new, even number 0', async () => {
  const known = knownRows([]);
  expect(await findPlanned(boardWith([row({ sequence: 0 })]), planOf(REPLY, known), known)).toBe(0);
});

/** What the board had: an equal post, and another one that was the newest. */
const OLDER = row({ sequence: 9 });
const LOST = row({ sequence: 10, time: 2 });

describe('a board restored from a backup, where the newest row is gone', () => {
  const before = knownRows(
    [OLDER, LOST],
    [
      [1, 9],
      [1, 10],
    ],
  );
  const find = (rows: readonly Found[], known = before, deed = REPLY) =>
    findPlanned(restoredWith([OLDER, ...rows]), planOf(deed, before), known);

  test.each(DEEDS)('%o: a post is found below what was given, and no older one is taken for it', async (deed, type) => {
    const known = knownRows(
      [{ ...OLDER, type }, LOST],
      [
        [1, 9],
        [1, 10],
      ],
    );
    const plan = planOf(deed, known);
    const older = row({ ...OLDER, type });
    expect(await findPlanned(restoredWith([older]), plan, known)).toBeUndefined();
    for (const sequence of [8, 10, 11]) {
      // Another reply to the same item, by the same author, has the number of the one that is gone.
      const others = [10, 11].filter((other) => other > sequence);
      const replies = others.map((other) => row({ sequence: other, time: 4, lines: OTHER }));
      const rows = [older, row({ type, sequence, time: 3 }), ...replies];
      expect(await findPlanned(restoredWith(rows), plan, known)).toBe(sequence);
    }
  });

  test('the number of a post of ours that was lost is free', async () => {
    expect(await find([row({ sequence: 10, time: 3 })])).toBe(10);
  });

  test('… also where the clock of the board went back', async () => {
    expect(await find([row({ sequence: 10, time: 0 })])).toBe(10);
  });

  test('what the mirror has read since is new', async () => {
    const since = row({ sequence: 10, time: 3 });
    const known = knownRows([OLDER, { ...LOST, kind: PostKind.Gone }, { ...since, epoch: 2, number: 20 }], [[1, 9]]);
    expect(await find([since], known)).toBe(10);
  });

  test('… unless it is another post of ours', async () => {
    const since = row({ sequence: 10, time: 3 });
    const mirrored = [OLDER, LOST, { ...since, epoch: 2, number: 20 }];
    expect(await find([since], knownRows(mirrored, [[2, 10]]))).toBeUndefined();
    expect(await find([since], knownRows([OLDER, LOST], [[0, 10]]))).toBeUndefined();
  });

  test('what comes back in a second restore is older', async () => {
    const known = knownRows([OLDER, LOST, { sequence: 10, time: 3, epoch: 2, number: 20, itemId: 'P0' }]);
    expect(await findPlanned(restoredWith([OLDER, LOST]), planOf(REPLY, known), known)).toBeUndefined();
  });

  test('what was withdrawn and comes back is older', async () => {
    const known = knownRows([
      { ...OLDER, kind: PostKind.Gone },
      { ...NEWEST, time: 2 },
    ]);
    expect(await findPlanned(restoredWith([OLDER]), planOf(REPLY, known), known)).toBeUndefined();
    expect(
      await findPlanned(
        restoredWith([OLDER, row({ sequence: 10, time: 2, itemId: 'P0' })]),
        planOf(REPLY, known),
        known,
      ),
    ).toBeUndefined();
  });

  test('a backup that lacks only a notice: the post has its number', async () => {
    const known = knownRows([NEWEST, { kind: PostKind.Withdrawal, sequence: 11, itemId: 'P7' }]);
    expect(await findPlanned(restoredWith([row(NEWEST), row()]), planOf(REPLY, known), known)).toBe(11);
  });

  test('with the cache lost the clock of the board tells', async () => {
    const nothing = knownRows([]);
    expect(await find([row({ sequence: 10, time: 3 })], nothing)).toBe(10);
    expect(await find([], nothing)).toBeUndefined();
  });

  describe('… only of what is older than all that the store has: it may have been set back', () => {
    /** As the store keeps what readers were shown. */
    const kept = (sequence: number, time: number, epoch = 1): RecentRow => {
      const post = { sequence, time, kind: PostKind.Reply, epoch, arrival: 1, user: 'ann@x.y', item: 'P1' };
      return { number: sequence, details: JSON.stringify(post) };
    };
    const again = row({ sequence: 10, time: 1 });

    test('of a few rows, all', async () => {
      const nothing = knownRows([], [], [kept(9, 1), kept(10, 2)]);
      await nothing.look();
      expect(await find([again], nothing)).toBe(10);
      expect(await find([], nothing)).toBeUndefined();
    });

    test('the Message-ID of one that was shown is not that of another with its number', async () => {
      const since = row({ sequence: 10, time: 3 });
      const ours = [[1, 10] as const];
      const nothing = knownRows([], ours, [kept(9, 1), kept(10, 2)]);
      expect(await find([since], nothing)).toBeUndefined();
      await nothing.look();
      expect(await find([since], nothing)).toBe(10);
      // In the epoch that it was shown in.
      const other = knownRows([], [[2, 10]], [kept(9, 1), { ...kept(10, 3, 2), number: 20 }]);
      await other.look();
      expect(await find([since], other)).toBeUndefined();
    });

    test('of many, the newest', async () => {
      const rows = Array.from({ length: 1024 }, (_, n) => kept(20 + n, 20 + n));
      const nothing = knownRows([], [], rows);
      await nothing.look();
      expect(await find([again], nothing)).toBeUndefined();
      expect(await find([row({ sequence: 10, time: 20 })], nothing)).toBe(10);
    });
  });

  test('a withdrawal', async () => {
    const entry = { kind: 'withdrawn', when: octets``, itemId: 'P1', userid: octets`ann@x.y`, reason: [] } as const;
    const known = knownRows([{ kind: PostKind.Withdrawal, sequence: 8, itemId: 'P1' }, OLDER, LOST]);
    const found = (sequence: number) =>
      findPlanned(restoredWith([OLDER], [{ ...entry, sequence }]), planOf(WITHDRAWAL, known), known);
    expect(await found(10)).toBe(10);
    expect(await found(8)).toBeUndefined();
  });
});

test('a newest row that an editor took out makes no older post a new one', async () => {
  const known = knownRows([OLDER, LOST]);
  expect(await findPlanned(restoredWith([OLDER]), planOf(REPLY, known), known)).toBeUndefined();
  expect(await findPlanned(restoredWith([OLDER, row()]), planOf(REPLY, known), known)).toBe(11);
});

describe('an editor has changed the text', () => {
  const known = knownRows([NEWEST]);
  /** @param lastEdit of each item */
  function find(rows: readonly Found[], lastEdit: number | undefined, deed = REPLY, isAnothers = (_: string) => false) {
    const board = boardWith([row(NEWEST), ...rows]);
    const item: SearchConnection['item'] = async (id) => ({ ...(await board.item(id)), lastEdit });
    const judge = { isOlder: known.isOlder.bind(known), isTaken: known.isTaken.bind(known), isAnothers };
    return findIt({ ...board, item }, planOf(deed, known), judge);
  }
  const edited = row({ lines: OTHER });

  const guess = (sequence: number) => ({ sequence, isGuess: true });

  test('what may be the post is taken for it, unless another is', async () => {
    expect(await find([edited], 12)).toMatchObject(guess(11));
    expect(await find([edited, row({ sequence: 12 })], 13)).toMatchObject({ sequence: 12, isGuess: false });
  });

  test('… also if the editor took it out, or another edit followed', async () => {
    expect(await find([row({ lines: OTHER, sequence: 13, userid: octets`bob@x.y` })], 14)).toBeUndefined();
    const other = row({ type: 'E', lines: OTHER });
    expect(await find([other], 12, { kind: 'edit', itemId: 'P1' })).toMatchObject(guess(11));
    expect(await find([other], 11, { kind: 'edit', itemId: 'P1' })).toBeUndefined();
  });

  test('… unless it was not edited since, or is another’s', async () => {
    expect(await find([edited], 9)).toBeUndefined();
    expect(await find([edited], undefined)).toBeUndefined();
    expect(await find([row({ lines: OTHER, userid: octets`bob@x.y` })], 12)).toBeUndefined();
    expect(await find([edited], 12, REPLY, (hash) => hash === hashOf(OTHER))).toBeUndefined();
  });

  test('… nor an item of another subject', async () => {
    const item = (subject: Octets) => find([row({ lines: OTHER, type: 'I', subject })], 12, DEEDS[0]?.[0]);
    expect(await item(octets`S`)).toMatchObject(guess(11));
    expect(await item(octets`T`)).toBeUndefined();
  });
});

test('only the newest message of the day has a text: an earlier one may be ours', async () => {
  const rows = [row(NEWEST), row({ type: 'M', lines: OTHER }), row({ type: 'M', sequence: 12 })];
  const known = knownRows([NEWEST]);
  const motd = planOf({ kind: 'motd' }, known);
  expect(await findIt(boardWith(rows), motd, known)).toMatchObject({ sequence: 12, isGuess: false });
  const mine = { ...motd, hash: hashOf([octets`Good morning.`]) };
  expect(await findIt(boardWith(rows), mine, known)).toMatchObject({ sequence: 11, isGuess: true });
});

describe('a post has the epoch of its row', () => {
  // What had its number before was shown by another bridge, after the author's had looked: it is gone, or not yet.
  const before = { time: 7, itemId: 'P7', number: 11, epoch: 1 } as const;
  const today = { number: 21, epoch: 2 } as const;
  const plan = planOf(REPLY, knownRows([NEWEST]));
  const found = async (rows: readonly Mirrored[]) => {
    const known = knownRows([NEWEST, ...rows]);
    const finding = await findIt(boardWith([row(NEWEST), row()]), plan, known);
    return known.epochOf(plan, 11, finding?.sign);
  };

  test('where it is found, whatever had its number before', async () => {
    expect(await found([])).toBe(0);
    expect(await found([before])).toBe(0);
    expect(await found([{ ...before, kind: PostKind.Gone }])).toBe(0);
    expect(await found([before, today])).toBe(2);
  });

  test('where the board gave its number', () => {
    expect(knownRows([NEWEST]).epochOf(plan, 11, undefined)).toBe(0);
    expect(knownRows([NEWEST, {}]).epochOf(plan, 11, undefined)).toBe(1);
    expect(knownRows([NEWEST, { ...before, kind: PostKind.Gone }]).epochOf(plan, 11, undefined)).toBe(0);
  });
});
