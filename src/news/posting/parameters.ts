import { decodeDeclared } from '../../wire/declared-charset.ts';
import { bytesOf, latin1, type Octets, octetsFrom } from '../../wire/octets.ts';
import { CharsetError, guessText } from '../../wire/undeclared-charset.ts';
import { decodeWords } from '../encoded-word.ts';
import { withoutComments } from './structured.ts';

/** Characters of a header that are examined: no honest one is longer. */
const MAX_LENGTH = 2048;

export interface Parameters {
  /** lower case */
  readonly value: string;
  /** names in lower case; of two with the same name the first counts */
  readonly parameters: ReadonlyMap<string, string>;
}

interface Section {
  readonly value: string;
  /** has `charset'language'` before the first, and percent signs (RFC 2231 §4) */
  readonly extended: boolean;
}

const PARAMETER = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))/g;
const NAME = /^([^*]+)(?:\*(\d{1,3}))?(\*?)$/;

/**
 * Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183): a value, then `; name=value` with tokens or quoted
 * strings; values in sections and in character sets (RFC 2231). Never throws.
 */
export function parseParameters(field: Octets): Parameters {
  const plain = withoutComments(field.slice(0, MAX_LENGTH));
  const value = /^[^;\s,:]*/.exec(plain)?.[0].toLowerCase() ?? '';
  const found = new Map<string, Map<number, Section>>();
  // Some programs omit the semicolon, or write a comma or a colon: what they declare counts all the same.
  const rest = plain.slice(value.length).replace(/^[\s,:]+(?=[^\s=;"]+\s*=)/, ';');
  for (const [, key = '', inQuotes, token] of rest.matchAll(PARAMETER)) {
    const lower = key.toLowerCase();
    const [, name = lower, section = '0', star = ''] = NAME.exec(lower) ?? [];
    const sections = found.get(name) ?? new Map<number, Section>();
    found.set(name, sections);
    const piece = inQuotes?.replace(/\\(.)/g, '$1') ?? (token ?? '').replace(/^[ \t]+|[ \t]+$/g, '');
    // RFC 6266 §4.3: of the two forms, the one with a character set counts.
    const isBetter = star !== '' && sections.get(Number(section))?.extended === false;
    if (!sections.has(Number(section)) || isBetter)
      sections.set(Number(section), { value: piece, extended: star !== '' });
  }
  return { value, parameters: new Map(Array.from(found, ([name, sections]) => [name, joined(sections)])) };
}

function joined(sections: ReadonlyMap<number, Section>): string {
  const inOrder = [...sections].sort(([a], [b]) => a - b).map(([, section]) => section);
  const charset = inOrder[0]?.extended ? /^([^']*)'[^']*'/.exec(inOrder[0].value) : null;
  const parts = inOrder.map(({ value, extended }, i) => {
    const text = i === 0 && charset !== null ? value.slice(charset[0].length) : value;
    return extended ? unpercented(text) : text;
  });
  return read(latin1(parts.join('')), charset?.[1] ?? '');
}

function unpercented(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => octetsFrom(Buffer.from(hex, 'hex')));
}

function read(octets: Octets, charset: string): string {
  const bytes = bytesOf(octets);
  try {
    // RFC 2047 §5 forbids encoded words here, but many send them.
    return charset === '' ? decodeWords(octets) : decodeDeclared(bytes, charset);
  } catch (error) {
    if (!(error instanceof CharsetError)) throw error;
    return guessText(bytes);
  }
}
