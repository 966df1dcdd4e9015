/**
 * Character sets of seven bits, which switch by escapes. Their characters are those of 8-bit sets, whose tables are
 * used. (TextDecoder refuses two escapes in a row, which occur between neighbouring encoded words; iconv-lite has none
 * of these sets.)
 */
import iconv from 'iconv-lite';
import { octetsFrom } from './octets.ts';

/** The meaning of a run of octets, with U+FFFD for what has none; `undefined`: these octets can't occur there. */
type Meaning = (run: string) => string | undefined;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const ascii: Meaning = (run) => (/[\x0e\x0f\x1b\x80-\xff]/.test(run) ? undefined : run);

/** Two octets per character, which `charset` has with the eighth bit set. A line end returns to ASCII. */
function pairs(charset: string, prefix: readonly number[] = []): Meaning {
  // Making a decoder for each of thousands of short runs would take milliseconds. There are 8,836 pairs.
  const known = new Map<string, string>();
  const meaningOf = (pair: string): string => {
    const octets = [...prefix, pair.charCodeAt(0) + 0x80, pair.charCodeAt(1) + 0x80];
    const meaning = iconv.decode(Buffer.from(octets), charset);
    known.set(pair, meaning);
    return meaning;
  };
  return (run) => {
    const [, characters, ends = ''] = /^((?:[!-~]{2})*)([\r\n]*)$/.exec(run) ?? [];
    if (characters === undefined) return undefined;
    let text = '';
    for (let at = 0; at < characters.length; at += 2) {
      const pair = characters.slice(at, at + 2);
      text += known.get(pair) ?? meaningOf(pair);
    }
    return text + ends;
  };
}

const halfWidthKana: Meaning = (run) =>
  /^[!-_]*[\r\n]*$/.test(run)
    ? run.replace(/[!-_]/g, (octet) => String.fromCharCode(octet.charCodeAt(0) + 0xff40))
    : undefined;

/** By what follows ESC (RFC 1468, RFC 2237). */
const JAPANESE: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['(B', ascii],
  ['(J', (run) => ascii(run)?.replaceAll('\\', '¥').replaceAll('~', '‾')],
  ['(I', halfWidthKana],
  ['$@', pairs('euc-jp')],
  ['$B', pairs('euc-jp')],
  ['$(D', pairs('euc-jp', [0x8f])],
]);
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const ESCAPE = /\x1b(\([BJI]|\$[@B]|\$\(D)/;
/** By the preceding shift (RFC 1557). */
const KOREAN: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['\x0f', ascii],
  ['\x0e', pairs('cp949')],
]);
/** Announces the set, once. */
const KOREAN_HEADER = '\x1b$)C';

function switching(sent: string, by: RegExp, meanings: ReadonlyMap<string, Meaning>): string | undefined {
  const [start = '', ...rest] = sent.split(by);
  let text = ascii(start);
  for (let at = 0; at < rest.length; at += 2) {
    const meant = meanings.get(rest[at] ?? '')?.(rest[at + 1] ?? '');
    if (text === undefined || meant === undefined) return undefined;
    text += meant;
  }
  return text;
}

const chinese = pairs('gbk');

/** RFC 1843 */
function decodeHz(sent: string): string | undefined {
  let isValid = !/[\x80-\xff]/.test(sent);
  const text = sent.replace(/~\{((?:[!-w][!-~])*)~\}|~~|~\r?\n|~/g, (whole, run?: string) => {
    isValid &&= whole !== '~';
    if (run !== undefined) return chinese(run) ?? '';
    return whole === '~~' ? '~' : '';
  });
  return isValid ? text : undefined;
}

/** By name, in lower case. */
const DECODERS: Readonly<Record<string, (sent: string) => string | undefined>> = {
  'iso-2022-jp': (sent) => switching(sent, ESCAPE, JAPANESE),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
  'iso-2022-kr': (sent) => switching(sent.replaceAll(KOREAN_HEADER, ''), /([\x0e\x0f])/, KOREAN),
  'hz-gb-2312': decodeHz,
};

/**
 * A decoder of one of these sets: returns text with U+FFFD for octets without a meaning, or `undefined` for octets that
 * the set does not have.
 */
export function escapedCharset(name: string): ((bytes: Uint8Array) => string | undefined) | undefined {
  const decode = DECODERS[name];
  return decode && ((bytes) => decode(octetsFrom(bytes)));
}

/** An escape of ISO 2022 that gives octets another meaning. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const ISO_2022 = /\x1b(?:\$[@A-D()*+]|\([A-Z@])/;

/** The set whose escapes occur in undeclared octets, if any. */
export function nameOfEscapes(octets: string): 'iso-2022-jp' | 'iso-2022-kr' | undefined {
  if (!ISO_2022.test(octets)) return undefined;
  return octets.includes(KOREAN_HEADER) ? 'iso-2022-kr' : 'iso-2022-jp';
}
