/** Text in headers: encoded words (RFC 2047). */
import { TextDecoder } from 'node:util';

/** RFC 2047 §2: an encoded word is at most 75 characters. */
const MAX_WORD = 75;
const Q_START = '=?UTF-8?Q?';
const B_START = '=?UTF-8?B?';
const END = '?=';
const PAYLOAD = MAX_WORD - Q_START.length - END.length;
/** Base64 comes in fours for every three octets. */
const B_OCTETS = Math.floor(PAYLOAD / 4) * 3;

/** RFC 2047 §5 (3): what may stand for itself in the Q encoding wherever a word is allowed, display names included. */
const Q_PLAIN = /^[A-Za-z0-9!*+/-]$/;
/** What needs no encoding, nor a closer look. */
const PLAIN_TEXT = /^[!-~]+(?: [!-~]+)*$/;
/** Printable ASCII that no reader takes for an encoded word; nothing at all between two blanks. */
const PLAIN = /^(?!.*=\?)[!-~]*$/;

/**
 * Unstructured text (a Subject) as a header value: plain words stay, and from the first to the last word that is not
 * plain all become encoded words. Blanks at the ends would be lost: then the whole text is encoded.
 *
 * @param text without control characters but TAB
 */
export function encodeText(text: string): string {
  if (PLAIN_TEXT.test(text) && !text.includes('=?')) return text;
  if (text.startsWith(' ') || text.endsWith(' ')) return encodeWords(text);
  const words = text.split(' ');
  const first = words.findIndex((word) => !PLAIN.test(word));
  if (first < 0) return text;
  const end = words.findLastIndex((word) => !PLAIN.test(word)) + 1;
  return [...words.slice(0, first), encodeWords(words.slice(first, end).join(' ')), ...words.slice(end)].join(' ');
}

/** The whole text as encoded words of at most 75 characters, separated by blanks, no character split between two. */
export function encodeWords(text: string): string {
  const wellFormed = text.toWellFormed();
  const octets = Buffer.byteLength(wellFormed);
  let quoted = 0;
  for (const character of wellFormed) quoted += quote(character).length;
  // Q can still be read where nothing decodes it: worth half as much again.
  return quoted <= octets * 2 ? encodeQ(wellFormed) : encodeB(wellFormed);
}

function encodeQ(text: string): string {
  const words: string[] = [];
  let payload = '';
  for (const character of text) {
    const quoted = quote(character);
    if (payload.length + quoted.length > PAYLOAD) {
      words.push(Q_START + payload + END);
      payload = '';
    }
    payload += quoted;
  }
  if (payload !== '') words.push(Q_START + payload + END);
  return words.join(' ');
}

function quote(character: string): string {
  if (Q_PLAIN.test(character)) return character;
  if (character === ' ') return '_';
  let quoted = '';
  for (const octet of Buffer.from(character)) quoted += `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  return quoted;
}

function encodeB(text: string): string {
  const words: string[] = [];
  let payload = '';
  let octets = 0;
  for (const character of text) {
    const length = Buffer.byteLength(character);
    if (octets + length > B_OCTETS) {
      words.push(B_START + Buffer.from(payload).toString('base64') + END);
      payload = '';
      octets = 0;
    }
    payload += character;
    octets += length;
  }
  if (payload !== '') words.push(B_START + Buffer.from(payload).toString('base64') + END);
  return words.join(' ');
}

/** One encoded word. Blanks within the Q encoding are wrong and common; RFC 2231 §5 allows a language after `*`. */
const WORD = /=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?\r\n]*)\?=/y;

/**
 * A header value as text: encoded words decoded (white space between two of them is not text, RFC 2047 §6.2), the rest
 * as it is. Neighbours in the same character set are joined before decoding: some clients split a character between
 * two words. A word in an unknown character set stays as it is.
 */
export function decodeWords(value: string): string {
  let text = '';
  let position = 0;
  let pending: { readonly charset: string; readonly decoder: TextDecoder; readonly parts: Buffer[] } | undefined;
  const flush = () => {
    if (pending !== undefined) text += pending.decoder.decode(Buffer.concat(pending.parts));
    pending = undefined;
  };
  while (position < value.length) {
    const start = value.indexOf('=?', position);
    if (start < 0) break;
    WORD.lastIndex = start;
    const match = WORD.exec(value);
    const [word = '', label = '', encoding = '', payload = ''] = match ?? [];
    const charset = label.toLowerCase();
    const decoder = match === null ? undefined : decoderOf(charset);
    const between = value.slice(position, start);
    if (pending === undefined || decoder === undefined || between.trim() !== '') {
      flush();
      text += between;
    } else if (pending.charset !== charset) flush();
    if (decoder === undefined) {
      text += word === '' ? '=?' : word;
      position = start + (word === '' ? 2 : word.length);
      continue;
    }
    pending ??= { charset, decoder, parts: [] };
    pending.parts.push(encoding === 'B' || encoding === 'b' ? Buffer.from(payload, 'base64') : decodeQ(payload));
    position = start + word.length;
  }
  flush();
  return text + value.slice(position);
}

function decoderOf(charset: string): TextDecoder | undefined {
  try {
    return new TextDecoder(charset, { ignoreBOM: true });
  } catch {
    return undefined;
  }
}

function decodeQ(payload: string): Buffer {
  const octets = payload
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(octets.replace(/[^\0-\xff]/g, '?'), 'latin1');
}
