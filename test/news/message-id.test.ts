import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DerivedId,
  formatDerivedId,
  isMessageId,
  isMessageIdDomain,
  parseDerivedId,
} from '../../src/news/message-id.ts';

const domain = 'rgtp.example.org';

describe('derived Message-IDs', () => {
  test.each<[DerivedId, string]>([
    [{ kind: 'post', itemId: 'A1240111', sequence: 42, epoch: 1 }, '<A1240111.0000002A@rgtp.example.org>'],
    [{ kind: 'post', itemId: 'A1240111', sequence: 0xffffffff, epoch: 3 }, '<A1240111.FFFFFFFF.e3@rgtp.example.org>'],
    [{ kind: 'edit', itemId: 'A1240111', sequence: 43, epoch: 1 }, '<A1240111.0000002B.edit@rgtp.example.org>'],
    [{ kind: 'edit', itemId: 'A1240111', sequence: 43, epoch: 2 }, '<A1240111.0000002B.edit.e2@rgtp.example.org>'],
    [
      { kind: 'withdrawal', itemId: 'A1240111', sequence: 44, epoch: 1 },
      '<A1240111.0000002C.withdrawn@rgtp.example.org>',
    ],
    [{ kind: 'motd', sequence: 1, epoch: 1 }, '<motd.00000001@rgtp.example.org>'],
    [{ kind: 'index-edit', sequence: 2, epoch: 1 }, '<index.00000002@rgtp.example.org>'],
  ])('%j', (id, text) => {
    expect(formatDerivedId(id, domain)).toBe(text);
    expect(parseDerivedId(text, domain)).toEqual(id);
    expect(isMessageId(text)).toBe(true);
  });

  test.each([
    '<A1240111.0000002A@elsewhere.example>',
    '<A1240111.0000002a@rgtp.example.org>',
    '<A1240111.0000002A.e1@rgtp.example.org>',
    '<A1240111.0000002A.e0@rgtp.example.org>',
    '<A124011.0000002A@rgtp.example.org>',
    '<motd.00000001.edit@rgtp.example.org>',
    '<A1240111.0000002A@rgtp.example.org> ',
    'A1240111.0000002A@rgtp.example.org',
    '<index.00000002.e70000000@rgtp.example.org>',
    '',
  ])('%j names nothing', (text) => expect(parseDerivedId(text, domain)).toBeUndefined());

  test('what is parsed is what was formatted', () => {
    const part = fc.constantFrom(
      '<',
      '>',
      '@',
      '.',
      'e',
      '2',
      'A1240111',
      '0000002A',
      'edit',
      'motd',
      'index',
      'withdrawn',
      domain,
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const id = parseDerivedId(text, domain);
        if (id !== undefined) expect(formatDerivedId(id, domain)).toBe(text);
      }),
    );
  });
});

describe('isMessageId', () => {
  test.each([
    ['<a@b>', true],
    ['<a.b$c@[127.0.0.1]>', true],
    ['<a@b.c>', true],
    ['a@b', false],
    ['<a>', false],
    ['<a@b@c>', false],
    ['<a..b@c>', false],
    ['<a b@c>', false],
    ['<"a"@c>', false],
    ['<é@c>', false],
    ['<a@b>\r\nX: y', false],
    [`<${'a'.repeat(246)}@b>`, true],
    [`<${'a'.repeat(247)}@b>`, false],
  ])('%j: %j', (text, expected) => expect(isMessageId(text)).toBe(expected));
});

test.each([
  ['a.b-c.example', true],
  ['groggs.a+b.invalid', true],
  ['a b', false],
  ['a>', false],
  ['a'.repeat(300), false],
])('isMessageIdDomain(%j): %j', (domain, expected) => expect(isMessageIdDomain(domain)).toBe(expected));
