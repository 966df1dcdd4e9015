/** More of each kind that `cases.test.ts` has one of, through a real server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeWords } from '../../../src/news/encoded-word.ts';
import { latin1 } from '../../../src/wire/octets.ts';
import { type ReadArticle, ThrowAway } from '../../support/throw-away.ts';
import { check, type Expectation, wordsOf } from './expectation.ts';

let world: ThrowAway;
let root: ReadArticle;

beforeAll(async () => {
  world = await ThrowAway.start();
  const { article } = await world.post(`${head({ Subject: 'Root topic' })}\n\nThe root.\n`);
  if (article === undefined) throw new Error('no root');
  root = article;
});

afterAll(() => world.close());

function head(more: Readonly<Record<string, string>>): string {
  const fields = { From: 'Ann <ann@rgtp.test>', Newsgroups: ThrowAway.newsgroup, Subject: 'A subject', ...more };
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

/** Posts headers and octets (a character each, or UTF-8) and compares. */
async function expectPost(
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
  expected: Expectation,
  sent = '',
): Promise<void> {
  const article = Buffer.concat([Buffer.from(`${head(headers)}\n\n`), Buffer.from(body), Buffer.from('\n')]);
  check(expected, await world.post(article), sent, root.headers.get('x-rgtp-item') ?? '');
}

const part = (type: string, body: string, more = '') => `Content-Type: ${type}\n${more}\n${body}\n`;
let boundaries = 0;
/** A multipart part. */
function multipart(kind: string, ...parts: string[]): string {
  const boundary = `b${boundaries++}`;
  const inner = parts.map((each) => `--${boundary}\n${each}\n`).join('');
  return `Content-Type: multipart/${kind}; boundary="${boundary}"\n\n${inner}--${boundary}--\n`;
}
const text = part('text/plain; charset=utf-8', 'The text.');
const html = part('text/html; charset=utf-8', '<p>The text.</p>');
const image = part('image/png; name="shed.png"', 'iVBORw0KGgo=', 'Content-Transfer-Encoding: base64\n');
const pdf = part('application/pdf', 'JVBERg==', 'Content-Disposition: attachment; filename="minutes.pdf"\n');
const file = part('text/plain', 'notes', 'Content-Disposition: attachment; filename="notes.txt"\n');

function mime(tree: string, expected: Expectation): Promise<void> {
  const [fields = '', ...body] = tree.split('\n\n');
  const type = fields.replace(/^Content-Type: /, '');
  return expectPost({ 'MIME-Version': '1.0', 'Content-Type': type }, body.join('\n\n'), expected);
}

describe('nothing is lost silently', () => {
  const named = (says: string): Expectation => ({ answer: ['441'], says });
  test.each([
    [
      'related in alternative',
      multipart('alternative', text, multipart('related', html, image)),
      'image/png ("shed.png")',
    ],
    [
      'mixed in alternative',
      multipart('alternative', text, multipart('mixed', html, pdf, html)),
      'application/pdf ("minutes.pdf")',
    ],
    ['beside alternatives', multipart('mixed', multipart('alternative', text, html), pdf), 'minutes.pdf'],
    ['before the alternatives', multipart('mixed', pdf, multipart('alternative', text, html)), 'minutes.pdf'],
    ['among the alternatives', multipart('alternative', text, html, image), 'image/png'],
    [
      'an invitation',
      multipart('alternative', text, html, part('text/calendar; method=REQUEST', 'BEGIN:VCALENDAR')),
      'text/calendar',
    ],
    ['related around alternatives', multipart('related', multipart('alternative', text, html), image), 'shed.png'],
    [
      'Outlook',
      multipart('mixed', multipart('related', multipart('alternative', text, html), image), pdf),
      'minutes.pdf',
    ],
    ['Apple Mail', multipart('alternative', text, multipart('mixed', html, image, html, pdf)), 'shed.png'],
    ['a text file', multipart('mixed', text, file), 'text/plain ("notes.txt")'],
    [
      'a signed file',
      multipart('signed', multipart('mixed', text, pdf), part('application/pgp-signature', 'iQ')),
      'minutes.pdf',
    ],
    ['a forwarded message', multipart('mixed', text, part('message/rfc822', 'Subject: x\n\nx')), 'message/rfc822'],
    ['a digest', multipart('digest', 'Subject: x\n\nSubject: y\n\nz'), 'message/rfc822'],
    [
      'encrypted',
      multipart('encrypted', part('application/pgp-encrypted', 'Version: 1'), pdf),
      'application/pgp-encrypted',
    ],
    ['no text at all', multipart('mixed', image), 'image/png'],
    ['HTML among texts', multipart('mixed', text, html, text), 'text/html'],
    ['HTML with a name', multipart('mixed', text, part('text/html; name="page.html"', '<p>')), 'page.html'],
    [
      'a name in another character set',
      multipart('mixed', text, part("image/png; name*=utf-8''sch%C3%B6n.png", 'x')),
      'schön.png',
    ],
    ['a name in sections', multipart('mixed', text, part('image/png; name*0="sh"; name*1="ed.png"', 'x')), 'shed.png'],
    [
      'a name in an encoded word',
      multipart('mixed', text, part('image/png; name="=?utf-8?Q?sch=C3=B6n.png?="', 'x')),
      'schön.png',
    ],
    [
      'a text file shown inline',
      multipart(
        'mixed',
        text,
        part('text/plain; name="n.txt"', 'x', 'Content-Disposition: inline; filename="n.txt"\n'),
      ),
      'text/plain ("n.txt")',
    ],
    [
      'deep',
      multipart('mixed', multipart('mixed', multipart('alternative', text, multipart('related', html, image)))),
      'shed.png',
    ],
    ['two texts that differ', multipart('alternative', text, part('text/plain', 'Another.')), 'two texts that differ'],
    ['HTML alone', html, 'text/html only'],
    ['HTML alone in parts', multipart('alternative', html), 'text/html only'],
  ])('refused: %s', async (_, tree, says) => {
    await mime(tree, named(says));
  });

  test('a part behind the last boundary, and one before the first', async () => {
    const tree = multipart('mixed', text);
    await mime(`${tree}--b\n${image}`, named('a part after the last part of'));
    await mime(tree.replace(/\n\n/, `\n\n--wrong\n${image}\n`), named('a part before the first of'));
  });

  test.each([
    ['the plain part of two', multipart('mixed', text, html)],
    ['alternatives', multipart('alternative', text, html)],
    ['HTML first', multipart('alternative', html, text)],
    ['a detached signature', multipart('signed', text, part('application/pgp-signature; name=signature.asc', 'iQ'))],
    ['a signature beside', multipart('mixed', text, part('application/pgp-signature', 'iQ'))],
    ['a text with a name', multipart('mixed', part('text/plain; name="body.txt"; charset=utf-8', 'The text.'))],
    ['an empty part', multipart('mixed', text, part('text/plain', ''))],
  ])('taken: %s', async (_, tree) => {
    await mime(tree, { answer: ['240'], body: 'The text.\r\n' });
  });

  test('text before the first part, and after the last', async () => {
    const tree = multipart('mixed', text);
    await mime(tree.replace(/\n\n/, '\n\nMy own words.\n\n'), named('the text before the first part'));
    await mime(`${tree}\n-- \nThe list's footer`, named('the text after the last part'));
    await mime(`${tree}--b\n\nA part without a header.\n--b--`, named('the text after the last part'));
    await mime(`${tree}${'x\n'.repeat(5000)}--b\n${image}`, named('after the last part'));
    const notice = 'This is a multi-part message in MIME format.\n';
    await mime(tree.replace(/\n\n/, `\n\n${notice}\n`), { answer: ['240'], body: 'The text.\r\n' });
    // RFC 2046 §5.1.1
    await mime(`${tree}\nThis is the epilogue.  It is also to be ignored.`, { answer: ['240'], body: 'The text.\r\n' });
  });

  test.each([
    ['yEnc', '=ybegin line=128 size=12 name=shed.png\nabc\n=yend size=12', 'yEnc "shed.png" (line 1)'],
    [
      'yEnc in parts',
      'x\n=ybegin part=1 total=2 line=128 size=9 name=a b\n=ypart begin=1 end=3\nabc',
      'yEnc "a b" (line 2)',
    ],
    ['yEnc without a name', '=ybegin line=128 size=12\nabc', 'yEnc (line 1)'],
    ['the middle of yEnc', '=ypart begin=1 end=3\nabc', 'yEnc (line 1)'],
    ['uuencode', 'See\nbegin 644 shed.txt\n#0V%T\n`\nend', 'uuencode "shed.txt" (line 2)'],
    ['uuencode with blanks', 'begin 0644 a b.bin\n-   "          0\n \nend', 'uuencode "a b.bin" (line 1)'],
    ['uuencode in base64', 'begin-base64 644 x.bin\nAAAA\n====', 'uuencode "x.bin" (line 1)'],
    ['BinHex', '(This file must be converted with BinHex 4.0)\n:"P0', 'BinHex (line 1)'],
  ])('a file in the text: %s', async (_, body, says) => {
    await expectPost({}, body, named(says));
    const flowed = { 'MIME-Version': '1.0', 'Content-Type': 'text/plain; format=flowed' };
    await expectPost(flowed, body, named(says));
  });

  test.each(['begin 644 is how it begins\nand so on', '> =ybegin line=128 size=1 name=x', 'begin 644 x\n\nend'])(
    'only words: %j',
    async (body) => {
      await expectPost({}, body, { answer: ['240'], body: `${body.replaceAll('\n', '\r\n')}\r\n` });
    },
  );

  test('NUL, wherever it is', async () => {
    await expectPost({ Subject: 'a\0b' }, 'x', named('NUL'));
    const nul = { 'MIME-Version': '1.0', 'Content-Transfer-Encoding': 'quoted-printable' };
    await expectPost(nul, 'one=00two', named('U+0000'));
    await expectPost({ Subject: '=?utf-8?Q?a=00b?=' }, 'x', named('Subject: the control character U+0000'));
  });
});

describe('character sets that lie', () => {
  const japanese = '今日は晴れです。';
  const declared = (charset: string) => ({ 'MIME-Version': '1.0', 'Content-Type': `text/plain; charset=${charset}` });
  test.each([
    'iso-2022-jp',
    'euc-jp',
    'shift_jis',
    'gb2312',
    'gbk',
    'gb18030',
    'euc-kr',
    'big5',
    'cp932',
    'ks_c_5601-1987',
  ])('%s declared, UTF-8 sent; and broken', async (charset) => {
    await expectPost(declared(charset), japanese, { answer: ['240'], body: `${japanese}\r\n` });
    const name = { answer: ['441'], says: charset.slice(0, 5) };
    await expectPost(declared(charset), Buffer.from('abc \xff\xff\x80\xff def', 'latin1'), name);
  });

  test.each([
    'iso-8859-1',
    'windows-1252',
    'iso-8859-15',
    'koi8-r',
    'windows-1251',
    'latin-1',
    'cp850',
    'utf-7',
    'utf-16',
  ])('%s declared, UTF-8 sent', async (charset) => {
    await expectPost(declared(charset), 'Привет, naïve', { answer: ['240'], body: 'Привет, naïve\r\n' });
  });

  test.each([
    ['latin-1', 'caf\xe9', 'café'],
    ['cp850', 'caf\x82', 'café'],
    ['cp437', 'caf\x82', 'café'],
    ['cp932', '\x93\xfa\x96{', '日本'],
    ['646', 'plain', 'plain'],
    ['7-bit', 'plain', 'plain'],
    ['"ISO-8859-15"', '\xa4', '€'],
    ['x-sjis', '\x93\xfa\x96{', '日本'],
    ['gb2312', '\xbb\xe1\xd2\xe9\xd4\xda', '会议在'],
    ['euc-kr', '\xc7\xd1\xb1\xdb', '한글'],
    ['big5', '\xa4\xa4\xa4\xe5', '中文'],
    ['iso-2022-jp', '\x1b$B:#F|$O@2$l$G$9!#\x1b(B', japanese],
    ['utf-8', '\x1b$B:#F|$O@2$l$G$9!#\x1b(B', japanese],
    ['us-ascii', 'caf\xe9', 'café'],
    ['macintosh', 'caf\x8e', 'café'],
  ])('%s is known', async (charset, octets, body) => {
    await expectPost(declared(charset), Buffer.from(octets, 'latin1'), { answer: ['240'], body: `${body}\r\n` });
  });

  test.each([
    ['utf-8', '\xe4\xbb\x8a\xe6\x97 \xe3\x81\xaf', 'UTF-8'],
    ['x-klingon', 'x', 'x-klingon'],
    ['shift_jis', '\xf0\x40', 'shift_jis'],
    ['windows-1255', '\xd9', 'windows-1255'],
    ['iso-2022-cn', '\x1b$)A\x0e=C\x0f', 'iso-2022-cn'],
    ['windows-1251', 'a\x98', 'windows-1251'],
    ['utf-7', 'C++', 'utf-7'],
    ['', '\x1b$(Q9!', 'no declared character set'],
    ['', '\xcf\xf0\xe8\xe2\xe5\xf2\xec\xe8\xf0 \xef\xf0\xe8\xe2\xe5\xf2', 'no declared character set'],
  ])('refused: %s %j', async (charset, octets, says) => {
    const headers = charset === '' ? {} : declared(charset);
    await expectPost(headers, Buffer.from(octets, 'latin1'), { answer: ['441'], says });
  });

  test('encoded words', async () => {
    const subjects: [string, Expectation][] = [
      ['=?UTF-8?B?0J/RgNC40LLQtdE=?=\n =?UTF-8?B?giwg0LzQuNGA?=', { answer: ['240'], subject: 'Привет, мир' }],
      ['=?utf-8?Q?=E4=BB?= =?UTF-8?q?=8A?=', { answer: ['240'], subject: '今' }],
      ['=?iso-2022-jp?B?GyRCOiNGfBsoQg==?=', { answer: ['240'], subject: '今日' }],
      ['=?gb2312?B?u+HS6Q==?= ok', { answer: ['240'], subject: '会议 ok' }],
      ['=?cp850?Q?caf=82?=', { answer: ['240'], subject: 'café' }],
      ['=?gb2312?B?u+HS6dTa0MfG2rb/?=', { answer: ['441'], says: 'gb2312' }],
      ['=?utf-8?Q?caf=E9=80?=', { answer: ['441'], says: 'Subject: ' }],
      ['=?ISO-2022-JP?B?GyRCRnwbKEI=?=\n =?ISO-2022-JP?B?GyRCS1wbKEI=?=', { answer: ['240'], subject: '日本' }],
      ['=?euc-kr?B?jGM=?=', { answer: ['240'], subject: '똠' }],
      ['=?utf-8?Q?=C2=93quoted=C2=94?=', { answer: ['240'], subject: '“quoted”' }],
      ['=?iso-8859-1?Q?=1B=24BF|=1B=28B?=', { answer: ['441'], says: 'U+001B' }],
      ['=?windows-1250?Q?a=83?=', { answer: ['441'], says: 'windows-1250' }],
    ];
    for (const [Subject, expected] of subjects) await expectPost({ Subject }, 'x', expected);
    const article = Buffer.from(`${head({ Subject: '=?iso-8859-1?Q?Fr\xf6sche?=' })}\n\nx\n`, 'latin1');
    check({ answer: ['240'], subject: 'Frösche' }, await world.post(article), '', '');
  });

  // In UTF-8 these end in the octet A0, which is a blank in Latin-1.
  test.each(['Città', 'НОМЕР', 'à Roma, à', '丠', '𠀠', 'voilà!'])('%s, as it is', async (text) => {
    await expectPost({ Subject: text, From: `${text} <ann@x.example>` }, text, {
      answer: ['240'],
      subject: text,
      body: `${text}\r\n`,
    });
    for (const From of [
      `"${text}" <ann@x.example>`,
      `${text} <ann@x.example>`,
      `ann@x.example (${text})`,
      `${text} ann@x.example`,
    ]) {
      const { article } = await world.post(`${head({ From })}\n\nx\n`);
      expect(decodeWords(latin1(article?.headers.get('from') ?? '')), From).toContain(text);
    }
  });

  test('a refusal can be read', async () => {
    for (const [name, value] of [
      ['Followup-To', 'grøggs.ander'],
      ['From', 'Ännchen'],
      ['Control', 'löschen <a@b>'],
      ['Date', 'übermorgen'],
    ] as const) {
      await expectPost({ [name]: value }, 'x', { answer: ['441'], says: value.split(' ')[0] ?? '' });
    }
  });
});

describe('a follow-up is never a new item', () => {
  const inRoot: Expectation = { answer: ['240'], in_root: true };
  test.each([
    ['folded in the middle', () => ({ References: root.messageId.replace('.', '.\n ') })],
    ['comma-separated', () => ({ References: `<gone@x.example>,${root.messageId},<gone2@x.example>` })],
    ['unbracketed', () => ({ References: `gone@x.example ${root.messageId.slice(1, -1)}` })],
    ['without blanks', () => ({ References: `<gone@x.example>${root.messageId}<gone2@x.example>` })],
    ['in quotes', () => ({ References: `"${root.messageId}"` })],
    ['a bracket missing', () => ({ References: `${root.messageId.slice(0, -1)} <gone@x.example>` })],
    ['cut at the end', () => ({ References: `<gone@x.example> ${root.messageId.slice(0, -4)}` })],
    ['cut in the middle of the first', () => ({ References: `ne@x.example> ${root.messageId}` })],
    ['a phrase around it', () => ({ 'In-Reply-To': `Your message of "Tue" (comment) ${root.messageId}` })],
    ['only In-Reply-To', () => ({ 'In-Reply-To': root.messageId })],
    ['references unreadable', () => ({ References: 'undefined undefined', 'In-Reply-To': root.messageId })],
    ['references unknown', () => ({ References: '<gone@x.example>', 'In-Reply-To': root.messageId })],
    ['In-Reply-To unknown', () => ({ References: root.messageId, 'In-Reply-To': '<gone@x.example>' })],
    [
      'in encoded words',
      () => {
        const word = (text: string) =>
          `=?utf-8?q?${text.replace(/[<>@.]/g, (sign) => `=${sign.charCodeAt(0).toString(16)}`)}?=`;
        return { References: `${word(root.messageId.slice(0, 20))}\n ${word(root.messageId.slice(20))}` };
      },
    ],
    ['escaped for HTML', () => ({ References: `&lt;${root.messageId.slice(1, -1)}&gt;` })],
    ['escaped for a URL', () => ({ References: `%3C${root.messageId.slice(1, -1).replace('@', '%40')}%3E` })],
    ['a URL', () => ({ 'In-Reply-To': `news://host/${root.messageId.slice(1, -1)}` })],
    ['in other brackets', () => ({ References: `(${root.messageId.slice(1, -1)})` })],
    ['behind an invisible character', () => ({ References: `\ufeff${root.messageId.slice(1, -1)}` })],
    ['references empty', () => ({ References: ' ', 'In-Reply-To': root.messageId })],
  ])('%s', async (_, headers) => {
    await expectPost({ Subject: 'Re: Root topic', ...headers() }, 'A reply.', inRoot);
  });

  test.each([
    [{ References: 'undefined' }],
    [{ References: '<gone@x.example>' }],
    [{ 'In-Reply-To': '<gone@x.example>' }],
    [{ 'In-Reply-To': 'Your message of Tuesday' }],
    [{ References: '<>', 'In-Reply-To': '<gone@x.example>' }],
  ])('refused: %j', async (headers) => {
    await expectPost({ Subject: 'Re: Root topic', ...headers }, 'A reply.', { answer: ['441'], says: 'References' });
  });
});

describe('wrapping', () => {
  const utf8 = {
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Transfer-Encoding': '8bit',
  };
  const words = (list: string, count: number) =>
    Array.from({ length: count }, (_, i) => list.split(' ')[(i * 5) % list.split(' ').length]).join(' ');
  const english = words('the committee met on Tuesday and decided that a shed shall be painted in some colour', 120);
  const russian = words('комитет собрался во вторник и решил что велосипедный сарай будет окрашен в цвет который', 120);
  const greek = words('η επιτροπή συνεδρίασε την Τρίτη και αποφάσισε ότι το υπόστεγο θα βαφτεί με χρώμα', 120);
  const german = words('das Komitee beschloß am Dienstag daß der Schuppen für Fahrräder neu gestrichen wird', 120);

  function wrapped(text: string, columns: number): string[] {
    const lines: string[] = [''];
    for (const word of text.split(' ')) {
      const last = lines.at(-1) ?? '';
      if (last !== '' && last.length + 1 + word.length > columns) lines.push(word);
      else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
    }
    return lines;
  }

  const even: Expectation = { answer: ['240'], no_comb: true, same_words: true };
  test.each([
    ['English', english],
    ['Russian', russian],
    ['Greek', greek],
    ['German', german],
  ])('%s, in one line, in lines, and quoted', async (_, prose) => {
    for (const columns of [1000, 72, 76, 79, 100, 150]) {
      const lines = wrapped(prose, columns);
      await expectPost(utf8, lines.join('\n'), even, lines.join('\n'));
      for (const mark of ['> ', '>> ', '> > > ', '>']) {
        if (columns > 80) continue;
        const quote = lines.map((line) => mark + line).join('\n');
        await expectPost(utf8, `Ann wrote:\n${quote}\n\nIndeed.`, even, `Ann wrote:\n${quote}\n\nIndeed.`);
      }
    }
  });

  const thai = 'คณะกรรมการได้ประชุมเมื่อวันอังคารและตัดสินใจว่าโรงจอดรถจักรยานจะถูกทาสีในสีที่จะกำหนดโดยการลงคะแนนเสียงของสมาชิกทุกคน';
  test('Thai, which has no blanks, ends its lines between words', async () => {
    for (const text of [
      thai.repeat(3),
      `${thai}\n${thai}`,
      thai
        .repeat(2)
        .match(/.{1,40}/gu)
        ?.join('\n') ?? '',
    ]) {
      const { article } = await world.post(`${head(utf8)}\n\n${text}\n`);
      const lines = article?.body ?? [];
      expect(lines.join('')).toBe(text.replaceAll('\n', ''));
      expect(lines.slice(0, -1).every((line) => Buffer.byteLength(line) > 50)).toBe(true);
      if (!text.includes('\n')) expect(lines.some((line) => /วั$|จอ$|ค$/.test(line))).toBe(false);
    }
  });

  test.each(['JD> ', 'ИП> ', '| ', ': ', '> JD> '])(
    'lines that begin with %j keep it, and no other has it',
    async (mark) => {
      for (const prose of [english, russian]) {
        for (const columns of [76, 90]) {
          const lines = wrapped(prose, columns).map((line) => mark + line);
          const { answer, article } = await world.post(`${head(utf8)}\n\n${lines.join('\n')}\n`);
          expect(answer).toMatch(/^240/);
          const body = article?.body ?? [];
          expect(body.filter((line) => line.startsWith(mark))).toHaveLength(lines.length);
          expect(body.filter((line) => !line.startsWith(mark) && !line.startsWith('> '))).toEqual([]);
          expect(wordsOf(body.join('\n'))).toEqual(wordsOf(lines.join('\n')));
        }
      }
    },
  );

  test('a long name of a file behind initials', async () => {
    const text = `JD>   /home/ann/${'a'.repeat(90)}`;
    const { article } = await world.post(`${head(utf8)}\n\n${text}\n`);
    expect(article?.body.map((line) => line.replace(/^> /, '')).join('')).toBe(text);
  });

  test.each([
    ['- ', '  '],
    ['1. ', '   '],
    ['   ', ''],
    ['    ', '    '],
    ['> - ', '>   '],
  ])('a paragraph that begins with %j and goes on with %j', async (mark, other) => {
    const lines = wrapped(english, 85).map((line, i) => (i === 0 ? mark : other) + line);
    const { article } = await world.post(`${head(utf8)}\n\n${lines.join('\n')}\n`);
    const body = article?.body ?? [];
    expect(body[0]?.startsWith(mark)).toBe(true);
    expect(body.slice(1).filter((line) => !line.startsWith(other))).toEqual([]);
    expect(body.map((line, i) => line.slice((i === 0 ? mark : other).length)).join(' ')).toBe(english);
    expect(body.slice(0, -1).filter((line) => line.length < 50)).toEqual([]);
  });

  test('a signature, and lines with a label, are not joined', async () => {
    const long = wrapped(english, 100)[0] ?? '';
    for (const text of [`x\n-- \n${long}\nAnn`, `Subject: ${long}\nDate: today`]) {
      const { article } = await world.post(`${head(utf8)}\n\n${text}\n`);
      expect(article?.body.at(-1)).toBe(text.split('\n').at(-1));
    }
  });

  test('what follows a long URL goes on behind its end', async () => {
    const url = `https://example.org/${'path/'.repeat(20)}`;
    const { article } = await world.post(`${head(utf8)}\n\nSee ${url} and ${english}\n`);
    expect(article?.body.join('').replaceAll(' ', '')).toBe(`See${url}and${english}`.replaceAll(' ', ''));
    expect(article?.body.some((line) => / and /.test(line) && line.startsWith('path/'))).toBe(true);
  });

  test('paragraphs of one line each stay apart', async () => {
    const [long, longer] = [wrapped(english, 150)[0] ?? '', wrapped(english, 240)[0] ?? ''];
    const { article } = await world.post(`${head(utf8)}\n\n${longer}\n${long}\n${longer}\n`);
    const begins = (text: string) => article?.body.some((line) => text.startsWith(line) && line.length > 40);
    expect(article?.body.filter((line) => longer.startsWith(line) && line.length > 40)).toHaveLength(
      2 + (long.startsWith(longer.slice(0, 60)) ? 1 : 0),
    );
    expect(begins(long)).toBe(true);
  });

  test('own text is wrapped at 72 columns, quoted text within its depth', async () => {
    const { article } = await world.post(`${head(utf8)}\n\n${english}\n`);
    expect(Math.max(...(article?.body ?? []).map((line) => line.length))).toBeLessThanOrEqual(72);
    const quote = wrapped(english, 79).map((line) => `> ${line}`);
    const quoted = await world.post(`${head(utf8)}\n\n${quote.join('\n')}\n>> deeper\nmine\n`);
    expect(quoted.article?.body.slice(0, -2).every((line) => /^> [^>]/.test(line) && line.length <= 80)).toBe(true);
    expect(quoted.article?.body.slice(-2)).toEqual(['>> deeper', 'mine']);
  });

  test.each([
    ['families', '👨‍👩‍👧‍👦'.repeat(30)],
    ['flags', '🇬🇧🇫🇷🇩🇪'.repeat(20)],
    ['skin tones', '👍🏽'.repeat(40)],
    ['marks', 'e\u0323\u0302\u0308'.repeat(60)],
    ['Hangul in letters', '\u1112\u1161\u11ab'.repeat(60)],
    ['Devanagari', 'क्षि'.repeat(50)],
    ['Thai', 'น้ำ'.repeat(60)],
    ['keycaps', '1\ufe0f\u20e3'.repeat(40)],
  ])('no character is split: %s', async (_, text) => {
    await expectPost(utf8, text, { answer: ['240'], clusters: true }, text.normalize('NFC'));
  });

  test('wide characters count as two columns, and lines end between them', async () => {
    const japanese = '委員会は火曜日に会合を開き、自転車小屋を塗装することを決定しました。'.repeat(5);
    const { article } = await world.post(`${head(utf8)}\n\n${japanese}\n`);
    expect(article?.body.join('')).toBe(japanese);
    for (const line of article?.body ?? []) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(80);
      expect(line).not.toMatch(/^[、。]/);
    }
  });

  test.each([
    ['a table', '| a    | b    |\n|------|------|\n| one  | two  |'],
    ['drawing', '   /\\_/\\\n  ( o.o )\n   > ^ <'],
    ['code', '    if (x) {\n        y();\n    }'],
    ['a URL', `see\nhttps://example.org/${'a'.repeat(55)}\nplease`],
    ['a list', `- ${'one '.repeat(15).trim()}\n- two\n- three`],
    ['lines of 80', `${'x '.repeat(39)}xx\nshort\n${'y '.repeat(39)}yy`],
    ['a poem', 'Roses are red\nviolets are blue'],
  ])('left alone: %s', async (_, text) => {
    await expectPost(utf8, text, { answer: ['240'], body: `${text.replaceAll('\n', '\r\n')}\r\n` });
  });
});

describe('characters that deceive', () => {
  test.each([
    '\u200b',
    '\u200b\u200c\u200d',
    '\ufeff',
    '\u2060',
    '\u00ad',
    '\u3164',
    '\u2800',
    '\u034f',
    '\u200e \u200f',
    '\ufe0f',
  ])('empty: %j', async (text) => {
    await expectPost({ Subject: text }, 'x', { answer: ['441'], says: 'Subject' });
    await expectPost({}, text, { answer: ['441'], says: 'no text' });
  });

  const straight: Expectation = { any: [{ answer: ['441'] }, { answer: ['240'], no_bidi: true }] };
  test.each(['\u202e', '\u202d', '\u2066', '\u2067', '\u2068', '\u202a', '\u202b', '\u2066\u202e\u2069'])(
    '%j',
    async (turn) => {
      await expectPost({ From: `"${turn}nna" <ann@rgtp.test>` }, 'x', straight);
      await expectPost(
        { From: `=?utf-8?Q?${encodeURIComponent(turn).replaceAll('%', '=')}nna?= <ann@rgtp.test>` },
        'x',
        straight,
      );
      await expectPost({ Subject: `a ${turn}topic` }, 'x', straight);
    },
  );

  test('directions that end are taken', async () => {
    await expectPost({ Subject: 'a \u2067topic\u2069 b' }, 'x', { answer: ['240'], subject: 'a \u2067topic\u2069 b' });
    await expectPost({ Subject: 'שלום' }, 'שלום', { answer: ['240'], subject: 'שלום', body: 'שלום\r\n' });
  });

  test.each(['\u0085', '\v', '\u2028', '\u2029', '\x1c', '\x1d', '\x1e'])('%j ends a line', async (separator) => {
    await expectPost({}, `first${separator}second`, { answer: ['240'], body: 'first\r\nsecond\r\n' });
    await expectPost({ Subject: `first${separator}second` }, 'x', { answer: ['240'], subject: 'first second' });
  });

  test.each(['\x07', '\b', '\x1b[1m', '\x7f', '\x1f', '\x01'])('%j never vanishes', async (control) => {
    const says = `U+00${control.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
    await expectPost({}, `one\nfirst${control}second`, {
      answer: ['441'],
      says: `line 2 of the text: the control character ${says}`,
    });
  });

  test('more marks than a letter can have', async () => {
    await expectPost({}, `a${'\u0301'.repeat(100)}`, { answer: ['441'], says: 'marks on one letter' });
  });
});

describe('valid headers are taken', () => {
  test.each([
    ['Smith, John <a@b.example>', 'Smith, John'],
    ['"john doe"@example.org', ''],
    ['Ann <"ann b"@x.example>', 'Ann'],
    ['Pete(a (nested) \\) chap) <pete(his account)@silly.example(his host)>', 'Pete'],
    ['a@b.example (John (Johnny) Smith)', 'John (Johnny) Smith'],
    ['John <john . doe @ example . org>', 'John'],
    ['Group: a@b.example, c@d.example;', ''],
    ['"Ann \\"Nick\\" B" <a@b.example>', 'Ann "Nick" B'],
    ['Joe Q. Public <a@b.example>', 'Joe Q. Public'],
    ['x <@relay.example,@two.example:jo@e.example>', 'x'],
    ['Ann <ann@[192.0.2.1]>', 'Ann'],
    ['=?utf-8?Q?=C3=84nn?= =?utf-8?Q?_B?= <a@b.example>', 'Änn B'],
    ['Ann <a@b.example>, Bob <c@d.example>', 'Ann'],
    ['ann@x.example', ''],
    ['"Ann" ann@x.example', 'Ann'],
    ['=?us-ascii?Q?Ann_(Anna)_"A",_B_<x@y>?= <a@b.example>', 'Ann (Anna) "A", B <x@y>'],
    ['\x1b$B;3ED\x1b(B <a@b.example>', '山田'],
  ])('From: %s', async (From, name) => {
    const { answer, article } = await world.post(`${head({ From })}\n\nx\n`);
    expect(answer).toMatch(/^240/);
    const item = await world.item(article?.headers.get('x-rgtp-item') ?? '');
    expect(
      Buffer.from(item.contributions[0]?.grogname ?? '', 'latin1').toString(name === 'Änn B' ? 'latin1' : 'utf8'),
    ).toBe(name);
  });

  const day = new Date().toUTCString().slice(5, 16);
  test.each([
    [{ Date: `${day} 12:00 (a (nested) comment) +0000 (x)` }],
    [{ Date: `(x) Thu(y),${day}(z) 00 : 01 : 02 GMT`.replace('Thu', 'Fri') }],
    [{ 'Content-Type': 'text/plain; charset*=utf-8' }],
    [{ 'Content-Type': "text/plain; charset*=us-ascii'en'utf-8" }],
    [{ 'Content-Type': 'text' }],
    [{ 'Content-Type': 'TEXT/PLAIN (a comment); (another) charset=utf-8 (third)' }],
    [{ 'Content-Type': 'text/plain charset=utf-8' }],
    [{ 'Content-Type': 'text/plain, charset=utf-8' }],
    [{ 'Content-Type': 'text/plain;' }],
    [{ 'Content-Type': 'text/plain; charset="utf-8"; charset="x"' }],
    [{ 'Content-Transfer-Encoding': '8bit (a (nested) comment)' }],
    [{ 'Message-ID': `<valid.${Date.now()}@x.example> (a comment)` }],
    [{ Expires: `${day} 12:00 +0000` }],
    [{ 'Followup-To': ThrowAway.newsgroup }],
    [{ 'Followup-To': 'poster' }],
  ])('%j', async (headers) => {
    await expectPost({ 'MIME-Version': '1.0', ...headers }, 'naïve', { answer: ['240'], body: 'naïve\r\n' });
  });

  test.each([
    [{ Expires: 'never' }, 'Expires: "never" is not a date'],
    [{ Expires: '2026-13-45' }, 'Expires'],
    [{ 'Followup-To': 'ann@rgtp.test' }, 'Followup-To'],
    [{ 'Followup-To': `poster, ${ThrowAway.newsgroup}` }, 'Followup-To'],
    [{ 'Followup-To': `${ThrowAway.newsgroup},,` }, 'Followup-To'],
    [{ 'Followup-To': 'alt.other' }, 'Followup-To'],
  ])('refused: %j', async (headers, says) => {
    await expectPost(headers, 'x', { answer: ['441'], says });
  });

  test('format=flowed', async () => {
    const flowed = { 'MIME-Version': '1.0', 'Content-Type': 'text/plain; format=flowed' };
    const bodies: [string, string][] = [
      ['One \nparagraph. \n\nTwo. \n \nThree.', 'One paragraph.\r\n\r\nTwo.\r\n\r\nThree.\r\n'],
      ['> quoted \n> more \n>\n> other', '> quoted more\r\n>\r\n> other\r\n'],
      ['text \n-- \nAnn ', 'text\r\n-- \r\nAnn\r\n'],
    ];
    for (const [body, read] of bodies) await expectPost(flowed, body, { answer: ['240'], body: read });
  });
});

test('a fresh injection says so (RFC 5537 §3.2.1)', async () => {
  const { article } = await world.post(`${head({})}\n\nx\n`);
  expect(article?.headers.get('path')).toBe('news.example.net!.POSTED!not-for-mail');
  expect(article?.headers.get('injection-info')).toBe('news.example.net');
});

test('one post is in one character set', async () => {
  const { article } = await world.post(`${head({ From: 'Änn <ann@rgtp.test>' })}\n\n5 €\n`);
  const item = await world.item(article?.headers.get('x-rgtp-item') ?? '');
  expect(Buffer.from(item.contributions[0]?.grogname ?? '', 'latin1').toString('utf8')).toBe('Änn');
});

test.each([
  ['Re: a topic', 'a topic'],
  ['SV: a topic', 'SV: a topic'],
  ['Re: AW: a topic', 'AW: a topic'],
])('a new item %j keeps all but Re:', async (Subject, subject) => {
  await expectPost({ Subject }, 'x', { answer: ['240'], subject });
});

test.each(['Re: a topic', 'RE: a topic', 're:a topic', 'Re: Re: a topic', 'Re:  RE: a topic'])(
  'one Re: for %j',
  async (subject) => {
    const { board, client } = world;
    await board.text('Ann', 'An item.');
    board.write(`NEWI ${subject}\r\n`);
    const id = (await board.line())?.slice(4);
    await board.line();
    await board.text('Ann', 'A reply.');
    const number = Number.parseInt(/^220 ([0-9A-F]{8})/.exec(await board.ask(`REPL ${id}`))?.[1] ?? '', 16);
    await client.ask(`GROUP ${ThrowAway.newsgroup}`);
    await expect.poll(() => client.ask(`STAT ${number}`)).toMatch(/^223/);
    const [, line] = await client.askAll(`HDR Subject ${number}`);
    expect(line).toBe(`${number} Re: a topic`);
  },
);

test('attachments: drop leaves a line for each', async () => {
  const other = await ThrowAway.start({ RGTP_NNTP_BOARDS_0_ATTACHMENTS: 'drop' });
  try {
    const tree = multipart(
      'mixed',
      multipart('alternative', part('text/plain', 'The text.\n-- \nAnn'), multipart('related', html, image)),
      pdf,
    );
    const { article } = await other.post(`${head({ 'MIME-Version': '1.0' })}\n${tree}`);
    expect(article?.body).toEqual([
      'The text.',
      '',
      '[Attachment left out: image/png ("shed.png")]',
      '[Attachment left out: application/pdf ("minutes.pdf")]',
      '-- ',
      'Ann',
    ]);
    const { answer } = await other.post(`${head({ 'MIME-Version': '1.0' })}\n${multipart('mixed', pdf)}`);
    expect(answer).toMatch(/^441 .*minutes\.pdf/);
  } finally {
    await other.close();
  }
});
