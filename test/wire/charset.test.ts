import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Charset, decode, encode, stripControls, UnencodableError } from '../../src/wire/charset.ts';
import { latin1 } from '../../src/wire/octets.ts';

const CHARSETS = ['auto', 'latin1', 'utf-8', 'windows-1252'] as const satisfies Charset[];
const octets = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n)) });
const text = fc.string({ unit: 'grapheme' });
const latin1Text = fc.string({ unit: fc.constantFrom(...'aé£ÃÂ©ß\u00a0€’') });

describe('decode', () => {
  it.each([
    ['auto', 'caf\xc3\xa9', 'café'],
    ['auto', 'caf\xe9', 'café'],
    ['auto', 'caf\xe9 caf\xc3\xa9', 'café cafÃ©'],
    ['auto', '\x93quoted\x94 \x80', '“quoted” €'],
    ['latin1', 'caf\xc3\xa9', 'cafÃ©'],
    ['latin1', 'a\x85b', 'a…b'],
    ['utf-8', 'caf\xc3\xa9 caf\xe9 \x85', 'café café …'],
    ['windows-1252', '\x80\x81', '€\u0081'],
  ] as const)('%s %j → %j', (charset, from, to) => {
    expect(decode(latin1(from), charset)).toBe(to);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(octets, fc.constantFrom(...CHARSETS), (o, charset) => decode(latin1(o), charset).length <= o.length),
    );
  });
});

describe('encode', () => {
  it.each([
    ['latin1', '“It’s” – 5 €…', '"It\'s" - 5 EUR...'],
    ['latin1', 'Erdős, Łódź, ﬁn, Œuvre', 'Erdos, L\xf3dz, fin, OEuvre'],
    ['latin1', 'e\u0301', '\xe9'],
    ['latin1', 'a\u200bb\u2028c', 'ab\nc'],
    ['latin1', '\u0085', '...'],
    ['windows-1252', '“5 €” ő', '\x935 \x80\x94 o'],
    ['utf-8', 'e\u0301 ☃', '\xc3\xa9 \xe2\x98\x83'],
    ['auto', 'café', 'caf\xe9'],
    ['auto', 'It’s', 'It\xe2\x80\x99s'],
    ['auto', 'cafÃ©', 'caf\xc3\x83\xc2\xa9'],
    ['auto', '\u0085', '\xc2\x85'],
  ] as const)('%s %j → %j', (charset, from, to) => {
    expect(encode(from, charset)).toBe(to);
  });

  it('names the character it cannot write', () => {
    const error = (() => {
      try {
        return encode('ab 猫', 'latin1');
      } catch (e) {
        return e;
      }
    })();
    expect(error).toBeInstanceOf(UnencodableError);
    expect(error).toMatchObject({
      character: '猫',
      index: 3,
      message: 'character 猫 (U+732B) cannot be written in latin1',
    });
  });

  it('loses nothing in auto and UTF-8', () => {
    fc.assert(
      fc.property(fc.oneof(text, latin1Text), fc.constantFrom('auto' as const, 'utf-8' as const), (t, charset) => {
        expect(decode(encode(t, charset), charset)).toBe(t.normalize('NFC').toWellFormed());
      }),
    );
  });

  it('never lets mojibake grow: what came back once comes back the same', () => {
    fc.assert(
      fc.property(fc.oneof(text, latin1Text), fc.constantFrom(...CHARSETS), (t, charset) => {
        let once: string;
        try {
          once = decode(encode(t, charset), charset);
        } catch (error) {
          expect(error).toBeInstanceOf(UnencodableError);
          return;
        }
        expect(decode(encode(once, charset), charset)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  it('can write again whatever it read', () => {
    fc.assert(
      fc.property(octets, fc.constantFrom(...CHARSETS), (o, charset) => {
        const read = decode(latin1(o), charset);
        const again = decode(encode(read, charset), charset);
        expect(decode(encode(again, charset), charset)).toBe(again);
        if (charset !== 'latin1') expect(again).toBe(read.normalize('NFC'));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('stripControls', () => {
  it('keeps TAB and FF, and keeps apart what controls separated', () => {
    expect(stripControls('a\tb\fc\x1b[1m\x07\x00\x7f\x85\r\n\x0bé')).toBe('a\tb\fc[1m é');
    expect(stripControls('one\x0btwo\x85\x1bthree \x07four\x07')).toBe('one two three four');
  });
});
