import assert from 'node:assert/strict';
import { diffing } from '../../../src/board/unified-diff.ts';
import { atOnce } from '../../../src/wire/fair-share.ts';
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
    const diff = atOnce(diffing(before, after));
    return () => check(before, after, diff);
  },
};

/** Applied as strictly as can be, it makes the new file of the old one. */
function check(before: readonly Octets[], after: readonly Octets[], diff: Octets): void {
  let [old, present] = [0, 0];
  const common = (to: number) => {
    while (old < to) assert(before[old++] === after[present++]);
  };
  for (const line of linesFrom(diff)) {
    const [, start, none] = /^@@ -(\d+)(,0)?/.exec(line) ?? [];
    if (start !== undefined) {
      common(none === undefined ? Number(start) - 1 : Number(start));
      continue;
    }
    if (!line.startsWith('+')) assert(before[old++] === line.slice(1));
    if (!line.startsWith('-')) assert(after[present++] === line.slice(1));
  }
  common(before.length);
  assert.equal(present, after.length);
}
