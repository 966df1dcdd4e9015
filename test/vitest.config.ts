import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** The tests that mirror src. `npm test`. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/same-cases.ts'],
    root: new URL('..', import.meta.url).pathname,
    // For tests that hang, not for tests that are slow: the suite passes beside a load of 20.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Vitest would leave a processor of two idle, and half of the tests wait for other processes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    expect: { poll: { timeout: 60_000 } },
  },
});
