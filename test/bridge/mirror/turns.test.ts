/** However large a board is, the mirror looks at it a piece at a time. */
import { describe, expect, test, vi } from 'vitest';
import type { BoardConnection, BoardLine } from '../../../src/bridge/board-line.ts';
import { PostColumns } from '../../../src/bridge/known/columns.ts';
import { loadState, saveAll } from '../../../src/bridge/known/persistence.ts';
import { Publishing } from '../../../src/bridge/known/publishing.ts';
import { Records, Users } from '../../../src/bridge/known/records.ts';
import { BoardState } from '../../../src/bridge/known/state.ts';
import { commit } from '../../../src/bridge/mirror/commit.ts';
import type { Seen } from '../../../src/bridge/mirror/comparison.ts';
import { decide, highs } from '../../../src/bridge/mirror/decision.ts';
import { contradicts, EditLog, isForgetful } from '../../../src/bridge/mirror/edit-log.ts';
import { Sighting } from '../../../src/bridge/mirror/sighting.ts';
import type { EditLogEntry } from '../../../src/rgtp/edit-log.ts';
import type { EntryType } from '../../../src/rgtp/index-entry.ts';
import { Cache } from '../../../src/store/cache.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { silent } from '../../../src/wire/log.ts';
import { octets } from '../../../src/wire/octets.ts';
import { FakeBoard } from '../../support/fake-board.ts';
import { openMirror } from '../../support/mirrors.ts';
import { pieces, roundsOf, stepByStep } from '../../support/turns.ts';

const ROWS = 50_000;
/** A stretch is a few thousand rows. */
const FEWEST = 10;

interface Index {
  readonly time?: number;
  readonly subject?: string;
  readonly rows?: number;
  readonly type?: EntryType;
  /** rows of each item */
  readonly each?: number;
}

function index({ time = 1000, subject = 's', rows = ROWS, type = 'R', each = 10 }: Index = {}): Sighting {
  const sighting = new Sighting(() => {});
  for (let row = 0; row < rows; row++) {
    const itemId = `A${String(Math.floor(row / each)).padStart(7, '0')}`;
    const facts = { sequence: row + 1, time, itemId, userid: octets`u` };
    sighting.add({ ...facts, type: row % each === 0 ? 'I' : type, subject: octets`s` });
    if (subject !== 's') sighting.subjects[sighting.subjects.length - 1] = octets`another`;
  }
  pieces(sighting.seal({ isBelievable: () => true }));
  return sighting;
}

const log = (kind: EditLogEntry['kind'], count = ROWS): EditLogEntry[] =>
  Array.from({ length: count }, (_, n) => ({
    kind,
    itemId: kind === 'index' ? undefined : 'A0000000',
    userid: octets`ed`,
    when: octets`12.00 on Mon  1 Jan`,
    sequence: ROWS + n + 1,
    reason: [],
  }));

function seen(sighting: Sighting, more: Partial<Seen> = {}): Seen {
  const facts = {
    whole: true,
    logged: true,
    reserves: false,
    takenBack: new Set<string>(),
    firstTold: new Set<string>(),
    indexEdited: false,
    lastIndexEdit: undefined,
    restored: false,
    expected: undefined,
  };
  return { ...facts, sighting, ...more };
}

async function emptyState(): Promise<BoardState> {
  return new BoardState([], await Publishing.load(PermanentFile.open(':memory:')));
}

/** Takes in what is seen. In how many pieces? */
function takeIn(state: BoardState, what: Seen, edits: readonly EditLogEntry[] = []): number {
  const decision = pieces(decide(state, what)).value;
  return pieces(commit(state, what, decision, edits, () => 1)).count;
}

async function full(type: EntryType = 'R'): Promise<BoardState> {
  const state = await emptyState();
  takeIn(state, seen(index({ type })));
  return state;
}

describe('looks at a large index in pieces:', () => {
  test('its order', () => {
    const sighting = new Sighting(() => {});
    for (let sequence = 1; sequence <= ROWS; sequence++) {
      const facts = { sequence, time: 1, itemId: 'A0000000', userid: octets`u`, subject: octets`s` };
      sighting.add({ ...facts, type: 'R' });
    }
    // Twice all rows: what is in step, and what is there twice.
    expect(pieces(sighting.seal({ isBelievable: () => true })).count).toBeGreaterThan(2 * FEWEST);
  });

  test('its gaps', () => {
    expect(pieces(index().hasGaps(undefined)).count).toBeGreaterThan(FEWEST);
  });

  test('the highest number of each newsgroup, where there is none', async () => {
    const what = seen(index());
    const state = await emptyState();
    const decision = pieces(decide(state, what)).value;
    expect(pieces(highs(state.posts, what, decision)).count).toBeGreaterThan(FEWEST);
  });

  test('but not for new rows where all are known', async () => {
    const state = await full();
    const what = seen(index());
    const decision = pieces(decide(state, what)).value;
    expect(decision.first).toBe(ROWS);
    expect(pieces(highs(state.posts, what, decision)).count).toBe(1);
  });

  test('rows that share one number: which of them counts is looked for once', async () => {
    const sighting = new Sighting(() => {});
    for (let time = 1; time <= ROWS; time++) {
      const facts = { sequence: 7, time, itemId: 'A0000000', userid: octets`u`, subject: octets`s` };
      sighting.add({ ...facts, type: 'R' });
    }
    pieces(sighting.seal({ isBelievable: () => true }));
    const isSameNumber = sighting.isSameNumber.bind(sighting);
    let looks = 0;
    vi.spyOn(sighting, 'isSameNumber').mockImplementation((...rows) => {
      if (++looks > 3 * ROWS) throw new Error('it is looked for again and again');
      return isSameNumber(...rows);
    });
    const { value: decision, count } = pieces(decide(await emptyState(), seen(sighting)));
    // What begins, what is new, and which counts.
    expect(count).toBeGreaterThan(3 * FEWEST);
    expect(decision.numbers.filter((number) => number > 0)).toHaveLength(1);
    expect(decision.second).toHaveLength(ROWS - 1);
  });

  test('what is new', async () => {
    expect(pieces(decide(await emptyState(), seen(index()))).count).toBeGreaterThan(2 * FEWEST);
  });
});

describe('looks at a long edit log in pieces:', () => {
  test('where it belongs in the index', () => {
    expect(pieces(index().include(log('index', 1), 1)).count).toBeGreaterThan(FEWEST);
    expect(pieces(index({ rows: 10 }).include(log('index'), 1)).count).toBeGreaterThan(FEWEST);
  });

  test('whether it contradicts what is known', async () => {
    expect(pieces(contradicts(await full(), log('withdrawn'))).count).toBeGreaterThan(FEWEST);
  });

  test('which edits it tells of, and which no longer', async () => {
    stepByStep();
    const entries = log('edited');
    // All that it asks for.
    const board = { editLog: async () => entries } as unknown as BoardConnection;
    const line = { run: (ask: (board: BoardConnection) => Promise<unknown>) => ask(board) } as unknown as BoardLine;
    const editLog = new EditLog({ line, log: silent, cache: Cache.open(':memory:') });
    expect(await roundsOf(editLog.read(undefined))).toBeGreaterThan(FEWEST);
    expect([...editLog.firstTold]).toEqual(['A0000000']);
  });

  test('whether it lacks what it told of', async () => {
    expect(pieces(isForgetful(await full(), [])).count).toBeGreaterThan(FEWEST);
  });
});

describe('takes in a piece at a time:', () => {
  test('new rows', async () => {
    expect(takeIn(await emptyState(), seen(index()))).toBeGreaterThan(FEWEST);
  });

  test('and no more than a thousand rows in one', async () => {
    const state = await emptyState();
    const decision = pieces(decide(state, seen(index()))).value;
    let known = 0;
    for (const _ of commit(state, seen(index()), decision, [], () => 1)) {
      expect(state.posts.length - known).toBeLessThan(1000);
      known = state.posts.length;
    }
    expect(known).toBe(ROWS);
  });

  test('rows that changed', async () => {
    expect(takeIn(await full(), seen(index({ time: 2000 }), { indexEdited: true }))).toBeGreaterThan(FEWEST);
  });

  test('rows that are gone', async () => {
    const state = await full();
    const fewer = seen(index({ rows: 10 }));
    const decision = pieces(decide(state, fewer)).value;
    let left = ROWS;
    for (const _ of commit(state, fewer, decision, [], () => 1)) {
      const { posts } = state.count();
      expect(left - posts).toBeLessThan(1000);
      left = posts;
    }
    expect(left).toBe(10);
  });

  test('items that changed', async () => {
    const state = await emptyState();
    takeIn(state, seen(index({ each: 1 })));
    expect(takeIn(state, seen(index({ each: 1, subject: 'other' })))).toBeGreaterThan(FEWEST);
  });

  test('what the edit log tells of rows that are known', async () => {
    const state = await full('E');
    const edits = log('edited').map((entry) => ({ ...entry, sequence: entry.sequence - ROWS }));
    // Once through the log, once through the rows: some 25 pieces each.
    expect(takeIn(state, seen(index({ type: 'E' })), edits)).toBeGreaterThan(4 * FEWEST);
    expect(state.notices.size).toBe(ROWS - ROWS / 10);
  });
});

describe('reads what it knew from the cache a piece at a time:', () => {
  test('rows, items, userids, and which rows an item has', async () => {
    const state = await full();
    for (let n = 0; n < 5000; n++) state.users.intern(octets`user${n}`);
    const cache = Cache.open(':memory:');
    cache.transaction(() => saveAll(cache, state));
    const [posts, users] = [new PostColumns(), new Users()];
    const records = new Records(posts);
    expect(pieces(posts.load(cache.blocks('posts'), cache.blockOctets('posts'))).count).toBeGreaterThan(FEWEST);
    expect(pieces(posts.loadArrivals(cache.blocks('arrivals'))).count).toBeGreaterThan(FEWEST);
    expect(pieces(records.load(cache.blocks('items'))).count).toBeGreaterThan(FEWEST);
    expect(pieces(users.load(cache.blocks('users'))).count).toBeGreaterThan(FEWEST);
    expect(pieces(posts.count(records.list.length)).count).toBeGreaterThan(FEWEST);
    expect(pieces(state.records.relink(state.posts)).count).toBeGreaterThan(FEWEST);
    const again = await emptyState();
    expect(pieces(loadState(cache, again)).count).toBeGreaterThan(15 * FEWEST);
    expect(again.count()).toEqual(state.count());
    expect(again.records.list.map(({ rows }) => rows)).toEqual(state.records.list.map(({ rows }) => rows));
    cache.close();
  });

  test('and others have their turns meanwhile', async () => {
    const cache = Cache.open(':memory:');
    const state = await full();
    state.isRead = true;
    cache.transaction(() => saveAll(cache, state));
    stepByStep();
    const opening = openMirror(new FakeBoard(), { cache });
    expect(await roundsOf(opening)).toBeGreaterThan(2 * FEWEST);
    const mirror = await opening;
    expect(mirror.posts.length).toBe(ROWS);
    await mirror.close();
  });
});
