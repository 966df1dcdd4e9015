import type { Octets } from './octets.ts';

/** The line both protocols answer with: three digits, a blank, text (RFC 3977 §3.2; RGTP, form of responses). */
export interface Status {
  readonly code: number;
  /** what follows the digits and one blank; further blanks are part of it */
  readonly text: Octets;
}

/** `undefined`: not a status line. */
export function parseStatus(line: Octets): Status | undefined {
  if (!/^[1-5][0-9]{2}(?: |$)/.test(line)) return undefined;
  return { code: Number(line.slice(0, 3)), text: line.slice(4) };
}
