import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Progress } from '../../src/cli/progress.ts';

function terminal(isTTY: boolean) {
  let text = '';
  const stream = Object.assign(
    new Writable({
      write(chunk, _, done) {
        text += String(chunk);
        done();
      },
    }),
    { isTTY },
  );
  // Only `write` and `isTTY` of a terminal are used.
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}

describe('progress', () => {
  it('is a bar that is drawn over on a terminal, at most ten times a second', () => {
    let now = 0;
    const { stream, text } = terminal(true);
    const progress = new Progress({ stream, now: () => now });
    for (let done = 0; done <= 100; done++, now += 10) progress.show('items', done, 100);
    progress.end();
    expect(text().split('\r')).toHaveLength(12);
    expect(text()).toContain(`items        ${'█'.repeat(15)}${'░'.repeat(15)} 50 of 100 (50 %)`);
    expect(text()).toMatch(/100 of 100 \(100 %\)\n$/);
  });

  it('is a line every five seconds elsewhere, and one at each end', () => {
    let now = 0;
    const { stream, text } = terminal(false);
    const progress = new Progress({ stream, now: () => now });
    for (let done = 0; done <= 100; done++, now += 100) progress.show('items', done, 100);
    progress.show('motd', 0, 0);
    progress.end();
    expect(text()).toBe('items: 0 of 100 (0 %)\nitems: 50 of 100 (50 %)\nitems: 100 of 100 (100 %)\nmotd: 0\n');
  });
});
