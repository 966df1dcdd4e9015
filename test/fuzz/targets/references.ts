import assert from 'node:assert/strict';
import { PostingError } from '../../../src/news/posting/error.ts';
import { readPosting } from '../../../src/news/posting/posting.ts';
import { formatReferences } from '../../../src/news/references.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

const HEAD = 'From: a@b.example\r\nNewsgroups: a.b\r\nSubject: Re: x\r\nReferences: ';

/** The value of References, as articles bring it, and as they get it. */
export const references: ParserTarget = {
  name: 'references',
  seeds: () => [
    '<a@b> <c@d>',
    '<a@b><c@d>\r\n\t<e@f>',
    '<broken <a@b> no>',
    `<${'a'.repeat(300)}@b> <c@d>`,
    '<a@b> '.repeat(150),
  ],
  words: ['<', '>', '@', '<a@b>', '\r\n ', '\t', ' <>'],
  maxOctets: 32_000,
  run(input) {
    const article = Buffer.concat([Buffer.from(HEAD), input, Buffer.from('\r\n\r\nText\r\n')]);
    const posting = unlessRefused(() => readPosting(article, { now: 0, feed: false }), PostingError);
    if (posting === undefined) return;
    for (const id of posting.references) assert.match(id, /^<[!-;=?-~]+>$/);
    const value = formatReferences(posting.references);
    assert(value.length <= 998 - 'References: '.length);
    if (posting.references.length > 0) assert(value.startsWith(posting.references[0] ?? ''));
  },
};
