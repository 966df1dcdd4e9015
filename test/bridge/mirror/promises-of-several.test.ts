/**
 * What readers are promised who are switched from one bridge to another, while bridges, their connections and PostgreSQL die.
 * `BRIDGES=3 npm run bench -- histories` explores.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasPostgres, PostgresServer } from '../../support/postgres.ts';
import { playSeveral, storiesOfSeveral } from '../../support/promises-of-several.ts';
import { storyOf } from './stories.ts';

const WRAP = 2 ** 32 - 20;
const HALF = 2 ** 31 - 20;

/** What once went wrong: how many bridges there are, where the board counts from, and the steps. */
const brokenOnce: readonly (readonly [bridges: number, first: number, steps: string])[] = [
  [2, 1, 'item; a row less'],
  [2, 1, 'item 7; a bridge is cut off 13; a poll meanwhile 2'],
  [2, 1, 'one polls while another does 6; a bridge is cut off 49; a bridge is killed while it posts 25; edit 48'],
  [
    3,
    1,
    "reply 50; poll 9; all are back 9; all are back 41; a row twice 34; the board's clock steps 17; restart 40; item 42; one polls while another does 28",
  ],
  [
    2,
    1,
    'motd 22; an answer is nonsense 14; a bridge is killed while it posts 12; an answer of the database is lost 45; a row changes 20; a bogus row near by 48; the same is posted to all 33; two rows change places 49',
  ],
  [
    3,
    1,
    "an answer is nonsense 34; the same is posted to all 7; withdraw 2; the board's clock steps 14; a bridge is killed while it posts 8",
  ],
  [2, 1, 'motd 5; a bogus row near by 2; the edit log fails 46; a row changes 34'],
  [
    3,
    1,
    'reply 2; one posts while another polls 49; a backup 39; post 29; restore 1; a bridge is killed while it posts 42',
  ],
  [3, WRAP, 'item 45; all poll at once 47; a bogus row 50; reply 18; the edit log fails 5'],
];

describe.skipIf(!hasPostgres)('several bridges', () => {
  let database: PostgresServer;

  beforeAll(async () => {
    database = await PostgresServer.start();
  });
  afterAll(() => database.remove());

  test.each(brokenOnce)('%i bridges, from %i: %s', async (bridges, first, steps) => {
    await expect(playSeveral(bridges, first, storyOf(steps), database)).resolves.toBeUndefined();
  });

  test.each([
    [2, 1],
    [3, 1],
    [2, 0],
    [3, WRAP],
    [2, HALF],
  ])('%i bridges show one board: from %i', async (bridges, first) => {
    // The same every time.
    await fc.assert(
      fc.asyncProperty(storiesOfSeveral, (story) => playSeveral(bridges, first, story, database)),
      { numRuns: 8, seed: 5, endOnFailure: true },
    );
  });
});
