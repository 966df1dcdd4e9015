import { expect, test } from 'vitest';
import type { SearchConnection } from '../../../src/bridge/posting/connection.ts';
import { type Deed, hashOf, type Plan } from '../../../src/bridge/posting/plan.ts';
import { findPlanned } from '../../../src/bridge/posting/search.ts';
import type { EditLogEntry } from '../../../src/rgtp/edit-log.ts';
import type { IndexEntry } from '../../../src/rgtp/index-entry.ts';
import { type Octets, octets } from '../../../src/wire/octets.ts';

const LINES = [octets`Hello.`];
const OTHER = [octets`Something else.`];

interface Found extends IndexEntry {
  readonly lines: readonly Octets[];
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

const plan = (deed: Deed): Plan => ({ deed, userid: octets`ann@x.y`, hash: hashOf(LINES), after: 10, references: '' });
const free = () => false;

const DEEDS: readonly [Deed, IndexEntry['type']][] = [
  [{ kind: 'item', subject: octets`S` }, 'I'],
  [{ kind: 'reply', itemId: 'P1' }, 'R'],
  [{ kind: 'continuation', subject: octets`S` }, 'C'],
  [{ kind: 'motd' }, 'M'],
  [{ kind: 'edit', itemId: 'P1' }, 'E'],
];

test.each(DEEDS)('%o: ours is found, and what only looks like it is not', async (deed, type) => {
  const find = (more: Partial<Found>, taken: (sequence: number) => boolean = free) =>
    findPlanned(boardWith([row({ type, ...more })]), plan(deed), taken);
  expect(await find({})).toBe(11);
  // Boards fold the case of userids.
  expect(await find({ userid: octets`Ann@X.Y` })).toBe(11);
  expect(await find({ userid: octets`bob@x.y` })).toBeUndefined();
  expect(await find({ sequence: 10 })).toBeUndefined();
  expect(await find({ lines: OTHER })).toBeUndefined();
  expect(await find({ type: type === 'R' ? 'I' : 'R' })).toBeUndefined();
  expect(await find({}, (sequence) => sequence === 11)).toBeUndefined();
});

test.each<Deed>([
  { kind: 'reply', itemId: 'P1' },
  { kind: 'edit', itemId: 'P1' },
])('%o: not in another item', async (deed) => {
  const type = deed.kind === 'edit' ? 'E' : 'R';
  expect(await findPlanned(boardWith([row({ type, itemId: 'P2' })]), plan(deed), free)).toBeUndefined();
});

test('of several the first that has the text', async () => {
  const rows = [row({ lines: OTHER }), row({ sequence: 12 }), row({ sequence: 13 })];
  const reply: Deed = { kind: 'reply', itemId: 'P1' };
  expect(await findPlanned(boardWith(rows), plan(reply), free)).toBe(12);
  expect(await findPlanned(boardWith(rows), plan(reply), (sequence) => sequence === 12)).toBe(13);
});

test('a withdrawal is found in the edit log', async () => {
  const entry = { kind: 'withdrawn', sequence: 11, when: octets``, itemId: 'P1', userid: octets`ann@x.y` } as const;
  const find = (more: Partial<EditLogEntry>) =>
    findPlanned(boardWith([], [{ ...entry, reason: [], ...more }]), plan({ kind: 'withdrawal', itemId: 'P1' }), free);
  expect(await find({})).toBe(11);
  const others: Partial<EditLogEntry>[] = [
    { userid: octets`bob@x.y` },
    { sequence: 10 },
    { itemId: 'P2' },
    { kind: 'edited' },
  ];
  for (const other of others) expect(await find(other)).toBeUndefined();
});
