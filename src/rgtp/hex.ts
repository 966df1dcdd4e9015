/** 32-bit numbers as eight hexadecimal digits. groggsd and the specification write capitals, spurge small letters. */

import { hex32 } from '../wire/hex.ts';
import { type Ascii, ascii } from '../wire/octets.ts';

const HEX32 = /^[0-9A-Fa-f]{8}$/;

/** `undefined` unless it is exactly eight hexadecimal digits. */
export function parseHex32(text: string): number | undefined {
  return HEX32.test(text) ? Number.parseInt(text, 16) : undefined;
}

/** Eight digits, in capitals. Takes `n` modulo 2³², since sequence numbers wrap. */
export function formatHex32(n: number): Ascii {
  return ascii(hex32(n));
}
