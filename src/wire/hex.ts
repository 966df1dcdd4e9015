const PAIRS = Array.from({ length: 256 }, (_, octet) => octet.toString(16).toUpperCase().padStart(2, '0'));

/**
 * Eight hexadecimal digits, in capitals. Takes `n` modulo 2³². From a table, because each Message-ID has them:
 * `toString`, `toUpperCase` and `padStart` would take longer than all the rest of it.
 */
export function hex32(n: number): string {
  return `${PAIRS[n >>> 24]}${PAIRS[(n >>> 16) & 255]}${PAIRS[(n >>> 8) & 255]}${PAIRS[n & 255]}`;
}
