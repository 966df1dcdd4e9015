import assert from 'node:assert/strict';
import { groggsLimits } from '../../../src/news/posting/board-limits.ts';
import { boardGrogname, boardLines, boardSubject } from '../../../src/news/posting/board-text.ts';
import { PostingError } from '../../../src/news/posting/error.ts';
import { readPosting } from '../../../src/news/posting/posting.ts';
import { articles } from '../articles.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

const NOW = Date.UTC(2026, 10, 27);
const CHARSETS = ['auto', 'latin1', 'windows-1252', 'utf-8'] as const;

/** An article as POST or IHAVE receives it: header, MIME structure, and what the board would get. */
export const mime: ParserTarget = {
  name: 'mime',
  seeds: articles,
  words: [
    '\r\n\r\n',
    '\r\n--b\r\n',
    '\r\n--b--\r\n',
    'Content-Type: text/plain; charset=',
    'Content-Type: multipart/mixed; boundary=b\r\n',
    'Content-Type: multipart/alternative; boundary="b"\r\n',
    'Content-Transfer-Encoding: base64\r\n',
    'Content-Transfer-Encoding: quoted-printable\r\n',
    'Content-Disposition: attachment; filename=x\r\n',
    'charset=iso-2022-jp',
    'charset=utf-16',
    'charset=gb18030',
    'format=flowed; delsp=yes',
    'Control: cancel <a@b>\r\n',
    'References: <a@b> <c@d>\r\n',
    'Subject: =?utf-8?q?=E2=82?= =?utf-8?q?=AC?=\r\n',
    '=\r\n',
    '=E9',
    '\u0301',
  ],
  maxOctets: 65_536,
  // posted and fed, for boards of each character set
  ways: 2 * CHARSETS.length,
  run(input, way) {
    const feed = way % 2 === 1;
    const charset = CHARSETS[way >> 1] ?? 'auto';
    const posting = unlessRefused(() => readPosting(input, { now: NOW, feed }), PostingError);
    if (posting === undefined) return;
    assert(posting.newsgroups.length > 0 && !/[\r\n]/.test(posting.subject) && posting.subject !== '');
    assert(posting.references.length <= 100);
    assert(posting.text.every(({ text }) => !/[\r\n]/.test(text)));
    unlessRefused(() => boardGrogname(posting.from.name, charset, groggsLimits), PostingError);
    unlessRefused(() => boardSubject(posting.subject, charset, groggsLimits), PostingError);
    const lines = unlessRefused(() => boardLines(posting.text, charset, groggsLimits, 'contribution'), PostingError);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach the board
    for (const line of lines ?? []) assert(line.length <= 80 && !/[\0-\x08\n\r\u0100-\uffff]/.test(line), line);
  },
};
