/**
 * `histories-process.ts FIRST COUNT SEED BRIDGES`: plays so many stories, and prints how many a second. Fails with the story
 * that breaks a promise. More bridges than one have a PostgreSQL of their own.
 */
import fc from 'fast-check';
import { PostgresServer } from '../../test/support/postgres.ts';
import { play, stories } from '../../test/support/promises.ts';
import { playSeveral, storiesOfSeveral } from '../../test/support/promises-of-several.ts';

const [first = 1, numRuns = 1, seed = 1, bridges = 1] = process.argv.slice(2).map(Number);
const database = bridges > 1 ? await PostgresServer.start() : undefined;
const property =
  database === undefined
    ? fc.asyncProperty(stories, (story) => play(first, story))
    : fc.asyncProperty(storiesOfSeveral, (story) => playSeveral(bridges, first, story, database));
const began = performance.now();
try {
  await fc.assert(property, { numRuns, seed });
} finally {
  await database?.remove();
}
console.log((numRuns * 1000) / (performance.now() - began));
