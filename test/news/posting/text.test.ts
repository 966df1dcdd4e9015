import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boardGrogname, boardLines, boardSubject, groggsLimits, sizeOf } from '../../../src/news/posting/board-text.ts';
import { unfoldFlowed } from '../../../src/news/posting/flowed.ts';
import { sameSubject, withoutRe } from '../../../src/news/posting/subject.ts';
import { wrapLine } from '../../../src/news/posting/wrap.ts';
import { decode } from '../../../src/wire/charset.ts';
import { latin1 } from '../../../src/wire/octets.ts';

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
  expect(unfoldFlowed(lines, false)).toEqual(out);
});

test.each([
  { line: x(80), out: [x(80)] },
  { line: `${x(79)} word`, out: [x(79), 'word'] },
  { line: `${x(80)} word`, out: [x(80), 'word'] },
  { line: `${x(40)} ${x(40)} ${x(30)}`, out: [x(40), `${x(40)} ${x(30)}`] },
  { line: x(170), out: [x(80), x(80), x(10)] },
  { line: `> ${x(50)} ${x(50)}`, out: [`> ${x(50)}`, `> ${x(50)}`] },
  { line: `>> > ${x(50)} ${x(50)}`, out: [`>> > ${x(50)}`, `>> > ${x(50)}`] },
  { line: `${x(60)}\t${x(60)}`, out: [x(60), x(60)] },
])('wraps $line', ({ line, out }) => {
  expect(wrapLine(latin1(line), 80)).toEqual(out);
});

test('wrapping loses nothing but blanks, breaks no character, and ends', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '>', 'é', '☃', '😀', '\t'), maxLength: 400 }), (text) => {
      const octets = Buffer.from(text).toString('latin1');
      const lines = wrapLine(latin1(octets), 80);
      for (const line of lines) {
        expect(line.length).toBeLessThanOrEqual(80);
        expect(Buffer.from(line, 'latin1').toString('utf8')).not.toContain('\ufffd');
      }
      const bare = (s: string) => s.replace(/[ \t>]/g, '');
      expect(bare(lines.join(''))).toBe(bare(octets));
    }),
  );
});

test('text for the board: white space, controls, carets, dots, fake headers', () => {
  const text = [
    '',
    ' ',
    'From nobody at all',
    'Reply from Nobody (x@y) at 12.00 on Mon 01 Jan',
    '^caret',
    '.dot',
    'bell\x07 esc\x1b[1m nul\0 c1\x85\ttab \t',
    '-- ',
    'Alice',
    '',
  ];
  expect(boardLines(text, 'auto', groggsLimits, 'reply')).toEqual([
    'From nobody at all',
    'Reply from Nobody (x@y) at 12.00 on Mon 01 Jan',
    '^caret',
    '.dot',
    'bell esc[1m nul c1\ttab',
    '--',
    'Alice',
  ]);
});

test('what a board can not carry is refused with the numbers', () => {
  const lines = (count: number, line = x(79)) => Array<string>(count).fill(line);
  const fits = boardLines([...lines(37), x(39)], 'auto', groggsLimits, 'reply');
  expect(sizeOf(fits)).toBe(3000);
  expect(() => boardLines([...lines(37), x(40)], 'auto', groggsLimits, 'reply')).toThrow(
    'the text is 3001 octets long, the board takes 3000 in a reply',
  );
  // the board stores a doubled caret
  expect(() => boardLines([...lines(37), `^${x(38)}`], 'auto', groggsLimits, 'reply')).toThrow('3001 octets');
  expect(boardLines(lines(87), 'auto', groggsLimits, 'contribution')).toHaveLength(87);
  expect(() => boardLines(lines(88), 'auto', groggsLimits, 'contribution')).toThrow('takes 7000 in a contribution');
  expect(() => boardLines(['', '  ', '\x07'], 'auto', groggsLimits, 'reply')).toThrow('the article has no text');
});

test('on a Latin-1 board text is spelled as it can be, as a whole', () => {
  expect(boardLines(['“Déjà vu” – 5 €…'], 'latin1', groggsLimits, 'reply')).toEqual(['"D\xe9j\xe0 vu" - 5 EUR...']);
  const mixed = boardLines(['café', '☃'], 'auto', groggsLimits, 'reply');
  expect(decode(latin1(mixed.join('\n')), 'auto')).toBe('café\n☃');
});

test('subjects and grognames', () => {
  expect(boardSubject('  two   blanks ', 'auto', groggsLimits)).toBe('two blanks');
  expect(boardSubject(x(71), 'auto', groggsLimits)).toBe(x(71));
  expect(() => boardSubject(x(72), 'auto', groggsLimits)).toThrow('is 72 octets long, the board takes 71');
  expect(boardSubject(`New topic (was: ${x(70)})`, 'auto', groggsLimits)).toBe('New topic');
  expect(() => boardSubject('', 'auto', groggsLimits)).toThrow('Subject: is empty');
  expect(() => boardSubject('☃', 'latin1', groggsLimits)).toThrow('Subject: the character "☃" (U+2603)');
  expect(boardGrogname('Jürgen', 'latin1', groggsLimits)).toBe('J\xfcrgen');
  expect(boardGrogname('', 'auto', groggsLimits)).toBe('');
  expect(() => boardGrogname(x(76), 'auto', groggsLimits)).toThrow('From: ');
});

test('Re: in its spellings', () => {
  expect(withoutRe('Re: RE: Re[2]: re^3:  AW: Sv : topic')).toBe('topic');
  expect(withoutRe('Reply: topic')).toBe('Reply: topic');
  expect(sameSubject('Re: a  b', 'a b')).toBe(true);
  expect(sameSubject('Re: a', 'b')).toBe(false);
});
