/**
 * A byte string: every UTF-16 unit is one octet, 0–255. What boards send and store has no declared character
 * set, so it stays bytes until `charset.ts` reads it as text. V8 keeps such strings at one byte a character,
 * and they compare, hash and slice faster than Buffers.
 */
export type Octets = string;

/** The byte string with the octets of `bytes`. (`latin1` in Buffer is the identity on octets; in TextDecoder it is not.) */
export function octetsFrom(bytes: Uint8Array): Octets {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** V8 knows of a one-byte string without looking at it that this cannot match. */
const NOT_AN_OCTET = /[\u0100-\uffff]/;

/** The octets of `text` as a Buffer. Throws `RangeError` where a unit is no octet: Buffer alone would cut it off silently. */
export function bytesOf(text: Octets): Buffer {
  const at = text.search(NOT_AN_OCTET);
  if (at >= 0) throw new RangeError(`not a byte string: unit ${text.charCodeAt(at)} at ${at}`);
  return Buffer.from(text, 'latin1');
}
