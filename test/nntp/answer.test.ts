import { expect, test } from 'vitest';
import type { Located, Newsgroup } from '../../src/nntp/backend.ts';
import { linePieces } from '../../src/nntp/syntax/answer.ts';
import { collect, sessionWith } from '../support/front-end.ts';
import { LargeGroup } from '../support/large-group.ts';
import { MemoryBackend } from '../support/memory-backend.ts';
import { pieces, roundsOf, stepByStep } from '../support/turns.ts';

test('a long answer comes in pieces of some 32 KiB, and is complete', () => {
  const lines = Array.from({ length: 20_000 }, (_, n) => `line ${n}`);
  const made = [...linePieces(lines)];
  expect(Buffer.concat(made).toString()).toBe(`${lines.join('\r\n')}\r\n`);
  for (const { length } of made) expect(length).toBeLessThan(33 * 1024);
});

test('others get their turn while lines are looked for, also where none is found', () => {
  stepByStep();
  function* nothing(): Generator<undefined> {
    for (let row = 0; row < 100_000; row++) yield undefined;
  }
  expect(pieces(linePieces(nothing())).count).toBeGreaterThan(1000);
});

/** Everything in it is told as an article of another newsgroup, which has none. */
class CrossPosted extends MemoryBackend {
  readonly all = new LargeGroup('all', 2000);
  readonly none = new LargeGroup('none', 0);

  override newsgroups(): readonly Newsgroup[] {
    return [this.all, this.none];
  }

  override newsgroup(name: string): Newsgroup | undefined {
    return name === 'all' ? this.all : this.none;
  }

  override find(): Located {
    return { group: this.none, number: 1 };
  }
}

test('NEWNEWS gives others their turn while it finds nothing', async () => {
  stepByStep();
  const stream = sessionWith(new CrossPosted());
  stream.end('NEWNEWS * 19990101 000000 GMT\r\nQUIT\r\n');
  const answer = collect(stream);
  expect(await roundsOf(answer)).toBeGreaterThan(50);
  expect(await answer).toMatch(/^20\d .*\r\n230 .*\r\n\.\r\n205 /);
});
