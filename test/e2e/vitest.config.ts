import { defineConfig } from 'vitest/config';

/** The end-to-end tests: real processes, real newsreaders. `npm run test:e2e`. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    root: new URL('../..', import.meta.url).pathname,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each file starts a bridge and perhaps Emacs: two at a time keep a small machine responsive.
    maxWorkers: 2,
  },
});
