import { expect, test } from 'vitest';
import { groggsLimits } from '../../../src/news/posting/board-limits.ts';
import { boardGrogname, boardLines, boardSubject, sizeOf } from '../../../src/news/posting/board-text.ts';
import { unfoldFlowed } from '../../../src/news/posting/flowed.ts';
import { sameSubject, topicOf, withoutRe } from '../../../src/news/posting/subject.ts';
import { visibleLines } from '../../../src/news/posting/text-lines.ts';
import { decode } from '../../../src/wire/charset.ts';
import { latin1 } from '../../../src/wire/octets.ts';
import { plain, textOf } from './lines.ts';

const x = (count: number) => 'x'.repeat(count);

test.each([
  { what: 'joins lines that end in a blank', lines: ['one ', 'two ', 'three', 'four'], out: ['one two three', 'four'] },
  { what: 'keeps empty lines', lines: ['a', '', 'b '], out: ['a', '', 'b '] },
  {
    what: 'takes the stuffing off',
    lines: [' From me', ' > no quote', '  indented'],
    out: ['From me', '> no quote', ' indented'],
  },
  {
    what: 'joins quotes of one depth',
    lines: ['> one ', '> two', '>> deep ', '> x'],
    out: ['> one two', '>> deep ', '> x'],
  },
  { what: 'reads quotes without blanks', lines: ['>>a ', '>>b', '>'], out: ['>> a b', '>'] },
  { what: 'keeps the signature separator apart', lines: ['text ', '-- ', 'Alice '], out: ['text ', '-- ', 'Alice '] },
])('flowed: $what', ({ lines, out }) => {
  expect(textOf(unfoldFlowed(lines, false))).toEqual(out);
});

test('text for the board: white space, controls, carets, dots, fake headers', () => {
  const text = [
    '',
    ' ',
    'From nobody at all',
    'Reply from Nobody (x@y) at 12.00 on Mon 01 Jan',
    '^caret',
    '.dot',
    'one\x85two\vthree\u2028four\ttab\f\x92 \t',
    '-- ',
    'Alice',
    '',
  ];
  expect(boardLines(visibleLines(plain(text)), 'auto', groggsLimits, 'reply')).toEqual([
    'From nobody at all',
    'Reply from Nobody (x@y) at 12.00 on Mon 01 Jan',
    '^caret',
    '.dot',
    'one',
    'two',
    'three',
    'four\ttab\f\xe2\x80\x99',
    '--',
    'Alice',
  ]);
});

test('what a board cannot carry is refused with the numbers', () => {
  const lines = (count: number, line = x(79)) => Array<string>(count).fill(line);
  const fits = boardLines(plain([...lines(37), x(39)]), 'auto', groggsLimits, 'reply');
  expect(sizeOf(fits)).toBe(3000);
  expect(() => boardLines(plain([...lines(37), x(40)]), 'auto', groggsLimits, 'reply')).toThrow(
    'the text is 3001 octets long; the board takes 3000 in a reply',
  );
  // the board stores a doubled caret
  expect(() => boardLines(plain([...lines(37), `^${x(38)}`]), 'auto', groggsLimits, 'reply')).toThrow('3001 octets');
  expect(boardLines(plain(lines(87)), 'auto', groggsLimits, 'contribution')).toHaveLength(87);
  expect(() => boardLines(plain(lines(88)), 'auto', groggsLimits, 'contribution')).toThrow(
    'takes 7000 in a contribution',
  );
  expect(() => boardLines(plain(['', '  ', '\u200b']), 'auto', groggsLimits, 'reply')).toThrow(
    'the article has no text',
  );
});

test('on a Latin-1 board text is spelled as it can be, as a whole', () => {
  expect(boardLines(plain(['“Déjà vu” – 5 €…']), 'latin1', groggsLimits, 'reply')).toEqual([
    '"D\xe9j\xe0 vu" - 5 EUR...',
  ]);
  const mixed = boardLines(plain(['café', '☃']), 'auto', groggsLimits, 'reply');
  expect(decode(latin1(mixed.join('\n')), 'auto')).toBe('café\n☃');
});

test('subjects and grognames', () => {
  expect(boardSubject('  two   blanks ', 'auto', groggsLimits)).toBe('two blanks');
  expect(boardSubject(x(71), 'auto', groggsLimits)).toBe(x(71));
  expect(() => boardSubject(x(72), 'auto', groggsLimits)).toThrow('is 72 octets long; the board takes 71');
  expect(boardSubject(`New topic (was: ${x(70)})`, 'auto', groggsLimits)).toBe('New topic');
  expect(() => boardSubject('', 'auto', groggsLimits)).toThrow('Subject: is empty');
  expect(() => boardSubject('☃', 'latin1', groggsLimits)).toThrow('Subject: the character "☃" (U+2603)');
  expect(boardGrogname('Jürgen', 'latin1', groggsLimits)).toBe('J\xfcrgen');
  expect(boardGrogname('', 'auto', groggsLimits)).toBe('');
  expect(() => boardGrogname(x(76), 'auto', groggsLimits)).toThrow('From: ');
});

test('Re: in its spellings', () => {
  expect(withoutRe('Re: RE: Re[2]: re^3:  topic')).toBe('topic');
  expect(withoutRe('Re: SV: open day')).toBe('SV: open day');
  expect(topicOf('Re: RE: Re[2]: re^3:  AW: Sv : topic')).toBe('topic');
  expect(withoutRe('Reply: topic')).toBe('Reply: topic');
  expect(sameSubject('Re: a  b', 'a b')).toBe(true);
  expect(sameSubject('Re: a', 'b')).toBe(false);
});
