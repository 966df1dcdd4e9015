import type { History } from './history.ts';
import { clock, number } from './page-text.ts';

const HEIGHT = 40;
const MINUTE = 60_000;

/** The charts of a board that is served without newsgroups. */
const ALONE: ReadonlySet<string> = new Set(['connections', 'loginsRefused']);

/**
 * The last hour. Six charts fill rows of one, two or three.
 * @param now unix ms @param news whether newsreaders are served
 */
export function charts(history: History, now: number, news = true): string {
  const shown = [
    ['Connections', 'connections', history.series('connectionsRefused'), 'turned away'],
    ['Commands', 'commands'],
    ['Requests to boards', 'requests'],
    ['Posts', 'posts'],
    ['Posts refused', 'postsRefused'],
    ['Logins refused', 'loginsRefused'],
  ] as const;
  return shown
    .filter(([, name]) => news || ALONE.has(name))
    .map(([title, name, others, what]) => {
      const also = others === undefined ? '' : `; ${number(sumOf(others))} ${what}`;
      return chart(title, history.series(name), also, now);
    })
    .join('\n');
}

/** One bar a minute, scaled to the highest. */
function chart(title: string, series: readonly number[], also: string, now: number): string {
  const most = Math.max(...series, 0);
  const bars = series
    .map((value, i) => (value === 0 ? '' : bar(i, Math.max(1, Math.round((value / most) * HEIGHT)))))
    .join('');
  const text = `${number(sumOf(series))} in the last hour, at most ${number(most)} a minute${also}`;
  const times = [60, 30, 0].map((ago) => `<span>${clock(now - ago * MINUTE)}</span>`).join('');
  return `<figure class="card"><figcaption><h3>${title}</h3><p class="dim">${text}</p></figcaption>
<div class="scale dim" aria-hidden="true"><span>${number(most)} a minute</span></div>
<svg viewBox="0 0 240 41" preserveAspectRatio="none" role="img" aria-label="${title}, minute by minute: ${text}"><path d="${bars}"/><line x1="0" y1="40.5" x2="240" y2="40.5"/></svg>
<div class="axis dim" aria-hidden="true">${times}</div></figure>`;
}

function bar(minute: number, height: number): string {
  return `M${minute * 4} ${HEIGHT}v-${height}h3v${height}z`;
}

function sumOf(series: readonly number[]): number {
  return series.reduce((sum, value) => sum + value, 0);
}
