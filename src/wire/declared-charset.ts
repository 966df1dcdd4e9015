/** Text whose author declared its character set, or should have. Read strictly: no character is ever made up. */
import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { escapedCharset } from './escaped-charsets.ts';
import { octetsFrom } from './octets.ts';
import { CharsetError, decodeUndeclared, utf8 } from './undeclared-charset.ts';
import { fromC1 } from './windows-1252.ts';

/** Labels that only fill a gap, and those of US-ASCII. */
const UNDECLARED =
  /^(?:|us-ascii|ascii|us|646|iso_?646(?:[-_.]?(?:us|irv).*)?|ansi_x3\.4-19\d\d|iso-ir-6|cp367|ibm367|csascii|[78]-?bits?|binary|none|default|(?:x-)?unknown(?:-8bit)?|(?:x-)?user-defined|null|undefined|x-ascii|ascii7|cp20127|iso-8859|text|plain)$/;
const UTF8 = /^(?:(?:unicode-1-1-)?utf[-_ ]?8(?:mb4|n|-sig)?|(?:cp)?65001)$/;
/**
 * Names that neither the Encoding Standard nor iconv-lite has; and sets to be read by iconv-lite's tables, under names
 * that TextDecoder does not know, because TextDecoder's tables lack characters and decompose some.
 */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'iso-2022-jp': ['iso-2022-jp-1', 'iso-2022-jp-2', 'iso-2022-jp-3', 'iso-2022-jp-ms', 'iso2022-jp', 'iso2022jp'],
    'iso-2022-jp ': ['jis', 'jis7', 'x-jis', 'cp50220', 'cp50221', 'cp50222', 'csiso2022jp'],
    'iso-2022-kr': ['csiso2022kr', 'iso2022kr'],
    'hz-gb-2312': ['hz', 'hzgb2312'],
    'euc-jp': ['ujis', 'x-euc', 'x-eucjp', 'eucjp', 'eucjp-ms', 'cp51932'],
    cp949: ['euc-kr', 'euckr', 'uhc', 'x-windows-949', 'ms949', 'windows-949', 'cp51949', 'korean', 'ks_c_5601-1987'],
    'cp949 ': ['ks_c_5601-1989', 'ks_c_5601', 'ksc5601', 'ksc_5601', 'iso-ir-149', 'csksc56011987', 'cseuckr'],
    cp932: ['shift_jis', 'shift-jis', 'shiftjis', 'sjis', 'x-sjis', 'ms932', 'cp943', 'sjis-win', 'windows-31j'],
    'cp932 ': ['ms_kanji', 'csshiftjis', 'cswindows31j'],
    gbk: ['cp936', 'ms936', 'euc-cn', 'euccn', 'gb_2312'],
    gb18030: ['gb18030-2000'],
    big5hkscs: [
      'big5',
      'big-5',
      'big5-hkscs',
      'cn-big5',
      'x-x-big5',
      'csbig5',
      'cp950',
      'ms950',
      'x-big5',
      'big5-eten',
    ],
    'windows-1252': [
      'ansi',
      '8859-1',
      '8859_1',
      'iso-latin-1',
      'iso_latin_1',
      'isolatin1',
      'iso8859',
      'x-windows-1252',
    ],
    'windows-1252 ': [
      'iso-8859-1-windows-3.1-latin-1',
      'iso-8859-1-windows-3.0-latin-1',
      'windows-28591',
      'x-iso-8859-1',
    ],
    macintosh: ['cp10000'],
    maccenteuro: ['x-mac-ce', 'mac-centraleurope', 'x-mac-centraleurroman', 'macce'],
    macgreek: ['x-mac-greek'],
    macturkish: ['x-mac-turkish'],
    maciceland: ['x-mac-icelandic'],
    'utf-7': ['unicode-1-1-utf-7', 'utf7', 'csunicode11utf7'],
    'utf-16': ['utf16', 'ucs2', 'ucs-2', 'unicode', 'iso-10646-ucs-2', 'csunicode'],
  }).flatMap(([charset, names]) => names.map((name): [string, string] => [name, charset.trim()])),
);
/** Unicode in units of more than an octet, or in ASCII: never taken for UTF-8. */
const OTHER_UNICODE = /^utf[-_]?(?:7|16|32)/;
/** Sets in which a word may be valid UTF-8 by chance, because all its octets are beyond ASCII. */
const DENSE = /^(?:gb|big5|euc|cp9(?:32|49)|windows-874|tis|iso-8859-11|cp874)/;
/** Names that iconv-lite knows, but not as character sets. */
const NO_CHARSET = /^(?:hex|base64|internal|cesu-?8)$/;

// Loads the tables now, rather than while somebody posts.
iconv.encodingExists('cp850');

/** stands for octets that are no text */
const NOTHING = '\ufffd';
const NOT_A_CHARACTER = /[\ufffd\ue000-\uf8ff\u{f0000}-\u{10ffff}]/u;

/**
 * Text of a MIME part or an encoded word.
 *
 * @param label as declared; empty if there was none
 * @throws CharsetError
 */
export function decodeDeclared(bytes: Uint8Array, label: string): string {
  const name = label
    .trim()
    .replace(/^["']|["';]*$|\/\/.*$/g, '')
    .toLowerCase();
  if (UNDECLARED.test(name)) return decodeUndeclared(bytes);
  if (UTF8.test(name)) return decodeUtf8(bytes);
  const charset = ALIASES.get(name) ?? name;
  const decode = decoderOf(charset);
  if (decode === undefined) throw new CharsetError(`the character set "${clip(name)}" is not known here`);
  if (isUtf8(bytes) && !isAscii(bytes) && !OTHER_UNICODE.test(charset)) return decodeEither(bytes, charset, decode);
  // Real UTF-16 has NULs, or is not valid UTF-8; UTF-7 is ASCII.
  if (OTHER_UNICODE.test(charset) && isUtf8(bytes) && !bytes.includes(0) && !isUtf7(bytes, charset)) return utf8(bytes);
  const text = decode(bytes);
  if (text === undefined) throw new CharsetError(`the text is declared to be ${clip(name)}, and is not`);
  return text;
}

/** Text declared to be UTF-8. Latin-1 under that label is common and recognised; damaged UTF-8 is an error. */
function decodeUtf8(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return isAscii(bytes) ? decodeUndeclared(bytes) : utf8(bytes);
  const damaged = () => new CharsetError('the text is declared to be UTF-8, and is not');
  if (/[\xc0-\xf4][\x80-\xbf]/.test(octetsFrom(bytes))) throw damaged();
  try {
    return decodeUndeclared(bytes);
  } catch {
    throw damaged();
  }
}

function isUtf7(bytes: Uint8Array, charset: string): boolean {
  return /7$/.test(charset) && isAscii(bytes);
}

/** Valid UTF-8 declared to be something else: UTF-8, unless there is so little of it that it could be chance. */
function decodeEither(bytes: Uint8Array, charset: string, decode: Decode): string {
  const declared = decode(bytes);
  const text = utf8(bytes);
  if (declared !== undefined && C1.test(text) && !C1.test(declared)) return declared;
  if (!DENSE.test(charset) || (evidence(bytes) >= ENOUGH && !isChance(text))) return text;
  throw new CharsetError(`the text could be ${clip(charset)} as declared, or UTF-8`);
}

/** Whether letters of UTF-8 make no words: they are from several scripts, or only Latin letters beyond ASCII. */
function isChance(text: string): boolean {
  if (/[\u0800-\uffff]/.test(text)) return false;
  const latin = text.match(/[\u0080-\u02ff]/g)?.length ?? 0;
  const inWords = text.match(/[A-Za-z][\u0080-\u02ff]|[\u0080-\u02ff](?=[A-Za-z])/g)?.length ?? 0;
  const scripts = [/[\u0370-\u03ff]/, /[\u0400-\u052f]/, /[\u0590-\u05ff]/, /[\u0600-\u07ff]/];
  const others = scripts.filter((script) => script.test(text)).length;
  return (
    others > 1 || (others === 0 && inWords * 2 < latin) || (others === 1 && latin > inWords && latin * 2 > text.length)
  );
}

const ENOUGH = 3;
/** C1 controls, which nobody writes on purpose. */
const C1 = /[\x80-\x9f]/;
const ISO_8859 = /^(?:iso[-_ ]?8859|latin|l\d)/;
/** Octets with the same meaning in all of Windows' sets. */
const PUNCTUATION = /[\x82\x84\x86\x87\x89\x8b\x91-\x97\x99\x9b]/g;
/** NEL ends a line. */
const UNDEFINED = /[\x80-\x84\x86-\x9f]/;

/** How strongly valid UTF-8 suggests UTF-8: the number of octets after the first of each character. */
function evidence(bytes: Uint8Array): number {
  let count = 0;
  for (const octet of bytes) if ((octet & 0xc0) === 0x80 && ++count >= ENOUGH) break;
  return count;
}

type Decode = (bytes: Uint8Array) => string | undefined;

function decoderOf(charset: string): Decode | undefined {
  if (NO_CHARSET.test(charset)) return undefined;
  if (charset === 'utf-16') return decodeUtf16;
  if (charset === 'utf-7') return decodeUtf7;
  const escaped = escapedCharset(charset);
  if (escaped !== undefined) return (bytes) => characters(escaped(bytes) ?? NOTHING, charset);
  // `latin-1` is `latin1`.
  return strict(charset) ?? strict(charset.replace(/[-_ ]/g, '')) ?? (known(charset) ? lenient(charset) : undefined);
}

function known(charset: string): boolean {
  return /^[a-z0-9:_.() +-]{1,40}$/.test(charset) && iconv.encodingExists(charset);
}

/** The Encoding Standard's decoders, which report invalid bytes. */
function strict(charset: string): Decode | undefined {
  try {
    const decoder = new TextDecoder(charset, { fatal: true });
    return (bytes) => {
      try {
        return characters(decoder.decode(bytes), decoder.encoding);
      } catch {
        return undefined;
      }
    };
  } catch {
    return undefined;
  }
}

/** iconv-lite's decoders, which put U+FFFD for invalid bytes, and drop what is too short for a character. */
function lenient(charset: string): Decode {
  return (bytes) =>
    WIDE.test(charset) && bytes.length % 4 > 0
      ? undefined
      : characters(iconv.decode(Buffer.from(bytes), charset), charset);
}

function characters(text: string, charset: string): string | undefined {
  if (NOT_A_CHARACTER.test(text) || !text.isWellFormed()) return undefined;
  if (!C1.test(text) || OTHER_UNICODE.test(charset)) return text;
  // What a set leaves undefined becomes C1. ISO 8859 has these controls; an author who uses them means one of Windows'
  // sets, which agree on the punctuation and on little else.
  const meant = ISO_8859.test(charset) ? text.replace(PUNCTUATION, fromC1) : text;
  return UNDEFINED.test(meant) || !ISO_8859.test(charset) ? undefined : meant;
}

/** RFC 2781: with a byte order mark; without one, the zeros in ASCII characters tell the order, if there are any. */
function decodeUtf16(bytes: Uint8Array): string | undefined {
  const littleEndian = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (littleEndian || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return strict(littleEndian ? 'utf-16le' : 'utf-16be')?.(bytes);
  }
  const zeros = [0, 0];
  for (const [at, octet] of bytes.entries()) if (octet === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  return even === odd ? undefined : strict(even > odd ? 'utf-16be' : 'utf-16le')?.(bytes);
}

/** Four octets per character. */
const WIDE = /^(?:utf[-_]?32|ucs-?4)/;
/** Bits of a UTF-16 unit, and of a character of base64. */
const UNIT = 16;
const SEXTET = 6;

/** RFC 2152, strictly: an unencoded `+`, as in `C++`, would swallow what follows it. (iconv-lite accepts that.) */
function decodeUtf7(bytes: Uint8Array): string | undefined {
  if (!isAscii(bytes)) return undefined;
  const sent: string = octetsFrom(bytes);
  let isValid = true;
  const text = sent.replace(/\+([A-Za-z0-9+/]*)(-?)/g, (_, base64: string, hyphen: string) => {
    isValid &&= base64 === '' ? hyphen !== '' : (base64.length * SEXTET) % UNIT < SEXTET;
    return base64 === '' ? '+' : unitsOf(base64);
  });
  return isValid ? characters(text, 'utf-7') : undefined;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES: ReadonlyMap<string, number> = new Map(Array.from(DIGITS, (digit, value) => [digit, value]));

/** UTF-16 in base64. (A Buffer for each of thousands of short runs would take milliseconds.) */
function unitsOf(base64: string): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const digit of base64) {
    held = ((held << SEXTET) | (VALUES.get(digit) ?? 0)) & 0x3f_ffff;
    bits += SEXTET;
    if (bits < UNIT) continue;
    bits -= UNIT;
    text += String.fromCharCode((held >>> bits) & 0xffff);
  }
  return text;
}

function clip(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name;
}
