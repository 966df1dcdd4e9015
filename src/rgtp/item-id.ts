import { type Ascii, ascii } from '../wire/octets.ts';

const ITEM_ID = /^[A-Za-z][0-9]{7}$/;
const FIRST_YEAR = 1985;
const DAY_MS = 86_400_000;

/**
 * Parses a letter and seven digits; returns them in upper case, `undefined` for anything else. Digits need not be a
 * date: spurge's are random.
 */
export function parseItemId(text: string): Ascii | undefined {
  return ITEM_ID.test(text) ? ascii(text.toUpperCase()) : undefined;
}

/**
 * The item id for a minute: a letter for the year, the day of the year from zero, hours and minutes, in GMT. In bursts
 * ids run ahead of the clock, so an id does not tell when an item was made.
 */
export function itemIdAt(unixSeconds: number): Ascii {
  const date = new Date(unixSeconds * 1000);
  const year = date.getUTCFullYear();
  const letter = String.fromCharCode(0x41 + ((((year - FIRST_YEAR) % 26) + 26) % 26));
  const day = Math.floor((date.getTime() - Date.UTC(year, 0)) / DAY_MS);
  return ascii(letter + digits(day, 3) + digits(date.getUTCHours(), 2) + digits(date.getUTCMinutes(), 2));
}

function digits(n: number, width: number): string {
  return String(n).padStart(width, '0');
}
