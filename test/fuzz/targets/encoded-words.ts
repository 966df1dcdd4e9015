import assert from 'node:assert/strict';
import { decodeWords, encodeText, encodeWords } from '../../../src/news/encoded-word.ts';
import { stripControls } from '../../../src/wire/charset.ts';
import { latin1, octetsFrom } from '../../../src/wire/octets.ts';
import { CharsetError } from '../../../src/wire/undeclared-charset.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

/** RFC 2047, both ways. */
export const encodedWords: ParserTarget = {
  name: 'encoded-words',
  seeds: () => [
    'plain text',
    'Grüße aus Köln',
    '=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=',
    '=?utf-8?b?4oKs?= =?utf-8?b?4oKs?=',
    '=?iso-2022-jp?B?GyRCJCIbKEI=?=',
    '=?utf-8*en?Q?a_b?= =?x-unknown?q?x?=',
    '日本語のとても長い件名'.repeat(8),
    '=?utf-8?q?=E2=82?= =?utf-8?q?=AC?=',
  ],
  words: ['=?', '?=', '?Q?', '?B?', '=?UTF-8?Q?', '=?utf-16?B?', '_', '=20', 'é', '😀', '\ud800'],
  ways: 3,
  run(input, way) {
    // What comes off the wire is octets.
    if (way === 0) return void unlessRefused(() => decodeWords(octetsFrom(input)), CharsetError);
    const written = stripControls(input.toString('utf8')).replaceAll('\t', ' ').toWellFormed();
    const encoded = way === 1 ? encodeText(written) : encodeWords(written);
    assert.match(encoded, /^[ -~]*$/);
    for (const word of encoded.split(' ')) if (/^=\?UTF-8\?/.test(word)) assert(word.length <= 75, word);
    // Blanks between words stay where people see them.
    if (way === 2 || !/^ | $| {2}/.test(written)) assert.equal(decodeWords(latin1(encoded)), written);
  },
};
