/**
 * A date as articles carry it (RFC 5322 §3.3), in UTC: `Sat, 21 Nov 2026 23:24:15 +0000`.
 *
 * @param time unix seconds
 */
export function formatDate(time: number): string {
  // ECMAScript fixes this form: English names, two-digit day, GMT at the end.
  return `${new Date(time * 1000).toUTCString().slice(0, -3)}+0000`;
}
