import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** The tests that mirror src. `npm test`. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/same-cases.ts'],
    root: new URL('..', import.meta.url).pathname,
    // For tests that hang, not for tests that are slow: the suite passes beside a load of 20.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Half of the tests wait for other processes: two at a time keep two processors busy for two thirds of the time.
    maxWorkers: Math.max(3, availableParallelism()),
    expect: { poll: { timeout: 120_000 } },
  },
});
