/** What is posted while everything dies, and how it turns out: for one bridge and for several. */
import { expect } from 'vitest';
import { Refusal } from '../../../src/nntp/backend.ts';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import { draft } from './bridge.ts';

/** Every so many posts two have the same text: only their Message-IDs tell them apart. */
export const TWINS = 6;

export type Outcome = '240' | 'duplicate' | 'unavailable' | 'rejected' | 'no answer';

export interface Case {
  readonly messageId: string;
  /** names the text */
  readonly mark: string;
  readonly lines: readonly string[];
  readonly outcomes: Outcome[];
}

/** An item that is there before. */
export const base = (n: number): string[] => draft({ 'Message-ID': `<base${n}@example.net>` }, 'base');

/** Every tenth begins an item; the others reply to one of `bases`, which fill up and are continued. */
export function makeCases(count: number, bases: number, longest: number, random: () => number): Case[] {
  return Array.from({ length: count }, (_, n) => {
    // the second of two twins says what the first says, in the same place
    const origin = n % TWINS === 1 ? n - 1 : n;
    const reply = origin % 10 === 9 ? {} : { References: `<base${origin % bases}@example.net>` };
    const length = n % TWINS <= 1 ? 3 : Math.floor(random() * longest);
    const text = [`mark-${origin}`, ...Array<string>(length).fill('x'.repeat(70))];
    const messageId = `<case${n}@example.net>`;
    const headers = { 'Message-ID': messageId, Subject: `Case ${origin}`, ...reply };
    return { messageId, mark: `mark-${origin}`, lines: draft(headers, ...text), outcomes: [] };
  });
}

export function isPosted({ outcomes }: Case): boolean {
  return outcomes.includes('240') || outcomes.includes('duplicate');
}

/** As a newsreader hears it; a bridge that dies gives no answer. @param refused with the reason */
export async function outcomeOf(
  post: () => Promise<unknown>,
  death: Promise<void>,
  refused: (reason: string) => void,
): Promise<Outcome> {
  const answered = (async (): Promise<Outcome> => {
    try {
      await post();
      return '240';
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused(error.message);
      return error.kind === 'duplicate' || error.kind === 'unavailable' ? error.kind : 'rejected';
    }
  })();
  answered.catch(() => {});
  return Promise.race([answered, death.then((): Outcome => 'no answer')]);
}

/** How often the text of each case is on a board. */
export async function marksOn(port: number): Promise<ReadonlyMap<string, number>> {
  const marks: string[] = [];
  const connection = await RgtpConnection.open({ host: '127.0.0.1', port });
  const ids = new Set<string>();
  await connection.index(undefined, (entry) => entry.itemId !== undefined && ids.add(entry.itemId));
  for (const id of ids) {
    for (const { lines } of (await connection.item(id)).contributions) {
      marks.push(lines.find((line) => /^mark-\d+$/.test(line)) ?? '');
    }
  }
  await connection.close();
  return counted(marks.filter((mark) => mark !== ''));
}

/** Acknowledged posts are there; no post is there more often than it was sent. */
export function expectNoneLost(cases: readonly Case[], marks: ReadonlyMap<string, number>): void {
  const acknowledged = counted(cases.filter(isPosted).map(({ mark }) => mark));
  for (const [mark, sent] of counted(cases.map((one) => one.mark))) {
    expect(marks.get(mark) ?? 0, `${mark} after the storm`).toBeGreaterThanOrEqual(acknowledged.get(mark) ?? 0);
    expect(marks.get(mark) ?? 0, `${mark} after the storm`).toBeLessThanOrEqual(sent);
  }
}

/** Each is there exactly once. */
export function expectAll(cases: readonly Case[], marks: ReadonlyMap<string, number>, reasons: Iterable<string>): void {
  const open = cases.filter((one) => !isPosted(one)).map(({ messageId }) => messageId);
  expect(open, [...reasons].join('\n')).toEqual([]);
  const byName = (counts: ReadonlyMap<string, number>) => [...counts].sort(([a], [b]) => a.localeCompare(b));
  expect(byName(marks)).toEqual(byName(counted(cases.map(({ mark }) => mark))));
}

export function tally(cases: readonly Case[]): string {
  const last = counted(cases.flatMap(({ outcomes }) => outcomes.at(-1) ?? []));
  return [...last].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

function counted<T>(all: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}
