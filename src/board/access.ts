import { type Octets, octets } from '../wire/octets.ts';

/** 0 message of the day only, 1 read, 2 post, 3 edit (RGTP 2.1.3: the last digit of 230–233). */
export type AccessLevel = 0 | 1 | 2 | 3;

const MEANINGS = [
  octets`no access yet`,
  octets`no posting`,
  octets`posting ok`,
  octets`editor`,
] as const satisfies Record<AccessLevel, Octets>;

/** The text of 230–233 in groggsd's words. */
export function accessText(level: AccessLevel, what: Octets): Octets {
  return octets`${what} (${MEANINGS[level]})`;
}

/** A number from the database as a level. @throws RangeError */
export function accessLevel(value: unknown): AccessLevel {
  if (value === 0 || value === 1 || value === 2 || value === 3) return value;
  throw new RangeError(`no access level: ${String(value)}`);
}
