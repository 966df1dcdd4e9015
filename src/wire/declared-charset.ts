/** Text whose character set its author declared, or should have. Read strictly: no character is ever made up. */
import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { type Octets, octetsFrom } from './octets.ts';
import { Trouble } from './trouble.ts';

/** Bytes that are not valid in their declared character set. */
export class CharsetError extends Trouble {
  /** @param fault for the author of the text */
  constructor(fault: string) {
    super(fault);
    this.name = 'CharsetError';
  }
}

/** Labels that were filled in only because something had to be, and those of US-ASCII. */
const UNDECLARED =
  /^(?:|us-ascii|ascii|us|646|iso_?646(?:[-_.]?(?:us|irv).*)?|ansi_x3\.4-19\d\d|iso-ir-6|cp367|ibm367|csascii|[78]-?bits?|binary|none|default|(?:x-)?unknown(?:-8bit)?|iso-8859|text|plain)$/;
const UTF8 = /^(?:unicode-1-1-)?utf[-_ ]?8(?:mb4|n)?$/;
/** Names that neither the Encoding Standard nor iconv-lite has. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'iso-2022-jp': ['iso-2022-jp-1', 'iso-2022-jp-2', 'iso-2022-jp-3', 'iso-2022-jp-ms', 'jis', 'cp50220', 'cp50221'],
    'euc-jp': ['ujis', 'x-eucjp', 'eucjp', 'eucjp-ms', 'cp51932'],
    'euc-kr': ['uhc', 'x-windows-949', 'ms949', 'cp949', 'windows-949', 'euckr'],
    shift_jis: ['cp932', 'ms932', 'cp943', 'sjis-win'],
    gbk: ['cp936', 'ms936', 'euc-cn', 'euccn', 'gb_2312'],
    big5: ['cp950', 'ms950', 'x-big5'],
    'windows-1252': ['ansi', '8859-1', 'iso-latin-1', 'iso8859'],
    'utf-16': ['ucs2', 'ucs-2', 'unicode', 'iso-10646-ucs-2', 'csunicode'],
  }).flatMap(([charset, names]) => names.map((name): [string, string] => [name, charset])),
);
/** Unicode in units of more than an octet, or in disguise: never to be taken for UTF-8. */
const OTHER_UNICODE = /^utf[-_]?(?:7|16|32)/;
/** Sets in which a word may by chance be valid UTF-8: every octet of it is beyond ASCII. */
const DENSE = /^(?:gb|big5|euc|shift_jis|windows-874|tis|iso-8859-11|cp874|ks|johab)/;
/** Names that iconv-lite knows, but not as character sets. */
const NO_CHARSET = /^(?:hex|base64|internal|cesu-?8)$/;

// Its tables are loaded now, and not while somebody posts.
iconv.encodingExists('cp850');

const NOT_A_CHARACTER = /[\ufffd\ue000-\uf8ff\u{f0000}-\u{10ffff}]/u;
/** An escape of ISO 2022 that gives octets another meaning. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const ISO_2022 = /\x1b(?:\$[@A-D()*+]|\([A-Z@])/;
const UNDEFINED_IN_1252 = /[\x81\x8d\x8f\x90\x9d]/;

/**
 * Text of a MIME part or an encoded word.
 *
 * @param label as declared; empty where nothing was
 * @throws CharsetError
 */
export function decodeDeclared(bytes: Uint8Array, label: string): string {
  const name = label
    .trim()
    .replace(/^["']|["']$/g, '')
    .toLowerCase();
  if (UNDECLARED.test(name)) return decodeUndeclared(bytes);
  if (UTF8.test(name)) return decodeUtf8(bytes);
  const charset = ALIASES.get(name) ?? name;
  const decode = decoderOf(charset);
  if (decode === undefined) throw new CharsetError(`the character set "${clip(name)}" is not known here`);
  if (isUtf8(bytes) && !isAscii(bytes) && !OTHER_UNICODE.test(charset)) return decodeEither(bytes, charset, decode);
  // UTF-16 has NULs, or is not valid UTF-8; UTF-7 is ASCII.
  if (OTHER_UNICODE.test(charset) && isUtf8(bytes) && !bytes.includes(0) && !isUtf7(bytes, charset)) return utf8(bytes);
  const text = decode(bytes);
  if (text === undefined) throw new CharsetError(`the text is declared to be ${clip(name)}, and is not`);
  return text;
}

/**
 * Text without a declaration: ISO-2022-JP and UTF-8 can be told from their bytes; else it is windows-1252, which is
 * what 8-bit newsreaders that declare nothing send, unless it does not look like that.
 *
 * @throws CharsetError
 */
export function decodeUndeclared(bytes: Uint8Array): string {
  const octets = octetsFrom(bytes);
  if (ISO_2022.test(octets)) {
    const text = strict('iso-2022-jp')?.(bytes);
    if (text === undefined)
      throw new CharsetError('the text has no declared character set, and escapes of one that is not known here');
    return text;
  }
  if (isUtf8(bytes)) return utf8(bytes);
  const high = octets.match(/[\x80-\xff]/g)?.length ?? 0;
  const letters = octets.match(/[A-Za-z]/g)?.length ?? 0;
  if (UNDEFINED_IN_1252.test(octets) || isDamagedUtf8(octets) || (high >= 8 && high > letters)) {
    throw new CharsetError('the text has no declared character set, and is neither UTF-8 nor windows-1252');
  }
  return new TextDecoder('windows-1252').decode(bytes);
}

/** Like `decodeUndeclared`, for text that is only shown: what can't be read is taken for windows-1252. */
export function guessText(bytes: Uint8Array): string {
  return isUtf8(bytes) ? utf8(bytes) : new TextDecoder('windows-1252').decode(bytes);
}

/** Text declared to be UTF-8. Latin-1 under that label is common and recognised; damaged UTF-8 is an error. */
function decodeUtf8(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return isAscii(bytes) ? decodeUndeclared(bytes) : utf8(bytes);
  const damaged = () => new CharsetError('the text is declared to be UTF-8, and is not');
  if (/[\xc3-\xf4][\x80-\xbf]/.test(octetsFrom(bytes))) throw damaged();
  try {
    return decodeUndeclared(bytes);
  } catch {
    throw damaged();
  }
}

function isUtf7(bytes: Uint8Array, charset: string): boolean {
  return /7$/.test(charset) && isAscii(bytes);
}

/** Valid UTF-8 that is declared to be something else: UTF-8, unless so little of it could be chance. */
function decodeEither(bytes: Uint8Array, charset: string, decode: Decode): string {
  const declared = decode(bytes);
  const text = utf8(bytes);
  if (declared === undefined) return text;
  if (C1.test(text) && !C1.test(declared)) return declared;
  if (!DENSE.test(charset) || evidence(bytes) >= ENOUGH) return text;
  throw new CharsetError(`the text could be ${clip(charset)} as declared, or UTF-8`);
}

const ENOUGH = 3;
/** C1 controls, which nobody writes. */
const C1 = /[\x80-\x9f]/;

/** How much evidence valid UTF-8 gives for being UTF-8: the number of octets after the first of each character. */
function evidence(bytes: Uint8Array): number {
  let count = 0;
  for (const octet of bytes) if ((octet & 0xc0) === 0x80 && ++count >= ENOUGH) break;
  return count;
}

const LONG_SEQUENCE = /[\xe1-\xec\xee][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}/;
const SHORT_SEQUENCE = /[\xc3-\xdf][\x80-\xbf]/g;

/**
 * Whether octets that are not UTF-8 as a whole are UTF-8 that was damaged. (`CAFÉ”` in windows-1252 has such a pair,
 * too.)
 */
function isDamagedUtf8(octets: Octets): boolean {
  if (LONG_SEQUENCE.test(octets)) return true;
  const pairs = octets.match(SHORT_SEQUENCE)?.length ?? 0;
  const beyondAscii = octets.match(/[\x80-\xff]/g)?.length ?? 0;
  return pairs > beyondAscii - 2 * pairs;
}

type Decode = (bytes: Uint8Array) => string | undefined;

function decoderOf(charset: string): Decode | undefined {
  if (charset === 'utf-16' || NO_CHARSET.test(charset)) return charset === 'utf-16' ? lenient(charset) : undefined;
  // `latin-1` is `latin1`.
  return strict(charset) ?? strict(charset.replace(/[-_ ]/g, '')) ?? (known(charset) ? lenient(charset) : undefined);
}

function known(charset: string): boolean {
  return /^[a-z0-9:_.() +-]{1,40}$/.test(charset) && iconv.encodingExists(charset);
}

/** The Encoding Standard's decoders say where bytes are wrong. */
function strict(charset: string): Decode | undefined {
  try {
    const decoder = new TextDecoder(charset, { fatal: true });
    return (bytes) => {
      try {
        return characters(decoder.decode(bytes));
      } catch {
        return undefined;
      }
    };
  } catch {
    return undefined;
  }
}

/** iconv-lite puts U+FFFD where bytes are wrong. */
function lenient(charset: string): Decode {
  return (bytes) => characters(iconv.decode(Buffer.from(bytes), charset));
}

function characters(text: string): string | undefined {
  return NOT_A_CHARACTER.test(text) || !text.isWellFormed() ? undefined : text;
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function clip(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name;
}
