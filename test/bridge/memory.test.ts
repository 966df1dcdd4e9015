import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { SharedMemory, type Shelf } from '../../src/bridge/memory.ts';

const BUDGET = 8 << 20;

test.each<{ what: string; board: number[] }>([
  { what: 'posts of 1.4 KB', board: [700, 17, 21] },
  { what: 'many small ones', board: [500, 50, 1] },
  { what: 'an item each', board: [10_000, 1, 3] },
])('memory is what is configured: $what', { timeout: 240_000 }, async ({ board }) => {
  // In a process of its own: nothing else's memory is counted.
  const args = ['--no-warnings', join(import.meta.dirname, 'memory-process.ts'), BUDGET, ...board].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, args);
  // What it prints.
  const { used, counted }: { used: number; counted: number } = JSON.parse(stdout);
  expect(counted).toBeGreaterThan(BUDGET * 0.9);
  expect(counted).toBeLessThanOrEqual(BUDGET);
  expect(used).toBeLessThan(BUDGET * 1.2);
  // Nor is it counted for so much more than it is that most of the memory stays unused.
  expect(used).toBeGreaterThan(BUDGET * 0.5);
});

test('one budget: what was used last stays, whichever kind it is', () => {
  const memory = new SharedMemory(10_000);
  const value = (octets: number) => ({ octets });
  const texts: Shelf<{ octets: number }> = memory.shelf('texts');
  const articles: Shelf<{ octets: number }> = memory.shelf('articles');
  texts.set(1, value(3000));
  articles.set(1, value(3000));
  expect([texts.get(1)?.octets, memory.octets > 6000]).toEqual([3000, true]);
  articles.set(2, value(3000));
  expect([texts.peek(1), articles.peek(1), articles.peek(2)]).toEqual([value(3000), undefined, value(3000)]);
  // A look is no use.
  texts.peek(1);
  articles.set(2, value(6000));
  expect([texts.peek(1), articles.peek(2)]).toEqual([undefined, value(6000)]);
  articles.set(3, value(20_000));
  expect(articles.get(3)).toBeUndefined();
  const { octets, ...asked } = memory.stats.articles;
  expect([octets, asked, memory.stats.texts]).toEqual([
    memory.octets,
    { hits: 0, misses: 1 },
    { octets: 0, hits: 1, misses: 0 },
  ]);
  articles.delete(2);
  expect([memory.octets, memory.stats.articles.octets]).toEqual([0, 0]);
});
