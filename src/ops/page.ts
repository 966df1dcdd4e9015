/**
 * The status page: one HTML document for small and large screens, light and dark, with and without scripts. By hand:
 * packages for such pages (express-status-monitor) need Express and a socket, and show the machine, not boards. For
 * more, there is Grafana.
 */
import type { History } from './history.ts';
import { charts } from './page-charts.ts';
import { script } from './page-script.ts';
import { style } from './page-style.ts';
import { counted, escaped, moment, number, rows, size, span } from './page-text.ts';
import type { BoardStatus, PeerStatus, Status } from './status.ts';

export interface PageInput {
  readonly status: Status;
  readonly history: History;
  /** unix time in ms */
  readonly now: number;
}

const DAY = 86_400;
/** the same as in rgtp-nntp doctor */
const CERTIFICATE_SOON = 21 * DAY;
const BACKUP_OLD = 7 * DAY;
const DISK_LOW = 2 ** 30;

/** Shows no addresses, no names of people, and no texts. */
export function statusPage({ status, history, now }: PageInput): string {
  const up = span((now - status.started) / 1000);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<noscript><meta http-equiv="refresh" content="30"></noscript><title>${escaped(titleOf(status))}</title><style>${style}</style></head><body>
<a class="skip" href="#main">To the boards</a>
<header><h1>${escaped(status.name)}</h1><div id="now" data-live><p>As of ${moment(now)}${connectedTo(status)}</p>
<p class="dim">rgtp-nntp ${escaped(status.version)}, running for ${up}</p></div><p id="notice" class="bad" role="status"></p>
<nav aria-label="For programs"><a href="metrics">Metrics for Prometheus</a><a href="readyz">Is it ready?</a></nav></header>
<main id="main" tabindex="-1"><h2>Boards</h2><section id="boards" data-live class="cards" aria-label="Boards">
${status.boards.map((board) => boardCard(board, now)).join('\n')}
</section><div id="peers" data-live>${peerCards(status, now)}</div><h2>The last hour</h2><section id="hour" data-live class="cards" aria-label="The last hour, times in UTC">
${charts(history, now, status.sessions !== undefined)}
</section><h2>This server</h2><section id="server" data-live class="cards" aria-label="This server">${serverCard(status, now)}${cacheCard(status)}</section></main>
<script>${script}</script></body></html>
`;
}

/** Trouble comes first: a tab may show no more. */
function titleOf({ name, boards, sessions }: Status): string {
  const away = boards.filter(({ reachable }) => !reachable).map(({ newsgroup }) => newsgroup);
  return `${away.length === 0 ? '' : `${away.join(', ')} away – `}${name} – ${sessions === undefined ? 'board' : 'news server'}`;
}

function connectedTo({ sessions }: Status): string {
  return sessions === undefined ? '' : `: ${counted(sessions, 'newsreader')} connected`;
}

const PHASES: Readonly<Record<string, string>> = {
  serving: 'serving',
  starting: 'starting',
  index: 'reading the index',
  items: 'fetching texts',
  following: 'connected',
  away: 'away',
};

function boardCard(board: BoardStatus, now: number): string {
  const phase = PHASES[board.phase] ?? board.phase;
  const state = board.reachable ? `<span class="ok">${escaped(phase)}</span>` : '<span class="bad">away</span>';
  const trouble =
    board.disk === undefined ? '' : `<p class="bad">Its files can't be written: ${escaped(board.disk)}</p>`;
  const head = `<div class="head"><h3>${escaped(board.newsgroup)}</h3>${state}</div>`;
  if (board.articles === undefined) return `<article class="card">${head}${ownRows(board)}${trouble}</article>`;
  const waiting = (board.postsUnderWay ?? 0) + (board.postsInDoubt ?? 0);
  return `<article class="card">${head}
<progress max="${Math.max(1, board.items)}" value="${board.items === 0 && board.ready ? 1 : board.held}" aria-label="Texts held"></progress>
${rows([
  ['Texts held', `${number(board.held)} of ${number(board.items)} items`],
  ['Articles', number(board.articles)],
  ['Newest sequence number', board.sequence === undefined ? 'none yet' : number(board.sequence)],
  ['Behind the board', behind(board)],
  ['Last agreed with the board', `${span(board.lagSeconds)} ago`],
  ['Posts on their way', waiting === 0 ? 'none' : number(waiting)],
  ...bridgesOn(board),
])}${trouble}${lastError(board, now)}</article>`;
}

function bridgesOn({ bridges, leads = false }: BoardStatus): [string, string][] {
  if (bridges === undefined) return [];
  if (bridges === 0) return [['Bridges', marked('cut off from the database')]];
  return [['Bridges', `${number(bridges)}${leads ? '; this one polls' : ''}`]];
}

/** The rows of a board that is served without newsgroups. */
function ownRows({ items, sequence, clients = 0 }: BoardStatus): string {
  return rows([
    ['Items', number(items)],
    ['Newest sequence number', sequence === undefined ? 'none yet' : number(sequence)],
    ['RGTP connections', number(clients)],
  ]);
}

/** While the board is away, its progress is unknown. */
function behind({ lagSequences, reachable }: BoardStatus): string {
  if (lagSequences > 0) return `${counted(lagSequences, 'change')}${reachable ? '' : ' or more'}`;
  return reachable ? 'up to date' : 'unknown';
}

function lastError({ lastError: error }: Pick<BoardStatus, 'lastError'>, now: number): string {
  if (error === undefined) return '';
  return `<p class="bad">${escaped(error.message)} <span class="dim">(${span((now - error.at) / 1000)} ago)</span></p>`;
}

function peerCards({ peers = [] }: Status, now: number): string {
  if (peers.length === 0) return '';
  return `<h2>Peers</h2><section class="cards" aria-label="Peers">\n${peers.map((peer) => peerCard(peer, now)).join('\n')}\n</section>`;
}

function peerCard(peer: PeerStatus, now: number): string {
  const { name, state, backlog } = peer;
  return `<article class="card"><div class="head"><h3>${escaped(name)}</h3><span class="${state === 'away' ? 'bad' : 'ok'}">${state === 'elsewhere' ? 'fed by another bridge' : state}</span></div>
${rows([
  ['Waiting for it', backlog === 0 ? 'nothing' : `up to ${counted(backlog, 'article')}`],
  ['Offered', number(peer.offered)],
  ['Accepted', number(peer.accepted)],
  ['Refused', number(peer.refused)],
  ['Deferred', number(peer.deferred)],
])}${lastError(peer, now)}</article>`;
}

/** What the operator watches. */
function serverCard({ certificate, disk, backup, logLinesLost = 0 }: Status, now: number): string {
  const lost = counted(logLinesLost, 'line');
  return `<article class="card"><h3>Upkeep</h3>${rows([
    [
      'Certificate',
      certificate === undefined ? 'none' : expiry((certificate.expires - now) / 1000, certificate.expires),
    ],
    ['Disk of the data folder', disk === undefined ? marked('unknown') : room(disk.freeOctets, disk.octets)],
    ['Last backup', backup === undefined ? 'none is known' : age((now - backup) / 1000)],
    ['Log lines that could not be written', logLinesLost === 0 ? 'none' : marked(lost)],
  ])}</article>`;
}

function expiry(seconds: number, at: number): string {
  if (seconds <= 0) return marked(`expired ${moment(at)}`);
  const text = `expires in ${span(seconds)}, ${moment(at)}`;
  return seconds < CERTIFICATE_SOON ? marked(text) : text;
}

function room(free: number, octets: number): string {
  const text = `${size(free)} of ${size(octets)} free`;
  return free < DISK_LOW ? marked(`${text}: low`) : text;
}

function age(seconds: number): string {
  return seconds > BACKUP_OLD ? marked(`${span(seconds)} ago: old`) : `${span(seconds)} ago`;
}

function marked(html: string): string {
  return `<span class="bad">${html}</span>`;
}

function cacheCard({ caches }: Status): string {
  if (caches.length === 0) return '';
  const shown = caches.map(({ name, octets, hits, misses }): [string, string] => {
    const uses = hits + misses;
    const rate = uses === 0 ? 'not used yet' : `${Math.round((hits / uses) * 100)} % found`;
    return [escaped(name), `${size(octets)}, ${rate}`];
  });
  return `<article class="card"><h3>Caches</h3>${rows(shown)}</article>`;
}
