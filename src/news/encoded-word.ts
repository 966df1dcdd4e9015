/** Text in headers: encoded words (RFC 2047). */
import { decodeDeclared } from '../wire/declared-charset.ts';
import { bytesOf, join, latin1, type Octets, octets, type Text, trimmed } from '../wire/octets.ts';
import { CharsetError, decodeUndeclared } from '../wire/undeclared-charset.ts';

/** RFC 2047 §2: an encoded word is at most 75 characters. */
const MAX_WORD = 75;
const Q_START = '=?UTF-8?Q?';
const B_START = '=?UTF-8?B?';
const END = '?=';
const PAYLOAD = MAX_WORD - Q_START.length - END.length;
/** Base64 has four characters for every three octets. */
const B_OCTETS = Math.floor(PAYLOAD / 4) * 3;

/** RFC 2047 §5 (3): what the Q encoding may leave as it is wherever a word is allowed, display names included. */
const Q_PLAIN = /^[A-Za-z0-9!*+/-]$/;
/** Each octet in the Q encoding. */
const QUOTED = Array.from({ length: 256 }, (_, octet) => {
  const character = String.fromCharCode(octet);
  if (Q_PLAIN.test(character)) return character;
  return character === ' ' ? '_' : `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
});
/** Text that need not be encoded, at first sight. */
const PLAIN_TEXT = /^[!-~]+(?: [!-~]+)*$/;
/** Printable ASCII that no reader takes for an encoded word; also the empty word between two blanks. */
const PLAIN = /^(?!.*=\?)[!-~]*$/;

/** Whether a text can be a header's value as it is. */
export function isPlain(text: Text): boolean {
  return PLAIN_TEXT.test(text) && !text.includes('=?');
}

/**
 * Unstructured text (a Subject) as a header value: everything from the first to the last word that is not plain becomes
 * encoded words; the other words stay. A text with blanks at its ends, which would be lost, is encoded as a whole.
 *
 * @param text without control characters but TAB
 */
export function encodeText(text: Text): string {
  if (isPlain(text)) return text;
  if (text.startsWith(' ') || text.endsWith(' ')) return encodeWords(text);
  const words = text.split(' ');
  const first = words.findIndex((word) => !PLAIN.test(word));
  if (first < 0) return text;
  const end = words.findLastIndex((word) => !PLAIN.test(word)) + 1;
  return [...words.slice(0, first), encodeWords(words.slice(first, end).join(' ')), ...words.slice(end)].join(' ');
}

/**
 * The whole text as encoded words of at most 75 characters, separated by blanks, with no character split between two.
 */
export function encodeWords(text: Text): string {
  const octets = Buffer.from(text.toWellFormed());
  // Q is legible even undecoded, so it may be half as long again.
  return quotedLength(octets, 0, octets.length) <= octets.length * 2 ? encodeQ(octets) : encodeB(octets);
}

function encodeQ(octets: Buffer): string {
  const words: string[] = [];
  let payload = '';
  for (let start = 0, end = 0; start < octets.length; start = end) {
    end = characterEnd(octets, start);
    if (payload.length + quotedLength(octets, start, end) > PAYLOAD) {
      words.push(Q_START + payload + END);
      payload = '';
    }
    for (let at = start; at < end; at++) payload += QUOTED[octets[at] ?? 0];
  }
  if (payload !== '') words.push(Q_START + payload + END);
  return words.join(' ');
}

function quotedLength(octets: Buffer, start: number, end: number): number {
  let length = 0;
  for (let at = start; at < end; at++) length += QUOTED[octets[at] ?? 0]?.length ?? 0;
  return length;
}

function encodeB(octets: Buffer): string {
  const words: string[] = [];
  for (let start = 0, end = 0; start < octets.length; start = end) {
    for (let next = start; next < octets.length; end = next) {
      next = characterEnd(octets, next);
      if (next - start > B_OCTETS) break;
    }
    words.push(B_START + octets.toString('base64', start, end) + END);
  }
  return words.join(' ');
}

/** Where the character of well-formed UTF-8 that begins at `start` ends. */
function characterEnd(octets: Buffer, start: number): number {
  let end = start + 1;
  while (((octets[end] ?? 0) & 0xc0) === 0x80) end++;
  return end;
}

/**
 * One encoded word. Blanks and question marks within the Q encoding are wrong but common; RFC 2231 §5 allows a language
 * after `*`.
 */
const WORD = /=\?([^?*\s]+)(?:\*[^?\s]*)?\?(?:[bB]\?([^?]*)|[qQ]\?((?:[^?]|(?<!=)\?(?!=))*))\?=/y;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

interface Word {
  readonly charset: string;
  readonly octets: Buffer;
  /** as sent; `undefined` in the Q encoding */
  readonly base64: string | undefined;
  readonly length: number;
}

/**
 * Reads a header as text: encoded words are decoded (white space between two of them is dropped, RFC 2047 §6.2), the
 * rest is read as undeclared text. The octets of neighbouring words in one character set are joined before they are
 * decoded, because some clients split a character between two words. Whatever does not have the form of an encoded word
 * is text.
 *
 * @throws CharsetError if a word is not valid in its character set, or the set is unknown
 */
export function decodeWords(value: Octets): string {
  const outside: Octets[] = [];
  const words: string[] = [];
  let position = 0;
  let neighbours: Word[] = [];
  let text = '';
  const flush = () => {
    if (neighbours.length > 0) text += textOf(neighbours);
    neighbours = [];
  };
  for (let start = value.indexOf('=?'); start >= 0; start = value.indexOf('=?', start)) {
    const word = wordAt(value, start);
    if (word === undefined) {
      start += 2;
      continue;
    }
    const between = value.slice(position, start);
    if (neighbours.length === 0 || trimmed(between) !== '') {
      flush();
      words.push(text);
      outside.push(between);
      text = '';
    } else if (!sameCharset(neighbours[0], word)) flush();
    neighbours.push(word);
    start = position = start + word.length;
  }
  flush();
  return interleaved(outside, [...words, text], value.slice(position));
}

/** Whether the names mean one character set: `UTF8` is `utf-8`. */
function sameCharset(a: Word | undefined, b: Word): boolean {
  return a?.charset.replace(/[-_]/g, '') === b.charset.replace(/[-_]/g, '');
}

/** The text of neighbouring words in one character set. */
function textOf(words: readonly Word[]): string {
  const charset = words[0]?.charset ?? '';
  const isCut = words.some(({ base64 = '' }) => isIncomplete(base64));
  try {
    if (!isCut) return decodeDeclared(Buffer.concat(words.map(({ octets }) => octets)), charset);
  } catch (error) {
    if (!words.slice(0, -1).some(({ base64 = '' }) => base64.length % 4 > 0)) throw error;
  }
  // Not only a character may be split between two words, but its encoding, too.
  const base64 = words.map((word) => word.base64 ?? '=').join('');
  const isPadded = !base64.includes('=') || base64.length % 4 === 0;
  if (isIncomplete(base64) || !isPadded || !BASE64.test(base64)) throw new CharsetError('an encoded word is cut short');
  return decodeDeclared(Buffer.from(base64, 'base64'), charset);
}

/** Whether base64 ends within an octet, which Buffer would drop. */
function isIncomplete(base64: string): boolean {
  return base64.replaceAll('=', '').length % 4 === 1;
}

/** Text outside encoded words is decoded as a whole: one program wrote all of it. */
function interleaved(outside: readonly Octets[], words: readonly string[], end: Octets): string {
  const decoded = decodeUndeclared(bytesOf(join([...outside, end], octets`\n`))).split('\n');
  return decoded.map((between, i) => (words[i] ?? '') + between).join('');
}

function wordAt(value: string, start: number): Word | undefined {
  WORD.lastIndex = start;
  const match = WORD.exec(value);
  if (match === null) return undefined;
  const [{ length }, charset = '', base64, quoted = ''] = match;
  const common = { charset: charset.toLowerCase(), length };
  if (base64 === undefined) return { ...common, octets: decodeQ(quoted), base64: undefined };
  const plain = base64.replace(/[ \t]+/g, '');
  return BASE64.test(plain) ? { ...common, octets: Buffer.from(plain, 'base64'), base64: plain } : undefined;
}

/** A blank within a UTF-8 character comes from folding, not from the author. */
const FOLDED = /(=[C-F][0-9A-F])[ \t]+(?==[89AB][0-9A-F])/gi;

function decodeQ(payload: string): Buffer {
  const octets = payload
    .replace(FOLDED, '$1')
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return bytesOf(latin1(octets));
}
