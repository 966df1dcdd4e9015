/** Histories that once broke a promise, as the explorer found and shortened them: where a board counts from, and its steps. */
import type { Story } from '../../support/promises.ts';

const WRAP = 2 ** 32 - 20;
const HALF = 2 ** 31 - 20;

/** Steps by name, each with what it picks where that is not 0. */
export const brokenOnce: readonly (readonly [firsts: readonly number[], steps: string])[] = [
  [[WRAP], 'item; a row less; poll; a jump; post'],
  [[HALF], 'item; a backup; item; item; poll; restore; item; continue; archive 22; bogus rows'],
  [[0, 1], 'poll; post; bogus rows 43; two rows change places'],
  [[WRAP], 'poll; item; bogus rows; post; a row less'],
  [[HALF], 'item; a bogus row 23; item; item; jump 15; a row less; item'],
  [[0], 'a backup; item; poll; restore; post'],
  [[WRAP], 'item; poll; jump 18; withdraw; post'],
  [[HALF], 'poll; item; a bogus row near by 4; bogus rows 7; post; reply; poll'],
  [[WRAP], 'item; an answer is nonsense 7; a jump; archive; post'],
  [[HALF], 'a jump; poll; item; post 8; a bogus row 14'],
  [[WRAP], 'item; a bogus row near by 4; a poll meanwhile; jump 41; post'],
  [[HALF], 'an answer breaks off; a jump; post; bogus rows 14'],
  [
    [0, 1],
    'a poll meanwhile; item; reply; a bogus row near by 21; an answer is nonsense 6; item; edit 3; the edit log fails',
  ],
  [[WRAP], 'item; a bogus row near by 4; poll; post'],
  [[HALF], 'a jump; item; item; bogus rows 38; a poll meanwhile; a poll meanwhile 48'],
  [[0, 1], 'item; a backup; continue; withdraw 7; poll; restore'],
  [[WRAP], 'jump 14; motd; poll; bogus rows 21; a row changes 3; bogus rows 33; item; a row less; item; item'],
  [[HALF], 'a jump; the edit log fails; post; a bogus row 46'],
  [[WRAP], 'a poll meanwhile; post; a bogus row 22'],
  [[HALF], 'jump 19; item; a poll meanwhile 16; post; a bogus row 22'],
  [[HALF], 'item; a jump; item; the edit log fails; post; bogus rows 38'],
  [
    [HALF],
    'item; a bogus row near by 2; item; item; item; a jump; item; item; item; item; the edit log fails; post; a row less',
  ],
  [[0, 1, HALF], 'item; a backup; a poll meanwhile; restore; reply 1; a row changes'],
  [[WRAP], 'item; a bogus row 14; reply; poll; motd; a poll meanwhile 13'],
  [[1, HALF], "poll; post; motd; withdraw; item; the bridge's clock steps 19"],
  [[0], 'a backup; item; a poll is cut off 7; restore; post'],
  [[WRAP], 'item; bogus rows 42; a row twice; an answer is nonsense 2; a poll meanwhile 41'],
  [[0, 1], 'motd; bogus rows; bogus rows 13; a poll is cut off 7; a jump 3'],
  [[WRAP], 'the edit log fails; item; a jump; post; a bogus row 35'],
  [[HALF], 'jump 3; jump 17; an answer breaks off; post; a bogus row 46'],
  [[0], 'a backup; a jump; item; the edit log fails; restore; post'],
  [[HALF], 'item; edit; item; bogus rows 34; an answer is nonsense 27; post'],
  [[0], 'a backup; two rows change places; item; the edit log fails; restore; post'],
  [
    [WRAP],
    'a backup; item; motd; a bogus row near by 15; the edit log fails; restore; item; an answer breaks off 1; post',
  ],
  [[WRAP], 'poll; post; a bogus row 22'],
  [[HALF], 'jump 9; item; item; item; item; item; poll; item; item; item; item; item; item; continue'],
  [[WRAP], 'item; a bogus row near by 4; poll; post; two rows change places'],
  [
    [HALF],
    'item; item; item; item; item; item; item; item; item; bogus rows 22; item; item; item; item; item; item; item; an answer is nonsense 22; post',
  ],
  [
    [WRAP],
    'a backup; item; motd; a bogus row near by 15; the edit log fails; restore; a poll meanwhile; item; an answer breaks off 1; post',
  ],
  [[WRAP], 'item; bogus rows 26; poll; item; continue'],
  [[0, 1], 'item; poll; bogus rows; a row less; a poll meanwhile; the row again'],
  [[WRAP], 'two rows change places; jump 19; poll; item; the cache is lost; the edit log fails'],
  [[HALF], 'item; item; two rows change places; bogus rows; a row less; withdraw 2; poll; the row again; item'],
  [[WRAP], 'item; a jump; the edit log fails; item; item; bogus rows 2; poll'],
  [[WRAP], 'item; bogus rows 34; a jump; item; poll'],
  [[WRAP], 'item; bogus rows; the edit log fails; post'],
  [[HALF], 'motd; bogus rows 6; poll; jump 15; post'],
  [[WRAP], 'item; bogus rows; a backup; continue; poll; restore'],
  [[WRAP], 'item; a row less; withdraw; the row again; item'],
  [[WRAP], 'item; a bogus row; the edit log fails; continue; continue'],
  [[0, 1, WRAP], 'item; a backup; edit; a poll meanwhile 47; reply; a bogus row'],
  [[0, 1, WRAP, HALF], 'item; poll; a row less; continue; an answer is nonsense 2; a poll meanwhile 16; the row again'],
  [[WRAP], 'item; a bogus row; two rows change places; item'],
  [
    [WRAP],
    'item; reply; item; item; a bogus row 5; jump 4; item; item; item; a bogus row near by 20; poll; jump 43; bogus rows 31; post',
  ],
  [[0, 1], 'item; a jump; item; two rows change places; poll'],
  [[1], 'item; item; a jump; item; two rows change places 1; poll; item'],
  [[WRAP], 'item; item; jump 18; a row less; a poll meanwhile; a row less 13'],
  [[WRAP], 'motd; jump 19; item; a jump; item; item; an answer is nonsense 4'],
  [[WRAP], 'a backup; item; a poll meanwhile 33; motd; a bogus row 22; post; a jump; item; a bogus row 2; item'],
  [[1], 'poll; item; a row less; post; the row again'],
  [[WRAP], 'item; a jump; poll; item; item'],
  [[WRAP], 'item; reply; a jump; item; item'],
  [[0, 1], 'item; a jump; motd; motd; a poll meanwhile'],
  [[WRAP], 'item; item; a poll meanwhile; item; jump 15; a row less 42; item; a poll is cut off 27'],
  [
    [0, 1],
    'motd; a bogus row near by 13; item; jump 18; item; item; item; item; item; poll; jump 34; a poll meanwhile; item; item; item; item; item; post',
  ],
  [[WRAP], 'item; continue; jump 16; archive 9; poll; a row less; item; withdraw 3'],
  [[WRAP], 'a poll is cut off 2; item; a bogus row near by 4; a row less; post'],
  [[0, 1], 'item; a poll meanwhile; withdraw; a jump; item; the edit log fails'],
  [[0, 1], 'item; a poll meanwhile; a jump; withdraw; item; the edit log fails'],
  [[0, 1, WRAP, HALF], "item; item; the edit log fails; the bridge's clock steps 19; archive"],
  [[0, 1, WRAP], "item; item; poll; archive; the bridge's clock steps 16; time passes 30"],
  [[HALF], 'item; edit; reply; a jump; a bogus row 46; item; poll; no bogus row; a bogus row 46'],
  [[0, 1, WRAP, HALF], 'item; poll; edit; a row less 45; item; the edit log fails'],
  [[0, 1, WRAP, HALF], 'item; poll; edit; a row less 45; item; the edit log fails; restart'],
  [[WRAP], 'item; bogus rows 14; an answer is nonsense 42; a poll is cut off 6'],
  [[0, 1], "item; poll 1; time passes 7; the bridge's clock steps 1; item 1"],
  [[WRAP], 'motd; a jump; a poll is cut off 38; motd'],
  [
    [HALF],
    'two rows change places; item; reply; item; withdraw; item; two rows change places; item; a row changes; a row changes; item; a jump; item; archive; continue; reply; item; a poll meanwhile 20; bogus rows 46; withdraw',
  ],
  [[HALF], 'an answer breaks off; item; post 7; reply; a jump; bogus rows 22; poll; post 21'],
  [[WRAP], 'item; poll; archive; item; bogus rows; a poll meanwhile; a bogus row 22'],
  [[0, 1, WRAP, HALF], 'item; a jump; poll; withdraw; a jump; item; the edit log fails'],
  [
    [0, 1, WRAP, HALF],
    'two rows change places; poll; restart; item; a row less; item; a poll is cut off 17; the row again',
  ],
  [[HALF], 'a jump; an answer is nonsense 2; item; the edit log fails; item; a jump; motd; bogus rows 2'],
  [[WRAP], 'motd; a poll meanwhile; a jump; bogus rows; item; the edit log fails; a jump 3; item'],
  [[WRAP], 'item; a poll meanwhile; item; jump 17; a bogus row 40; item; a jump 3; item; the edit log fails'],
];

export function storyOf(steps: string): Story {
  return steps.split('; ').map((step) => {
    const [, name = step, pick = '0'] = /^(.*?)(?: (\d+))?$/.exec(step) ?? [];
    return [name, Number(pick)];
  });
}
