/** Article numbers are 1 … 2,147,483,647 (RFC 3977 §6). */
export const MAX_NUMBER = 2_147_483_647;

const MAX_DIGITS = 16;

/**
 * An article number: 1 to 16 digits (RFC 3977 §9.8). `undefined`: not one. It may exceed the highest possible number.
 */
export function parseNumber(text: string): number | undefined {
  if (text.length === 0 || text.length > MAX_DIGITS) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** Inclusive; empty if high < low. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** `n`, `n-` or `n-m` (RFC 3977 §6.1.2.2). A reversed range is legal and empty. `undefined`: not a range. */
export function parseRange(text: string): Range | undefined {
  const dash = text.indexOf('-');
  const low = parseNumber(dash < 0 ? text : text.slice(0, dash));
  if (low === undefined) return undefined;
  if (dash < 0) return { low, high: low };
  const end = text.slice(dash + 1);
  const high = end === '' ? MAX_NUMBER : parseNumber(end);
  return high === undefined ? undefined : { low, high };
}
