import assert from 'node:assert/strict';
import { formatDiff, type Hunk, hunksBetween } from '../../../src/board/unified-diff.ts';
import { type Octets, octetsFrom } from '../../../src/wire/octets.ts';
import { linesFrom } from '../seeds.ts';
import type { ParserTarget } from '../target.ts';

/** Two texts, parted by a line `=`: what changed between them. */
export const unifiedDiff: ParserTarget = {
  name: 'unified-diff',
  seeds: () => ['a\nb\nc\n=\na\nx\nc\n', '=\nnew\n', 'old\n=\n', `${'a\n'.repeat(50)}=\n${'b\n'.repeat(50)}`],
  words: ['=\n', 'a\n', 'b\n', '\n\n'],
  // An editor may replace an item of 80,000 octets by another.
  maxOctets: 160_000,
  generate: (random) => {
    const lines = (most: number) => random.some(0, most, () => `${random.below(50)}\n`).join('');
    const most = random.oneIn(20) ? 8000 : 60;
    return `${lines(most)}=\n${lines(most)}`;
  },
  run(input) {
    const [first = '', ...rest] = input.toString('latin1').split(/^=\n/m);
    const sides = [first, rest.join('')].map((side) => linesFrom(octetsFrom(Buffer.from(side, 'latin1'))));
    const [before = [], after = []] = sides;
    const hunks = hunksBetween(before, after);
    check(before, after, hunks);
    const label = octetsFrom(Buffer.from('x'));
    assert.equal(formatDiff({ before: label, after: label }, hunks) === '', hunks.length === 0);
  },
};

/** The hunks, and the lines between them, are all of both files. (In loops: what a check allocates counts, too.) */
function check(before: readonly Octets[], after: readonly Octets[], hunks: readonly Hunk[]): void {
  let [old, present] = [0, 0];
  const common = (to: number) => {
    while (old < to) assert(before[old++] === after[present++]);
  };
  for (const { oldStart, newStart, lines } of hunks) {
    common(oldStart - 1);
    assert.equal(present, newStart - 1);
    for (const { sign, line } of lines) {
      if (sign !== '+') assert(before[old++] === line);
      if (sign !== '-') assert(after[present++] === line);
    }
  }
  common(before.length);
  assert.equal(present, after.length);
}
