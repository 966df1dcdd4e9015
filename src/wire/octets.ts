import './own-memory.ts';

/**
 * A byte string: every UTF-16 unit is one octet, 0–255. What boards send and store has no declared character set, so it
 * stays bytes until `charset.ts` reads it as text. V8 stores such strings with one byte per character, and they
 * compare, hash and slice faster than Buffers.
 *
 * Text and octets are different types that do not mix: what people read is `Text`, what a board or an article sends is
 * `Octets`, whole or in part. Only the functions in this file make octets.
 */
declare const octet: unique symbol;
declare const plain: unique symbol;

export type Octets = OctetString & string;

/** Octets 0–127, which are the same as text. */
export type Ascii = Octets & { readonly [plain]: true };

/** Text. Octets become text only through `decode` (charset.ts). */
export type Text = string & ({ readonly [octet]?: never } | { readonly [plain]: true });

interface OctetString {
  readonly [octet]: true;
  at(index: number): Octets | undefined;
  charAt(index: number): Octets;
  concat(...more: Octets[]): Octets;
  match(pattern: RegExp): OctetMatch | null;
  padEnd(length: number, fill?: Octets): Octets;
  repeat(count: number): Octets;
  replaceAll(what: '\n.' | '\n' | '\r\n', by: '\n..' | '\r\n' | '\n'): Octets;
  replace(pattern: string | RegExp, by: Octets | ((matched: Octets, ...groups: Octets[]) => Octets)): Octets;
  slice(start?: number, end?: number): Octets;
  split(separator: string | RegExp, limit?: number): Octets[];
  toLowerCase(): Octets;
  /**
   * The built-in methods would strip the octet A0, too, with which `à` ends in UTF-8; `trimmed` strips only ASCII's
   * white space.
   */
  readonly trim: never;
  readonly trimEnd: never;
  readonly trimStart: never;
  [Symbol.iterator](): StringIterator<Octets>;
}

interface OctetMatch extends Array<Octets> {
  readonly 0: Octets;
  readonly index: number;
}

/** V8 knows without searching that this cannot match a one-byte string. */
const NOT_AN_OCTET = /[\u0100-\uffff]/;
const NOT_ASCII = /[\u0080-\uffff]/;
/** for `owned` and `passing` alone */
const SCRATCH = Buffer.allocUnsafe(4096);

/**
 * The byte string with the octets of `bytes`, or of a part of them. (`latin1` in Buffer is the identity on octets; in
 * TextDecoder it is not.)
 */
export function octetsFrom(bytes: Uint8Array, start?: number, end?: number): Octets {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1', start, end) as Octets;
}

/**
 * The octets of `text` as a Buffer. Throws `RangeError` if a unit is not an octet: Buffer alone would truncate it
 * silently.
 */
export function bytesOf(text: Octets): Buffer {
  return Buffer.from(checked(text, NOT_AN_OCTET), 'latin1');
}

/**
 * The octets of `text` for a caller that copies them at once, as SQLite copies a statement's parameters. The next call
 * may overwrite them, so there is no garbage to collect.
 */
export function passing(text: Octets): Buffer {
  if (text.length > SCRATCH.length) return bytesOf(text);
  return SCRATCH.subarray(0, SCRATCH.write(checked(text, NOT_AN_OCTET), 0, 'latin1'));
}

/** A copy, which does not keep alive the longer string from which `text` was cut. */
export function owned(text: Octets): Octets {
  // Hundreds of thousands of Buffers would have to be collected.
  const bytes = text.length <= SCRATCH.length ? SCRATCH : Buffer.allocUnsafe(text.length);
  return bytes.toString('latin1', 0, bytes.write(text, 0, 'latin1')) as Octets;
}

/** Octets written in code: octets`REPL ${id}`. */
export function octets(parts: TemplateStringsArray, ...values: readonly (Octets | number)[]): Octets {
  let all = parts[0] ?? '';
  for (let i = 0; i < values.length; i++) all += `${values[i]}${parts[i + 1]}`;
  return all as Octets;
}

/** ASCII text, which is the same as octets. Throws `RangeError` for any other text. */
export function ascii(text: string): Ascii {
  return checked(text, NOT_ASCII) as Ascii;
}

/** Text in ISO 8859-1, whose characters are octets. Throws `RangeError` if a character is not in it. */
export function latin1(text: Text): Octets {
  return checked(text, NOT_AN_OCTET) as Octets;
}

/** `parts`, with `between` between them. */
export function join(parts: readonly Octets[], between: Octets): Octets {
  return parts.join(between) as Octets;
}

/** Without ASCII's white space at both ends. */
export function trimmed(text: Octets): Octets {
  let start = 0;
  while (start < text.length && isWhite(text, start)) start++;
  return trimmedEnd(text.slice(start));
}

/** Without ASCII's white space at the end. */
export function trimmedEnd(text: Octets): Octets {
  let end = text.length;
  while (end > 0 && isWhite(text, end - 1)) end--;
  return text.slice(0, end);
}

function isWhite(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}

function checked(text: string, wrong: RegExp): string {
  const at = text.search(wrong);
  if (at >= 0) throw new RangeError(`not a byte string: unit ${text.charCodeAt(at)} at ${at}`);
  return text;
}
