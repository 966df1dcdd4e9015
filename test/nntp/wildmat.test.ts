import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Wildmat } from '../../src/nntp/syntax/wildmat.ts';
import { octetsInUse } from '../support/memory.ts';

/** The obvious matcher, exponential as it may be: RFC 3977 §4.2 word by word. */
function reference(wildmat: string, text: string): boolean {
  const characters = Array.from(text);
  const matches = (pattern: readonly string[], from: number): boolean => {
    const [first, ...rest] = pattern;
    if (first === undefined) return from === characters.length;
    if (first === '*') return matches(rest, from) || (from < characters.length && matches(pattern, from + 1));
    return from < characters.length && (first === '?' || first === characters[from]) && matches(rest, from + 1);
  };
  return wildmat.split(',').reduce((decided, part) => {
    const negated = part.startsWith('!');
    return matches(Array.from(negated ? part.slice(1) : part), 0) ? !negated : decided;
  }, false);
}

/** RFC 3977 §4.2 and §4.4: wildmat, what it matches, what it does not */
const examples: readonly [string, readonly string[], readonly string[]][] = [
  ['a*,!*b,*c*', ['aaa', 'ccb'], ['abb', 'xxx']],
  ['abc', ['abc'], ['ab', 'abcd', '']],
  ['abc,def', ['abc', 'def'], ['abcdef', 'abc,def']],
  ['£', ['£'], ['Â£', '']],
  ['a*', ['a', 'abc'], ['ba']],
  ['a*b', ['ab', 'axb'], ['a', 'abc']],
  ['a*,*b', ['ax', 'xb'], ['xbx']],
  ['a*,!*b', ['ax'], ['ab']],
  ['a*,!*b,c*', ['ax', 'cb'], ['ab']],
  ['a*,c*,!*b', ['ax', 'cx'], ['ab', 'cb']],
  ['?a*', ['xa', '£a', '😀abc'], ['a', 'xxa']],
  ['??a*', ['xxa', '😀£a'], ['xa']],
  ['*a?', ['xa£', 'ax'], ['a', 'axx']],
  ['*a??', ['axx'], ['ax']],
  ['*', ['', 'x'], []],
  ['!a', [], ['a', 'b']],
];

test.each(examples)('RFC 3977 §4.4 %s', (wildmat, matched, others) => {
  for (const text of matched) expect(Wildmat.parse(wildmat)?.matches(text), text).toBe(true);
  for (const text of others) expect(Wildmat.parse(wildmat)?.matches(text), text).toBe(false);
});

test.each(['', ',', 'a,', ',a', 'a,,b', '!', 'a,!', 'a\\*', '[ab]', 'a]', 'a!b'])('no wildmat: "%s"', (text) => {
  expect(Wildmat.parse(text)).toBeUndefined();
});

test('agrees with the obvious matcher', () => {
  const letters = fc.constantFrom('a', 'b', '.', '-', '£', '😀');
  const text = fc.array(letters, { maxLength: 12 }).map((all) => all.join(''));
  const pattern = fc
    .array(fc.oneof(letters, fc.constantFrom('*', '?')), { minLength: 1, maxLength: 10 })
    .map((all) => all.join(''));
  const signed = fc.tuple(fc.boolean(), pattern).map(([negated, all]) => (negated ? `!${all}` : all));
  const wildmat = fc.array(signed, { minLength: 1, maxLength: 4 }).map((all) => all.join(','));
  fc.assert(
    fc.property(wildmat, text, (pattern, name) => {
      expect(Wildmat.parse(pattern)?.matches(name)).toBe(reference(pattern, name));
    }),
    { numRuns: 2000 },
  );
});

test('patterns of more tokens than a word has bits', () => {
  const unit = 'abcdefghij';
  for (const times of [3, 4, 6, 7, 13, 20]) {
    const text = unit.repeat(times);
    expect(Wildmat.parse(text)?.matches(text)).toBe(true);
    expect(Wildmat.parse(text)?.matches(`${text}x`)).toBe(false);
    expect(Wildmat.parse(text)?.matches(text.slice(1))).toBe(false);
    expect(Wildmat.parse(`*${text}?`)?.matches(`${text}${text}!`)).toBe(true);
    expect(Wildmat.parse(`${'?'.repeat(text.length)}*`)?.matches(text)).toBe(true);
    expect(Wildmat.parse(`${'?'.repeat(text.length)}?`)?.matches(text)).toBe(false);
  }
});

test('the cost is linear in the text, whatever the pattern', () => {
  // A matcher that backtracks would never finish.
  const text = 'a'.repeat(20_000);
  expect(Wildmat.parse(`${'*a'.repeat(200)}b`)?.matches(text)).toBe(false);
  expect(Wildmat.parse(`${'?*a'.repeat(150)}*b`)?.matches(text)).toBe(false);
  expect(Wildmat.parse(Array(240).fill('*b').join(','))?.matches(text.slice(0, 500))).toBe(false);
});

test('long patterns of few and of many different characters agree with the obvious matcher', () => {
  const letters = fc.constantFrom('a', 'b', 'c', 'é', '?');
  const rare = fc.integer({ min: 0x100, max: 0x2ff }).map((code) => String.fromCodePoint(code));
  const pattern = fc
    .array(fc.oneof({ weight: 9, arbitrary: letters }, rare), { minLength: 60, maxLength: 200 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(pattern, fc.nat(), (exact, at) => {
      const text = exact.replaceAll('?', 'x');
      const other = `${text.slice(0, at % text.length)}#${text.slice((at % text.length) + 1)}`;
      for (const wildmat of [exact, `*${exact}`, `zz,${exact},!q`]) {
        expect(Wildmat.parse(wildmat)?.matches(text)).toBe(true);
        expect(Wildmat.parse(wildmat)?.matches(other)).toBe(exact[at % text.length] === '?');
        expect(Wildmat.parse(wildmat)?.matches(text.slice(1))).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});

test('what a compiled wildmat takes is bounded by its length, and the same text is compiled once', () => {
  expect(Wildmat.parse('a'.repeat(1025))).toBeUndefined();
  const one = Wildmat.parse('groggs.*,!*.edits');
  expect(Wildmat.parse('groggs.*,!*.edits')).toBe(one);
  const different = Array.from({ length: 200 }, (_, n) =>
    Array.from({ length: 250 }, (_, m) => String.fromCodePoint(0x100 + 250 * n + m)).join(''),
  );
  const before = octetsInUse();
  const compiled = different.map((text) => Wildmat.parse(text));
  const each = (octetsInUse() - before) / compiled.length;
  expect(compiled.every((wildmat) => wildmat !== undefined)).toBe(true);
  expect(each).toBeLessThan(8 * 1024);
});
