import { describe, expect, test } from 'vitest';
import { Doubts } from '../../../src/bridge/mirror/evidence.ts';

/** Rows from 5000 on, far above the board's own, which are up to 10. */
const far = (highest: number) => ({ below: 10, lowest: 5000, highest, rows: [0, 1] });

/** What comes of polls that see these highest rows, each with the number of the editors' last change of the index. */
async function weighed(logged: boolean, ...polls: readonly (readonly [highest: number, lastIndexEdit?: number])[]) {
  const doubts = new Doubts();
  const confirmed: boolean[] = [];
  for (const [highest, lastIndexEdit] of polls) {
    confirmed.push(await doubts.weigh(far(highest), lastIndexEdit, logged, async ({ lowest }) => [lowest]));
  }
  return confirmed;
}

describe('rows far above the others', () => {
  test('are worth another reading where no editor has changed the index', async () => {
    expect(await weighed(true, [5001])).toEqual([true]);
  });

  test('… or changed it before the rows that are surely the board’s', async () => {
    expect(await weighed(true, [5001, 9])).toEqual([true]);
  });

  test('wait for something posted above them where an editor may have made them up', async () => {
    expect(await weighed(true, [5001, 20])).toEqual([false]);
    expect(await weighed(true, [5001, 20], [5001, 20])).toEqual([false, false]);
    expect(await weighed(true, [5001, 20], [5002, 20])).toEqual([false, true]);
  });

  test('… and that not by another change of the index', async () => {
    expect(await weighed(true, [5001, 20], [5002, 21])).toEqual([false, false]);
  });

  test('wait for it, too, where no edit log tells', async () => {
    expect(await weighed(false, [5001])).toEqual([false]);
    expect(await weighed(false, [5001], [5002])).toEqual([false, true]);
  });

  test('are weighed again once the edit log can be read', async () => {
    const doubts = new Doubts();
    const weigh = (logged: boolean) => doubts.weigh(far(5001), undefined, logged, async () => [5000]);
    expect([await weigh(false), await weigh(true), await weigh(true)]).toEqual([false, true, false]);
  });

  test('are looked at again where the board could not be asked', async () => {
    for (const steps of [[[5001]], [[5001], [5002]]] as const) {
      const doubts = new Doubts();
      const logged = steps.length === 1;
      const [last] = steps.at(-1) ?? expect.fail();
      for (const [highest] of steps.slice(0, -1))
        await doubts.weigh(far(highest), undefined, logged, async () => [5000]);
      const failing = () => Promise.reject(new Error('nonsense'));
      await expect(doubts.weigh(far(last), undefined, logged, failing)).rejects.toThrow('nonsense');
      expect(await doubts.weigh(far(last), undefined, logged, async () => [5000])).toBe(true);
    }
  });

  test('are believed with those before them only where no editor has changed the index since', async () => {
    for (const [edited, believed] of [
      [undefined, [5000, 7000]],
      [6000, [7000]],
    ] as const) {
      const doubts = new Doubts();
      await doubts.weigh(far(7001), edited, true, async () => [5000, 7000]);
      expect([...doubts.believable]).toEqual(believed);
    }
  });

  test('are not believed where the board shows nothing but the rows', async () => {
    const doubts = new Doubts();
    expect(await doubts.weigh(far(5001), undefined, true, async () => [])).toBe(false);
    expect(doubts.believable.size).toBe(0);
  });
});
