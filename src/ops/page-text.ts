/** How the status page formats what it shows. */

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** `1,234,567`. Without a locale: to load one would take 11 ms of the first page. @param value whole */
export function number(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

export function counted(value: number, what: string): string {
  return `${number(value)} ${what}${value === 1 ? '' : 's'}`;
}

/** `12 s`, `5 min`, `3 h`, `8 days`. */
export function span(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

export function size(octets: number): string {
  return octets < 2 ** 30 ? `${(octets / 2 ** 20).toFixed(1)} MiB` : `${(octets / 2 ** 30).toFixed(1)} GiB`;
}

/** `2026-11-27 15:04 UTC`, for people and for programs. @param time unix ms */
export function moment(time: number): string {
  const iso = new Date(time).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}

/** `15:04` @param time unix ms */
export function clock(time: number): string {
  return new Date(time).toISOString().slice(11, 16);
}

/** Terms and values; the values are HTML. */
export function rows(pairs: readonly (readonly [term: string, value: string])[]): string {
  return `<dl>${pairs.map(([term, value]) => `<dt>${term}</dt><dd>${value}</dd>`).join('')}</dl>`;
}
