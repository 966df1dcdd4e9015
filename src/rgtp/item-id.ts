import { type Ascii, ascii } from '../wire/octets.ts';

const ITEM_ID = /^[A-Za-z][0-9]{7}$/;
const FIRST_YEAR = 1985;
const DAY_MS = 86_400_000;

/**
 * Parses a letter and seven digits; returns them in upper case, `undefined` for anything else. The digits need not be a
 * date: spurge's are random.
 */
export function parseItemId(text: string): Ascii | undefined {
  return ITEM_ID.test(text) ? ascii(text.toUpperCase()) : undefined;
}

/**
 * The item id for a minute: a letter for the year, the day of the year from zero, hours and minutes, in GMT. In bursts
 * ids run ahead of the clock, so an id does not reveal when an item was made.
 */
export function itemIdAt(unixSeconds: number): Ascii {
  const date = new Date(unixSeconds * 1000);
  const year = date.getUTCFullYear();
  const letter = String.fromCharCode(0x41 + ((((year - FIRST_YEAR) % 26) + 26) % 26));
  const day = Math.floor((date.getTime() - Date.UTC(year, 0)) / DAY_MS);
  return ascii(letter + digits(day, 3) + digits(date.getUTCHours(), 2) + digits(date.getUTCMinutes(), 2));
}

/**
 * The minute that an item id stands for, in the year nearest to a given time that fits its letter; `undefined` if it
 * stands for none.
 * @param near unix seconds
 */
export function itemIdTime(id: string, near: number): number | undefined {
  const letter = id.charCodeAt(0) - 0x41;
  const nearYear = new Date(near * 1000).getUTCFullYear();
  const turn = Math.round((nearYear - FIRST_YEAR - letter) / 26);
  const year = FIRST_YEAR + letter + 26 * turn;
  const [day, hour, minute] = [id.slice(1, 4), id.slice(4, 6), id.slice(6, 8)].map(Number);
  const time = Date.UTC(year, 0, (day ?? 0) + 1, hour, minute) / 1000;
  // Digits that are no day of that year, or no time of day, result in another id.
  return itemIdAt(time) === id ? time : undefined;
}

function digits(n: number, width: number): string {
  return String(n).padStart(width, '0');
}
