/** A board's bytes ↔ text. RGTP declares no character set: each board has its habit, and some have two. */
import { isUtf8 } from 'node:buffer';
import { ascii, bytesOf, latin1, type Octets, octetsFrom, type Text } from './octets.ts';
import { transliterate } from './transliterate.ts';
import { Trouble } from './trouble.ts';
import { fromC1, toC1 } from './windows-1252.ts';

/** `auto`: UTF-8 if the whole text is valid UTF-8 with a multi-byte character in it, else Latin-1. */
export type Charset = 'auto' | 'latin1' | 'utf-8' | 'windows-1252';

/** A character that is not in the character set, and that nothing in it can replace. */
export class UnencodableError extends Trouble {
  /** the character (one code point) */
  readonly character: string;
  /** its place in the text's NFC form, in UTF-16 units */
  readonly index: number;

  constructor(character: string, index: number, charset: Charset) {
    const point = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    super(`character ${character} (U+${point}) cannot be written in ${charset}`);
    this.name = 'UnencodableError';
    this.character = character;
    this.index = index;
  }
}

const NON_ASCII = /[\u0080-\uffff]/;
const C1_CONTROL = /[\u0080-\u009f]/g;
const BEYOND_LATIN1 = /[\u0080-\u009f\u0100-\uffff]/;
/** One well-formed multi-byte sequence in a byte string (RFC 3629 §4), or one octet that belongs to none. */
const UTF8_OR_STRAY =
  /([\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})|[\x80-\xff]/g;

/**
 * Never throws. Octets 0x80–0x9F outside UTF-8 are read as windows-1252, whatever the character set. With `auto`, pass
 * the whole text at once: all of it counts.
 */
export function decode(octets: Octets, charset: Charset): string {
  if (!NON_ASCII.test(octets)) return octets;
  if (charset === 'utf-8' || charset === 'auto') {
    const bytes = bytesOf(octets);
    if (isUtf8(bytes)) return bytes.toString('utf8');
    if (charset === 'utf-8') return octets.replace(UTF8_OR_STRAY, decodeSequence);
  }
  return octets.replace(C1_CONTROL, fromC1);
}

function decodeSequence(match: string, sequence: string | undefined): string {
  return sequence === undefined ? match.replace(C1_CONTROL, fromC1) : bytesOf(latin1(sequence)).toString('utf8');
}

/**
 * Text → bytes; `decode` with the same character set returns the text in its NFC form. Characters that a single-byte
 * set lacks are spelled (`“` → `"`, `€` → `EUR`, `ő` → `o`); for one without a spelling, throws `UnencodableError`.
 * `auto` spells nothing: it writes Latin-1 if that reads back as the same text, and UTF-8 otherwise, so that garbled
 * text is never garbled further.
 */
export function encode(text: Text, charset: Charset): Octets {
  if (!NON_ASCII.test(text)) return ascii(text);
  const composed = text.normalize('NFC').toWellFormed();
  switch (charset) {
    case 'utf-8':
      return octetsFrom(Buffer.from(composed));
    case 'auto':
      if (fitsLatin1(composed)) return latin1(composed);
      return octetsFrom(Buffer.from(composed));
    case 'latin1':
    case 'windows-1252':
      return encodeSingleByte(composed, charset);
  }
}

/**
 * One character set for all of these, the parts of one post. For `auto`: Latin-1 if each of them reads back from it,
 * else UTF-8.
 */
export function oneCharset(texts: Iterable<Text>, charset: Charset): Charset {
  if (charset !== 'auto') return charset;
  for (const text of texts) if (!fitsLatin1(text.normalize('NFC').toWellFormed())) return 'utf-8';
  return 'latin1';
}

/** Whether `auto` reads the text back from Latin-1. */
function fitsLatin1(composed: Text): boolean {
  return !BEYOND_LATIN1.test(composed) && decode(latin1(composed), 'auto') === composed;
}

function encodeSingleByte(text: Text, charset: 'latin1' | 'windows-1252'): Octets {
  let octets = '';
  let index = 0;
  for (const character of text) {
    octets += encodeCharacter(character, charset) ?? fail(character, index, charset);
    index += character.length;
  }
  return latin1(octets);
}

/** The octets, as Latin-1 characters. */
function encodeCharacter(character: string, charset: 'latin1' | 'windows-1252'): string | undefined {
  if (!BEYOND_LATIN1.test(character)) return character;
  // A C1 control in text is windows-1252 misread as Latin-1.
  const meant = character <= '\u009f' ? fromC1(character) : character;
  if (charset === 'windows-1252') {
    const octet = toC1(meant);
    if (octet !== undefined) return octet;
  }
  return meant <= '\u009f' ? meant : transliterate(meant);
}

function fail(character: string, index: number, charset: Charset): never {
  throw new UnencodableError(character, index, charset);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const CONTROLS = /[\x00-\x08\x0a\x0b\x0d-\x1f\x7f-\x9f]+/g;
const BETWEEN_LETTERS = new RegExp(`(?<=[\\p{L}\\p{M}\\p{N}])${CONTROLS.source}(?=[\\p{L}\\p{M}\\p{N}])`, 'gu');

/**
 * A line without control characters (C0, DEL, C1) other than TAB and FF: terminals obey them, and articles may not
 * contain them. Between letters a blank replaces them, so that words stay apart.
 */
export function stripControls(text: Text): string {
  return text.replace(BETWEEN_LETTERS, ' ').replace(CONTROLS, '');
}
