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
  [
    3,
    HALF,
    "two rows change places 43; item 39; an answer of the database is lost 50; the bridge's clock steps 22; one polls while another does 25; post 45",
  ],
  [
    2,
    1,
    'a backup 46; a bridge is killed in a poll 23; the same is posted to all 2; edit 19; a row twice 42; one posts while another polls 16; restore 18; an answer of the database is lost 9; motd 3; gap 41; bogus rows 4',
  ],
  [
    2,
    1,
    'no bogus row 47; one posts while another polls 36; one posts while another polls 27; restore 33; edit; connections to the database are cut 15; a backup 19; restore 9; poll 47; archive 35',
  ],
  [
    3,
    1,
    'kill 16; item 16; one polls while another does 42; a poll is cut off 18; continue 3; a bogus row near by 6; one posts while another polls 50; post 34; continue 37; poll 14; post 21; withdraw 13; two rows change places; a jump 25; one polls while another does 18; one posts while another polls 45; poll 48; a row twice 49; edit 28',
  ],
  [
    3,
    1,
    'edit 50; a backup 12; poll 13; one polls while another does 37; reply 30; item 12; reply 21; the database dies 30; a poll meanwhile 22; a row less 41; one posts while another polls 28; the row again 23',
  ],
  [2, 1, 'motd 29; poll 17; a row less 7; all poll at once 1; the row again 29'],
  [2, 1, 'poll; a backup 1; item 1; poll 1; restore 1; poll 1; a bridge is killed while it posts 36'],
  [2, 1, 'poll; a backup 1; item 1; poll 1; restore 1; a bridge is killed while it posts 24'],
  [2, 1, 'poll; poll 1; a backup 1; post 9; poll 1; restore 1; poll 1; a bridge is killed while it posts 24'],
  [2, 1, 'item 1; poll; poll 1; a backup 1; post; restore 1; post 8'],
  [2, 1, 'poll; poll 1; a backup 1; a bridge is killed while it posts 21; restore 1; post 2'],
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
