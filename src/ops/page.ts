/** The status page: one HTML document without scripts, for small and large screens, light and dark. */
import type { History } from './history.ts';
import type { BoardStatus, PeerStatus, Status } from './status.ts';

export const style = `:root{color-scheme:light dark;--bg:#fafaf7;--fg:#1c1c1a;--dim:#6a6a63;--card:#fff;--line:#deded6;--bar:#2d6cdf;--ok:#1a7f4b;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--bg:#151614;--fg:#e9e9e3;--dim:#a0a097;--card:#1e201d;--line:#34362f;--bar:#7aa7ff;--ok:#62c98f;--bad:#ff8a80}}
*{box-sizing:border-box}body{margin:0 auto;max-width:60rem;padding:1rem;background:var(--bg);color:var(--fg);font:1rem/1.45 system-ui,sans-serif}
h1{font-size:1.35rem;margin:.2rem 0}h2{font-size:1.05rem;margin:0}p{margin:.3rem 0}.dim{color:var(--dim)}.bad{color:var(--bad)}.ok{color:var(--ok)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));gap:.8rem;margin:1rem 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem;overflow-wrap:anywhere}
.head{display:flex;justify-content:space-between;gap:.5rem;flex-wrap:wrap}progress{width:100%;height:.7rem;accent-color:var(--bar)}
dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem .8rem;margin:.5rem 0 0}dt{color:var(--dim)}dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
svg{display:block;width:100%;height:3.2rem;margin-top:.4rem}svg path{fill:var(--bar)}svg line{stroke:var(--line)}`;

export interface PageInput {
  readonly status: Status;
  readonly history: History;
  /** unix time in ms */
  readonly now: number;
}

/** Shows no addresses, no names of people, and no texts. */
export function statusPage({ status, history, now }: PageInput): string {
  const charts = [
    ['Commands', history.series('commands')],
    ['Connections', history.series('connections')],
    ['Posts', history.series('posts')],
    ['Requests to boards', history.series('requests')],
  ] as const;
  const up = span((now - status.started) / 1000);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="refresh" content="30"><title>${escaped(status.name)} – rgtp-nntp</title><style>${style}</style></head><body>
<header><h1>${escaped(status.name)}</h1><p class="dim">rgtp-nntp ${escaped(status.version)} · up ${up} · ${counted(status.sessions, 'newsreader')} connected</p></header>
<main><section class="cards" aria-label="Boards">
${status.boards.map((board) => boardCard(board, now)).join('\n')}
</section>${peerCards(status, now)}<section class="cards" aria-label="The last hour">
${charts.map(([title, series]) => chartCard(title, series)).join('\n')}
</section>${cacheTable(status)}</main></body></html>
`;
}

function boardCard(board: BoardStatus, now: number): string {
  const state = board.reachable ? `<span class="ok">${escaped(board.phase)}</span>` : '<span class="bad">away</span>';
  const error =
    board.lastError === undefined
      ? ''
      : `<p class="bad">${escaped(board.lastError.message)} <span class="dim">(${span((now - board.lastError.at) / 1000)} ago)</span></p>`;
  const rows = [
    ['Items held', `${number(board.held)} of ${number(board.items)}`],
    ['Articles', number(board.articles)],
    ['Newest sequence number', board.sequence === undefined ? 'none yet' : number(board.sequence)],
    ['Behind the board', behind(board)],
    ['Last in step', `${span(board.lagSeconds)} ago`],
  ];
  return `<article class="card"><div class="head"><h2>${escaped(board.newsgroup)}</h2>${state}</div>
<progress max="${Math.max(1, board.items)}" value="${board.items === 0 && board.ready ? 1 : board.held}" aria-label="Items held"></progress>
<dl>${rows.map(([term, value]) => `<dt>${term}</dt><dd>${value}</dd>`).join('')}</dl>${error}</article>`;
}

function peerCards({ peers = [] }: Status, now: number): string {
  if (peers.length === 0) return '';
  return `<section class="cards" aria-label="Peers">\n${peers.map((peer) => peerCard(peer, now)).join('\n')}\n</section>`;
}

function peerCard(peer: PeerStatus, now: number): string {
  const { name, state, backlog, lastError } = peer;
  const error =
    lastError === undefined
      ? ''
      : `<p class="bad">${escaped(lastError.message)} <span class="dim">(${span((now - lastError.at) / 1000)} ago)</span></p>`;
  const rows = [
    ['Waiting for it', backlog === 0 ? 'nothing' : `up to ${counted(backlog, 'article')}`],
    ['Offered', number(peer.offered)],
    ['Accepted', number(peer.accepted)],
    ['Refused', number(peer.refused)],
    ['Deferred', number(peer.deferred)],
  ];
  return `<article class="card"><div class="head"><h2>${escaped(name)}</h2><span class="${state === 'away' ? 'bad' : 'ok'}">${state}</span></div>
<dl>${rows.map(([term, value]) => `<dt>${term}</dt><dd>${value}</dd>`).join('')}</dl>${error}</article>`;
}

/** While the board is away, its progress is unknown. */
function behind({ lagSequences, reachable }: BoardStatus): string {
  if (lagSequences > 0) return `${counted(lagSequences, 'change')}${reachable ? '' : ' or more'}`;
  return reachable ? 'up to date' : 'unknown';
}

/** One bar a minute, scaled to the highest. */
function chartCard(title: string, series: readonly number[]): string {
  const most = Math.max(...series, 0);
  const bars = series
    .map((value, i) => (value === 0 ? '' : bar(i, Math.max(1, Math.round((value / most) * 40)))))
    .join('');
  const total = series.reduce((sum, value) => sum + value, 0);
  const text = `${number(total)} in the last hour, at most ${number(most)} a minute`;
  return `<article class="card"><div class="head"><h2>${title}</h2></div><p class="dim">${text}</p>
<svg viewBox="0 0 240 41" preserveAspectRatio="none" role="img" aria-label="${title}: ${text}"><path d="${bars}"/><line x1="0" y1="40.5" x2="240" y2="40.5"/></svg></article>`;
}

function bar(minute: number, height: number): string {
  return `M${minute * 4} 40v-${height}h3v${height}z`;
}

function cacheTable({ caches }: Status): string {
  if (caches.length === 0) return '';
  const rows = caches.map(({ name, octets, hits, misses }) => {
    const asked = hits + misses;
    const rate = asked === 0 ? 'not asked yet' : `${Math.round((hits / asked) * 100)} % found`;
    return `<dt>${escaped(name)}</dt><dd>${(octets / 2 ** 20).toFixed(1)} MiB, ${rate}</dd>`;
  });
  return `<section class="card" aria-label="Caches"><h2>Caches</h2><dl>${rows.join('')}</dl></section>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function number(value: number): string {
  return value.toLocaleString('en-GB');
}

function counted(value: number, what: string): string {
  return `${number(value)} ${what}${value === 1 ? '' : 's'}`;
}

/** `12 s`, `5 min`, `3 h`, `8 d`. */
function span(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
