import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeWords } from '../../src/news/encoded-word.ts';
import { formatMailbox } from '../../src/news/mailbox.ts';
import { stripControls } from '../../src/wire/charset.ts';
import { latin1 } from '../../src/wire/octets.ts';

const plain = { domain: 'rgtp.example.org', mask: false };
const masked = { domain: 'rgtp.example.org', mask: true };

describe('formatMailbox', () => {
  test.each([
    ['Finch', 'tw.finch42@maths.rgtp.test', 'Finch <tw.finch42@maths.rgtp.test>'],
    ['Finch', 'x9', 'Finch <x9@rgtp.example.org>'],
    ['', 'x9', 'x9@rgtp.example.org'],
    ['Kettle, Lord of the Hob', 'kk207@cam', '"Kettle, Lord of the Hob" <kk207@cam>'],
    ['.badger', 'bgr22@cam', '".badger" <bgr22@cam>'],
    ['X (victim@cam)', 'mq1@trin', '"X (victim@cam)" <mq1@trin>'],
    ['the "Quince" \\o/', 'mq1@trin', '"the \\"Quince\\" \\\\o/" <mq1@trin>'],
    ["Müller's Quince", 'mq1@trin', '=?UTF-8?Q?M=C3=BCller=27s_Quince?= <mq1@trin>'],
    ['a', 'two words@cam', 'a <"two words"@cam>'],
    ['a', 'x>, <y@z', 'a <"x>, <y"@z>'],
    ['a', 'é@cam', 'a <"%C3%A9"@cam>'],
    ['a', 'x@not a domain', 'a <"x@not a domain"@rgtp.example.org>'],
    ['a', '=?UTF-8?Q?b?=@cam', 'a <=%3FUTF-8?Q?b?=@cam>'],
    ['a', '@cam', 'a <nobody@cam>'],
    ['a', '', 'a <nobody@rgtp.example.org>'],
  ])('%j, %j', (name, userid, expected) => expect(formatMailbox(name, userid, plain)).toBe(expected));

  test.each([
    ['tw.finch42@maths.rgtp.test', 'tw.finch42@maths.rgtp.test.invalid'],
    ['x9', 'x9@rgtp.example.org.invalid'],
    ['x9@board.invalid', 'x9@board.invalid'],
  ])('masks %j', (userid, expected) => expect(formatMailbox('', userid, masked)).toBe(expected));

  test('any name and userid: one valid mailbox that fits a line, the name readable in it', () => {
    const text = fc.string({ unit: 'binary', maxLength: 75 }).map(stripControls);
    const atext = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
    const address = `(?:${atext}(?:\\.${atext})*|"(?:[ !#-[\\]-~]|\\\\[ -~])*")@${atext}(?:\\.${atext})*`;
    const mailbox = new RegExp(`^(?:${address}|(.*) <${address}>)$`);
    const phrase = new RegExp(`^(?:${atext}(?: ${atext})*|"(?:[ !#-[\\]-~]|\\\\[ -~])*")$`);
    fc.assert(
      fc.property(text, text, fc.constantFrom(plain, masked), (name, userid, style) => {
        const from = formatMailbox(name, userid, style);
        expect(from.length).toBeLessThanOrEqual(990);
        const match = mailbox.exec(from);
        expect(match).not.toBeNull();
        const display = match?.[1];
        if (display === undefined) return;
        expect(display).toMatch(phrase);
        const read = display.startsWith('"')
          ? display.slice(1, -1).replace(/\\(.)/g, '$1')
          : decodeWords(latin1(display));
        expect(name.toWellFormed().startsWith(read)).toBe(true);
        if (Buffer.byteLength(name) <= 200) expect(read).toBe(name.toWellFormed());
      }),
    );
  });
});
