import assert from 'node:assert/strict';
import { diffLines, formatDiff, hunksOf } from '../../../src/board/unified-diff.ts';
import { octetsFrom } from '../../../src/wire/octets.ts';
import { linesFrom } from '../seeds.ts';
import type { ParserTarget } from '../target.ts';

/** Two texts, parted by a line `=`: what changed between them. */
export const unifiedDiff: ParserTarget = {
  name: 'unified-diff',
  seeds: () => ['a\nb\nc\n=\na\nx\nc\n', '=\nnew\n', 'old\n=\n', `${'a\n'.repeat(50)}=\n${'b\n'.repeat(50)}`],
  words: ['=\n', 'a\n', 'b\n', '\n\n'],
  // An edit may make an item 64 KiB larger than it was.
  maxOctets: 80_000,
  generate: (random) => {
    const lines = (most: number) => random.some(0, most, () => `${random.below(50)}\n`).join('');
    const most = random.oneIn(20) ? 8000 : 60;
    return `${lines(most)}=\n${lines(most)}`;
  },
  run(input) {
    const [first = '', ...rest] = input.toString('latin1').split(/^=\n/m);
    const sides = [first, rest.join('')].map((side) => linesFrom(octetsFrom(Buffer.from(side, 'latin1'))));
    const [before = [], after = []] = sides;
    const lines = diffLines(before, after);
    assert.deepEqual(
      lines.filter(({ sign }) => sign !== '+').map(({ line }) => line),
      before,
    );
    assert.deepEqual(
      lines.filter(({ sign }) => sign !== '-').map(({ line }) => line),
      after,
    );
    const label = octetsFrom(Buffer.from('x'));
    const text = formatDiff({ before: label, after: label }, hunksOf(lines));
    assert.equal(
      text === '',
      lines.every(({ sign }) => sign === ' '),
    );
  },
};
