const DAY = 86_400;
let day = -1;
let dayText = '';

/**
 * An article's Date (RFC 5322 §3.3), in UTC: `Sat, 21 Nov 2026 23:24:15 +0000`.
 *
 * @param time unix seconds
 */
export function formatDate(time: number): string {
  const today = Math.floor(time / DAY);
  // Neighbours in a newsgroup are mostly from the same day.
  if (today !== day) {
    // ECMAScript fixes this form: English names, two-digit day.
    dayText = new Date(today * DAY * 1000).toUTCString().slice(0, 'Sat, 21 Nov 2026 '.length);
    day = today;
  }
  const second = time - today * DAY;
  return `${dayText}${digits(second / 3600)}:${digits((second / 60) % 60)}:${digits(second % 60)} +0000`;
}

function digits(n: number): string {
  const whole = Math.floor(n);
  return whole < 10 ? `0${whole}` : String(whole);
}
