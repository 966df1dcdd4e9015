/** `histories-process.ts FIRST COUNT SEED`: plays so many stories, and prints how many a second. Fails with the story that breaks a promise. */
import fc from 'fast-check';
import { play, stories } from '../../test/support/promises.ts';

const [first = 1, numRuns = 1, seed = 1] = process.argv.slice(2).map(Number);
const began = performance.now();
await fc.assert(
  fc.asyncProperty(stories, (story) => play(first, story)),
  { numRuns, seed },
);
console.log((numRuns * 1000) / (performance.now() - began));
