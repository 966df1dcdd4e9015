import { expect, test } from 'vitest';
import { openFedPlaces } from '../../src/server/fed-places.ts';
import type { Fed } from '../../src/store/permanent-records.ts';
import { silent } from '../../src/wire/log.ts';

test('who begins to feed goes on where the other was', async () => {
  const kept: Fed[] = [];
  let turn: number | 'elsewhere' = 'elsewhere';
  const store = {
    fed: async () => [...kept],
    putFed: async (place: Fed) => void kept.push(place),
    shared: { turn: () => turn, pass: () => {} },
  };
  const places = await openFedPlaces(store, silent);
  expect(await places.turn('peer')).toBe('elsewhere');
  expect(places.get('peer', 'a.b')).toBeUndefined();

  const there: Fed = { peer: 'peer', newsgroup: 'a.b', first: 1, number: 7 };
  kept.push(there);
  turn = 1;
  expect(await places.turn('peer')).toBe(1);
  expect(places.get('peer', 'a.b')).toMatchObject({ number: 7 });

  // It passes, another goes on, and it begins again.
  turn = 'elsewhere';
  expect(await places.turn('peer')).toBe('elsewhere');
  kept.push({ ...there, number: 9 });
  turn = 2;
  expect(await places.turn('peer')).toBe(2);
  expect(places.get('peer', 'a.b')).toMatchObject({ number: 9 });
});

test('a turn that ends while the places are read has not begun', async () => {
  let turn: number | 'elsewhere' = 1;
  let reads = 0;
  const store = {
    async fed() {
      if (++reads === 2) turn = 'elsewhere';
      return [];
    },
    putFed: async () => {},
    shared: { turn: () => turn, pass: () => {} },
  };
  const places = await openFedPlaces(store, silent);
  expect(await places.turn('peer')).toBeUndefined();
});
