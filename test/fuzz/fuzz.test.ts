/** The corpus as a regression, a few generated cases of every target, and the fuzzer itself. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { octetsInUse } from '../support/memory.ts';
import { checkCost, LIMIT, OverBudget, wider } from './budget.ts';
import { Cases, corpusOf } from './cases.ts';
import { signatureOf } from './failure.ts';
import { faultOf, runTarget } from './run-target.ts';
import { shrunk } from './shrink.ts';
import { isWorld, type Target } from './target.ts';
import { targets } from './targets.ts';

const GENERATED = 40;
const GENERATED_WORLD = 8;

describe.each(targets.map((target) => [target.name, target] as const))('%s', (_name, target) => {
  test('takes its corpus', async () => {
    for (const [file, input] of corpusOf(target)) {
      expect(await faultOf(target, input, false), file).toBeUndefined();
    }
  });

  test('takes seeds and generated input', async () => {
    const to = target.seeds().length + corpusOf(target).size + (isWorld(target) ? GENERATED_WORLD : GENERATED);
    const { cases, failures } = await runTarget(target, { ...unbounded, to, limit: false });
    expect(failures).toEqual([]);
    expect(cases).toBe(to);
  });
});

const unbounded = { seed: 'regression', from: 0, to: 1000, deadline: Number.POSITIVE_INFINITY, onCase: () => {} };

test('every folder of the corpus belongs to a target, and no name is taken twice', () => {
  const names = targets.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(readdirSync(join(import.meta.dirname, 'corpus'))));
});

describe('the fuzzer', () => {
  const careless: Target = {
    name: 'careless',
    seeds: () => ['one two three', 'four'],
    words: ['bug'],
    run(input) {
      if (input.includes('bug')) throw new Error(`at ${input.indexOf('bug')}`);
    },
  };

  test('finds a fault, makes its input small, and reports it once', async () => {
    const { failures } = await runTarget(careless, unbounded);
    expect(failures).toHaveLength(1);
    expect(String(failures[0]?.input)).toBe('bug');
    expect(failures[0]).toMatchObject({ target: 'careless', repeats: true });
  });

  test('makes the same cases of the same seed, and others of another', () => {
    const [a, b, c] = ['1', '1', '2'].map((seed) => new Cases(careless, seed));
    const some = (cases: Cases | undefined) => Array.from({ length: 50 }, (_, n) => cases?.at(n).toString('latin1'));
    expect(some(a)).toEqual(some(b));
    expect(some(a)).not.toEqual(some(c));
  });

  test('finds errors that nothing caught', async () => {
    const stray: Target = {
      name: 'stray',
      seeds: () => ['fine', 'stray'],
      open: async () => ({
        async run(input) {
          if (String(input) === 'stray') process.emit('uncaughtException', new Error('nobody caught this'));
        },
        async close() {},
      }),
    };
    const { failures } = await runTarget(stray, { ...unbounded, to: 2 });
    expect(failures.map(({ n, message }) => [n, message])).toEqual([[1, expect.stringContaining('nobody caught')]]);
  });

  test('takes no more than 20 ms of CPU or 16 MB', async () => {
    const used = () => process.threadCpuUsage().user;
    const busy = () => {
      for (const begun = used(); used() - begun < 200_000; );
    };
    await expect(checkCost(busy)).rejects.toThrow(OverBudget);
    const kept: Buffer[] = [];
    // What is collected meanwhile counts for it. What earlier tests have left is collected before.
    octetsInUse();
    await expect(checkCost(() => void kept.push(Buffer.alloc(64 * 2 ** 20)))).rejects.toThrow('of memory');
    // A busy machine takes more time, and no more memory.
    expect(wider(LIMIT, 2)).toEqual({ cpuMs: 2 * LIMIT.cpuMs, octets: LIMIT.octets });
    expect((await checkCost(() => {})).octets).toBeLessThan(2 ** 20);
  });

  test('shrinks to what matters', async () => {
    const fails = (input: Buffer) => input.includes('x') && input.indexOf('y') > input.indexOf('x');
    expect(String(await shrunk(Buffer.from('some x and some y, too'), fails, 1000))).toBe('xy');
  });

  test('tells faults apart by words and place, not by the values in them', () => {
    expect(signatureOf(new Error('cut at 5'))).toBe(signatureOf(new Error('cut at 17')));
    expect(signatureOf(new Error('cut'))).not.toBe(signatureOf(new TypeError('cut')));
  });
});
