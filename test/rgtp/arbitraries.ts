import fc from 'fast-check';
import { latin1, type Octets } from '../../src/wire/octets.ts';

export const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });

export const itemId = fc
  .tuple(fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), fc.integer({ min: 0, max: 9_999_999 }))
  .map(([letter, digits]) => letter + String(digits).padStart(7, '0'));

/** Byte strings without LF, as a line has them; letters, blanks and what means something to RGTP more often than the rest. */
export function octets(constraints: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<Octets> {
  const unit = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...'ab (@).^[]:') },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: 0, max: 255 })
        .filter((n) => n !== 0x0a)
        .map((n) => String.fromCharCode(n)),
    },
  );
  return fc.string({ unit, ...constraints }).map(latin1);
}
