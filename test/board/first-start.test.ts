import { expect, test, vi } from 'vitest';
import { firstStart } from '../../src/board/first-start.ts';
import { BoardStore } from '../../src/board/store.ts';

// Two commits that are requested together may become two transactions: a slow machine's do, and a power cut between them
// leaves a board without its item.
test('what a first start makes is one commit', async () => {
  const store = BoardStore.open(':memory:');
  const commit = vi.spyOn(store, 'commit');
  await firstStart(store, 'read');
  expect(commit).toHaveBeenCalledTimes(1);
  expect(store.state.motd).toBeDefined();
  expect([...store.items.all()]).toHaveLength(1);
  expect(store.state.nextSequence).toBe(3);
  await store.close();
});
