import { defineConfig } from 'vitest/config';

/** The end-to-end tests: real processes, real newsreaders. `npm run test:e2e`. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    root: new URL('../..', import.meta.url).pathname,
    // For tests that hang: on a busy machine a start alone takes half a minute, and some tests start four times.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // They mostly wait for newsreaders: three at a time use about half of two processors.
    maxWorkers: 3,
  },
});
