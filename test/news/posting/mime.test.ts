import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PostingError } from '../../../src/news/posting/error.ts';
import { splitEntity } from '../../../src/news/posting/fields.ts';
import { readText } from '../../../src/news/posting/mime.ts';
import { textOf } from './lines.ts';
import { article } from './recorded.ts';

const read = (lines: readonly string[], encoding?: BufferEncoding) =>
  textOf(readText(splitEntity(article(lines, encoding))));

test.each([
  { what: 'nothing declared', head: [], body: ['café'], text: ['café'] },
  { what: '8-bit without declaration', head: [], body: ['caf\xe9 \x93x\x94'], latin1: true, text: ['café “x”'] },
  {
    what: 'us-ascii with UTF-8 in it',
    head: ['Content-Type: text/plain; charset=us-ascii'],
    body: ['naïve'],
    text: ['naïve'],
  },
  {
    what: 'us-ascii with windows-1252 in it',
    head: ['Content-Type: text/plain; charset="US-ASCII"'],
    body: ['\x80 5'],
    latin1: true,
    text: ['€ 5'],
  },
  { what: 'utf8', head: ['Content-Type: TEXT/plain; Charset=utf8'], body: ['☃'], text: ['☃'] },
  {
    what: 'UTF-8 declared and Latin-1 sent',
    head: ['Content-Type: text/plain; charset=utf-8'],
    body: ['caf\xe9'],
    latin1: true,
    text: ['café'],
  },
  {
    what: 'ISO-8859-15',
    head: ['Content-Type: text/plain; charset=ISO-8859-15'],
    body: ['\xa4'],
    latin1: true,
    text: ['€'],
  },
  { what: 'KOI8-R', head: ['Content-Type: text/plain; charset=koi8-r'], body: ['\xf7'], latin1: true, text: ['В'] },
  {
    what: 'quoted-printable with soft line breaks, padding and stray equals signs',
    head: ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: Quoted-Printable'],
    body: ['caf=C3=A9 is=', ' one line  ', '1 =3D 1, a = b=20', '=E2=98=', '=83'],
    text: ['café is one line', '1 = 1, a = b ', '☃'],
  },
  {
    what: 'base64',
    head: ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64'],
    body: [Buffer.from('one\r\ntwö\n').toString('base64')],
    text: ['one', 'twö'],
  },
  {
    what: 'format=flowed with DelSp',
    head: ['Content-Type: text/plain; format=flowed; delsp=yes'],
    body: ['Donau ', 'dampf ', 'schiff', ' >not quoted'],
    text: ['Donaudampfschiff', '>not quoted'],
  },
  {
    what: 'multipart/alternative',
    head: ['Content-Type: multipart/alternative; boundary="a b"'],
    body: ['--a b', '', 'plain', '--a b', 'Content-Type: text/html', '', '<p>html', '--a b--', ''],
    text: ['plain'],
  },
  {
    what: 'multipart/alternative with the plain text last',
    head: ['Content-Type: multipart/alternative; boundary=b'],
    body: ['--b', 'Content-Type: text/html', '', '<p>html', '--b', 'Content-Type: text/plain', '', 'plain', '--b--'],
    text: ['plain'],
  },
  {
    what: 'mixed, alternative inside, and a footer',
    head: ['Content-Type: multipart/mixed; boundary=out'],
    body: [
      'This is a multi-part message in MIME format.',
      '--out',
      'Content-Type: multipart/alternative; boundary=out-in',
      '',
      '--out-in',
      '',
      'plain',
      '--out-in--',
      '--out',
      'Content-Disposition: inline',
      '',
      'footer',
      '--out--',
    ],
    text: ['plain', '', 'footer'],
  },
  {
    what: 'multipart/signed',
    head: ['Content-Type: multipart/signed; boundary=s; protocol="application/pgp-signature"'],
    body: ['--s', '', 'signed', '--s', 'Content-Type: application/pgp-signature', '', 'iQ', '--s--'],
    text: ['signed'],
  },
  {
    what: 'multipart/related around an alternative',
    head: ['Content-Type: multipart/related; boundary=r'],
    body: ['--r', 'Content-Type: multipart/alternative; boundary=a', '', '--a', '', 'plain', '--a--', '--r--'],
    text: ['plain'],
  },
  {
    what: 'a boundary never closed',
    head: ['Content-Type: multipart/mixed; boundary=x'],
    body: ['--x', '', 'to the end'],
    text: ['to the end'],
  },
  {
    what: 'a file name on the only part',
    head: ['Content-Disposition: attachment; filename=x'],
    body: ['t'],
    text: ['t'],
  },
])('$what', ({ head, body, text, latin1 }) => {
  expect(read([...head, '', ...body], latin1 ? 'latin1' : 'utf8')).toEqual(text);
});

test.each([
  {
    what: 'HTML',
    head: ['Content-Type: text/html'],
    body: [],
    reason: 'Content-Type: text/html only; the board takes plain text',
  },
  {
    what: 'alternatives of HTML only',
    head: ['Content-Type: multipart/alternative; boundary=b'],
    body: ['--b', 'Content-Type: text/html', '', '<p>', '--b--'],
    reason: 'Content-Type: text/html only',
  },
  {
    what: 'an image beside the text',
    head: ['Content-Type: multipart/mixed; boundary=b'],
    body: ['--b', '', 'text', '--b', 'Content-Type: image/png; name="cat.png"', '', 'x', '--b--'],
    reason: 'attachments can\'t be posted: image/png ("cat.png")',
  },
  {
    what: 'a text file beside the text',
    head: ['Content-Type: multipart/mixed; boundary=b'],
    body: ['--b', '', 'text', '--b', 'Content-Disposition: attachment; filename="n.txt"', '', 'x', '--b--'],
    reason: 'attachments can\'t be posted: text/plain ("n.txt")',
  },
  { what: 'an image', head: ['Content-Type: image/gif'], body: [], reason: "Content-Type: image/gif can't be posted" },
  { what: 'no boundary', head: ['Content-Type: multipart/mixed'], body: [], reason: 'without a boundary' },
  { what: 'no parts', head: ['Content-Type: multipart/mixed; boundary=b'], body: ['x'], reason: 'without parts' },
  {
    what: 'an unknown charset',
    head: ['Content-Type: text/plain; charset=klingon'],
    body: ['x'],
    reason: '"klingon" is not known',
  },
  {
    what: 'an unknown encoding',
    head: ['Content-Transfer-Encoding: x-uuencode'],
    body: ['x'],
    reason: '"x-uuencode" is not known',
  },
  {
    what: 'base64 that is none',
    head: ['Content-Transfer-Encoding: base64'],
    body: ['this is plain, really'],
    reason: 'the text is not base64',
  },
  {
    what: 'two Content-Types',
    head: ['Content-Type: text/plain', 'Content-Type: text/html'],
    body: [],
    reason: 'Content-Type: there are 2 of them',
  },
])('refused: $what', ({ head, body, reason }) => {
  expect(() => read([...head, '', ...body])).toThrow(PostingError);
  expect(() => read([...head, '', ...body])).toThrow(reason);
});

test('nesting and part counts are bounded', () => {
  const nested = (depth: number): string[] =>
    depth === 0
      ? ['', 'deep']
      : [`Content-Type: multipart/mixed; boundary=b${depth}`, '', `--b${depth}`, ...nested(depth - 1), `--b${depth}--`];
  expect(read(nested(8))).toEqual(['deep']);
  expect(() => read(nested(9))).toThrow('parts nested more than 8 deep');
  const many = (count: number) =>
    read(['Content-Type: multipart/mixed; boundary=b', '', ...Array(count).fill(['--b', '', 'x']).flat(), '--b--']);
  expect(many(99)).toHaveLength(99 * 2 - 1);
  expect(() => many(101)).toThrow('more than 100 parts');
});

test('base64 and quoted-printable give any octets back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ min: 0x20, minLength: 1, maxLength: 300 }), (octets) => {
      const text = Buffer.from(octets).toString('latin1').replaceAll('\x7f', 'x');
      // Never UTF-8, which it would be read as.
      const bytes = Buffer.from(`${text}\xff`, 'latin1');
      const base64 = bytes.toString('base64').replace(/(.{20})/g, '$1\r\n');
      const printable = [...bytes]
        .map((octet) => `=${octet.toString(16).padStart(2, '0')}`)
        .join('')
        .replace(/(.{30})/g, '$1=\r\n');
      const head = 'Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding:';
      const expected = [new TextDecoder('koi8-r').decode(bytes)];
      expect(textOf(readText(splitEntity(Buffer.from(`${head} base64\r\n\r\n${base64}\r\n`))))).toEqual(expected);
      expect(textOf(readText(splitEntity(Buffer.from(`${head} quoted-printable\r\n\r\n${printable}\r\n`))))).toEqual(
        expected,
      );
    }),
  );
});

test('whatever the bytes, text comes out or a PostingError', () => {
  const piece = fc.constantFrom(
    'Content-Type: multipart/mixed; boundary=b\r\n',
    'Content-Type: text/plain; format=flowed\r\n',
    'Content-Transfer-Encoding: base64\r\n',
    '\r\n',
    '--b\r\n',
    '--b--\r\n',
    '> quoted \r\n',
    '=C3=',
    '\0\xff',
    ' \n',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), (pieces) => {
      try {
        const lines = readText(splitEntity(Buffer.from(pieces.join(''))));
        expect(textOf(lines).join('')).not.toMatch(/[\r\n]/);
      } catch (error) {
        expect(error).toBeInstanceOf(PostingError);
      }
    }),
    { numRuns: 300 },
  );
});
