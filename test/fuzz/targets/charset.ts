import assert from 'node:assert/strict';
import { type Charset, decode, encode, stripControls, UnencodableError } from '../../../src/wire/charset.ts';
import { octetsFrom } from '../../../src/wire/octets.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

const CHARSETS = ['auto', 'latin1', 'windows-1252', 'utf-8'] as const satisfies Charset[];

/** Octets as text and text as octets, in every character set a board may have. */
export const charset: ParserTarget = {
  name: 'charset',
  seeds: () => [
    'plain',
    'café',
    Buffer.from('caf\xe9', 'latin1'),
    Buffer.from('\x93quoted\x94 \x80', 'latin1'),
    'Ω → ∞ “x” ő ﬁ',
    '😀',
    'e\u0301',
  ],
  words: ['é', '€', 'ő', '😀', '\u0301', '\u200b', '\ufeff', '\u2028', 'ﷺ', '\u0300\u0301\u0302'],
  run(input) {
    const octets = octetsFrom(input);
    const text = input.toString('utf8');
    for (const name of CHARSETS) {
      const read = decode(octets, name);
      assert(read.isWellFormed());
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      assert.doesNotMatch(stripControls(read), /[\0-\x08\n\v\r\x0e-\x1f\x7f-\x9f]/);
      const written = unlessRefused(() => encode(text, name), UnencodableError);
      if (written === undefined) continue;
      assert.doesNotMatch(written, /[\u0100-\uffff]/);
      if (name === 'utf-8') assert.equal(decode(written, name), text.normalize('NFC').toWellFormed());
      if (name === 'auto') assert.equal(decode(written, name), text.normalize('NFC').toWellFormed());
    }
  },
};
