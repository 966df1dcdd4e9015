import assert from 'node:assert/strict';
import { Wildmat } from '../../../src/nntp/syntax/wildmat.ts';
import type { ParserTarget } from '../target.ts';

/** The longest that fits a command line. */
const LONGEST = 497;

/** RFC 3977 §4, decided the slow and obvious way. */
function matches(pattern: readonly string[], text: readonly string[]): boolean {
  let reached = new Set([0]);
  const closed = (states: Set<number>) => {
    for (const state of states) if (pattern[state] === '*') states.add(state + 1);
    return states;
  };
  closed(reached);
  for (const character of text) {
    const next = new Set<number>();
    for (const state of reached) {
      if (pattern[state] === '*') next.add(state);
      else if (pattern[state] === '?' || pattern[state] === character) next.add(state + 1);
    }
    reached = closed(next);
  }
  return reached.has(pattern.length);
}

function expected(wildmat: string, text: string): boolean {
  const last = wildmat.split(',').findLast((pattern) => matches([...pattern.replace(/^!/, '')], [...text]));
  return last !== undefined && !last.startsWith('!');
}

/** A wildmat, a line end, and a text to match. */
export const nntpWildmat: ParserTarget = {
  name: 'nntp-wildmat',
  seeds: () => [
    '*\na.b',
    'groggs.*,!*.edits\ngroggs.gossip',
    'a?c\nabc',
    '*é*\ncafé',
    `${'*a'.repeat(200)}\n${'a'.repeat(99)}`,
  ],
  words: ['*', '?', '!', ',', 'a', '**', '?*', '*,!*'],
  maxOctets: 1000,
  generate(random) {
    const pieces = ['*', '?', 'a', 'b', '.', 'é', ',', ',!'] as const;
    const pattern = random.some(1, 20, () => random.pick(pieces)).join('');
    return `${pattern}\n${random.some(0, 12, () => random.pick(['a', 'b', '.', 'é'])).join('')}`;
  },
  run(input) {
    const [pattern = '', text = ''] = input.toString('utf8').split('\n');
    if (pattern.length > LONGEST) return;
    const wildmat = Wildmat.parse(pattern);
    const valid = pattern.split(',').every((part) => /^!?[^!\\[\]]+$/s.test(part));
    // More than RFC 3977 asks may be refused where it is too much; what is accepted must be right.
    if (wildmat === undefined) return;
    assert(valid, 'a wildmat that is none');
    if (pattern.length * text.length < 20_000) assert.equal(wildmat.matches(text), expected(pattern, text));
    else wildmat.matches(text);
  },
};
