import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { defaultLimits } from '../../src/nntp/limits.ts';
import { sessionWith } from '../support/front-end.ts';
import { LargeGroup } from '../support/large-group.ts';
import { MemoryBackend } from '../support/memory-backend.ts';

const large = new LargeGroup('large', 1_000_000);

class LargeBackend extends MemoryBackend {
  override newsgroup() {
    return large;
  }
}

/** How many pieces of overviews each of so many clients has made for it that reads none of them. */
async function piecesEach(clients: number, limits: Partial<typeof defaultLimits>): Promise<number> {
  const before = large.pieces;
  const streams = Array.from({ length: clients }, () =>
    sessionWith(new LargeBackend(), { ...defaultLimits, ...limits }),
  );
  for (const stream of streams) stream.write('GROUP large\r\nOVER 1-\r\n');
  let made = -1;
  for (let still = 0; still < 20; still = large.pieces === made ? still + 1 : 0) {
    made = large.pieces;
    await nextRound();
  }
  for (const stream of streams) stream.destroy();
  return (large.pieces - before) / clients;
}

test('what waits for clients that do not read is bounded for each, and for all together', async () => {
  const alone = await piecesEach(1, {});
  // Pieces of 36 KB, of which 256 KiB may wait.
  expect(alone).toBeGreaterThan(3);
  expect(alone).toBeLessThan(20);
  expect(await piecesEach(50, {})).toBeLessThan(2 * alone);
  expect(await piecesEach(50, { unsentInAll: 1024 * 1024 })).toBeLessThan(alone / 2);
});
