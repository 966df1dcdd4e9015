import { latin1, type Octets } from '../../wire/octets.ts';

/**
 * Text as a userid: octets (RGTP 2.2.3), at most 75, none of them a blank or a control character. `undefined`: not a
 * userid.
 */
export function parseUserid(text: string): Octets | undefined {
  return /^[!-~\u00a0-\u00ff]{1,75}$/.test(text) ? latin1(text) : undefined;
}
