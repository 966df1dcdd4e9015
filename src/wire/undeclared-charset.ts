/** Text without a declared character set. Read strictly: no character is ever made up. */
import { isUtf8 } from 'node:buffer';
import { escapedCharset, nameOfEscapes } from './escaped-charsets.ts';
import { type Octets, octets, octetsFrom } from './octets.ts';
import { Trouble } from './trouble.ts';

/** Bytes that are not valid in their declared character set, or in any likely one. */
export class CharsetError extends Trouble {
  /** @param fault for the author of the text */
  constructor(fault: string) {
    super(fault);
    this.name = 'CharsetError';
  }
}

const UNDEFINED_IN_1252 = /[\x81\x8d\x8f\x90\x9d]/;

/**
 * ISO-2022 and UTF-8 can be recognised by their bytes. Anything else is windows-1252, which 8-bit newsreaders send
 * undeclared, unless it does not look like it.
 *
 * @throws CharsetError
 */
export function decodeUndeclared(bytes: Uint8Array): string {
  const text = octetsFrom(bytes);
  const escapes = nameOfEscapes(text);
  if (escapes !== undefined) return decodeEscapes(bytes, escapes);
  if (isUtf8(bytes)) return utf8(bytes);
  if (UNDEFINED_IN_1252.test(text) || isDamagedUtf8(text) || !looksWestern(text)) {
    throw new CharsetError('the text has no declared character set, and is neither UTF-8 nor windows-1252');
  }
  return new TextDecoder('windows-1252').decode(bytes);
}

/** Like `decodeUndeclared`, for text that is only displayed: what can't be read is taken for windows-1252. */
export function guessText(bytes: Uint8Array): string {
  return isUtf8(bytes) ? utf8(bytes) : new TextDecoder('windows-1252').decode(bytes);
}

export function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function decodeEscapes(bytes: Uint8Array, charset: string): string {
  const text = escapedCharset(charset)?.(bytes);
  if (text === undefined || text.includes('\ufffd')) {
    throw new CharsetError('the text has no declared character set, and escapes of one that is not known here');
  }
  return text;
}

const LONG_SEQUENCE = /[\xe1-\xec\xee][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}/;
const SHORT_SEQUENCE = /[\xc3-\xdf][\x80-\xbf]/g;

/** Whether octets that are not UTF-8 as a whole are damaged UTF-8. (`CAFÉ”` in windows-1252 has such a pair, too.) */
function isDamagedUtf8(text: Octets): boolean {
  if (LONG_SEQUENCE.test(text)) return true;
  const pairs = text.match(SHORT_SEQUENCE)?.length ?? 0;
  const beyondAscii = text.match(/[\x80-\xff]/g)?.length ?? 0;
  return pairs > beyondAscii - 2 * pairs;
}

/** Three letters beyond ASCII in a row: a Western word has at most two. */
const RUN = /[\xa1-\xff]{3,}/g;
/** A small letter beyond ASCII before a capital one. */
const CASE_TURNS = /[\xdf-\xf6\xf8-\xff][\xc0-\xd6\xd8-\xde]/g;
/** Signs, low quotes and capitals where other character sets have their small letters. */
const NOT_IN_WORD =
  /[a-z\xdf-\xf6\xf8-\xff][\xa1\xb6\xbc\xbe\xbf\x8a\x8c\x8e\x9f][a-z\xdf-\xf6\xf8-\xff]|[A-Za-z\x82\xa1-\xff][\x82\x84][A-Za-z\xa1-\xff]|[\x82\x83\x88\x89][\xa0-\xff][\x80-\xff]/;
/** All the letters beyond ASCII of one language: people post them as a test (`äöüß`), and `Ääääh`. */
const ALPHABETS = [
  /^[äöüßÄÖÜ]*$/,
  /^[åäöÅÄÖ]*$/,
  /^[æøåÆØÅ]*$/,
  /^[áéíóúñüÁÉÍÓÚÑÜ]*$/,
  /^[àâæçéèêëîïôùûüÿÀÂÆÇÉÈÊËÎÏÔÙÛÜ]*$/,
  /^[ãõáéíóúâêôàçÃÕÁÉÍÓÚÂÊÔÀÇ]*$/,
  /^[áðéíóúýþæöÁÐÉÍÓÚÝÞÆÖ]*$/,
];

/** Whether octets may be windows-1252. */
function looksWestern(text: Octets): boolean {
  const high = text.match(/[\x80-\xff]/g)?.length ?? 0;
  if (high === 0) return true;
  if (NOT_IN_WORD.test(text)) return false;
  const letters = text.match(/[A-Za-z]/g)?.length ?? 0;
  if (high >= 8 && high > letters && !isAlphabet(text)) return false;
  return [...(text.match(RUN) ?? []), ...(text.match(CASE_TURNS) ?? [])].every(isAlphabet);
}

/** Whether the letters beyond ASCII are those of one Western alphabet. */
function isAlphabet(text: Octets): boolean {
  const letters = text.replace(/[^\xc0-\xd6\xd8-\xf6\xf8-\xff]+/g, octets``);
  return ALPHABETS.some((alphabet) => alphabet.test(letters));
}
