import { expect, onTestFinished, test, vi } from 'vitest';
import { Publishing } from '../../../src/bridge/known/publishing.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';

const NOON = 1_000_000_000;

async function open() {
  const permanent = PermanentFile.open(':memory:');
  onTestFinished(() => permanent.close());
  return { permanent, publishing: await Publishing.load(permanent) };
}

test('a client is told the time once it is stored, for a while ahead', async () => {
  const { permanent, publishing } = await open();
  const asked = publishing.asked(NOON * 1000);
  const another = publishing.asked(NOON * 1000 + 1);
  expect([asked, another]).toEqual([expect.any(Promise), expect.any(Promise)]);
  expect(await another).toBe(NOON);
  const { marks } = await permanent.published();
  expect(marks).toEqual([{ place: 'clock', low: 0, high: NOON + 60 }]);
  // … so that the next ones need not wait.
  expect(publishing.asked((NOON + 60) * 1000)).toBe(NOON + 60);
  expect(publishing.asked((NOON + 61) * 1000)).toBeInstanceOf(Promise);
});

test('where it can’t be stored, it is told all the same, and the next second tries again', async () => {
  const { permanent, publishing } = await open();
  const raise = vi.spyOn(permanent, 'raiseMarks').mockRejectedValue(new Error('the disk is full'));
  expect(await publishing.asked(NOON * 1000)).toBe(NOON);
  expect(publishing.asked(NOON * 1000)).toBe(NOON);
  expect(await publishing.asked((NOON + 1) * 1000)).toBe(NOON + 1);
  expect(raise).toHaveBeenCalledTimes(2);
});

test('nobody waits long for a store that does not answer', async () => {
  const { permanent, publishing } = await open();
  vi.spyOn(permanent, 'raiseMarks').mockReturnValue(new Promise(() => {}));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const told: number[] = [];
  void Promise.resolve(publishing.asked(NOON * 1000)).then((time) => told.push(time));
  await vi.advanceTimersByTimeAsync(3000);
  await new Promise(setImmediate);
  expect(told).toEqual([NOON]);
});
