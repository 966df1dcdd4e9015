/** Prometheus metrics: events are counted as they happen, states are read at each scrape. */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { buckets, CommandCounts } from './command-counts.ts';
import { measureLag } from './event-loop-lag.ts';
import { addGauges, onceATurn } from './gauges.ts';
import type { Status } from './status.ts';

/**
 * prom-client's gauges whose names end in `_total`, which only counters' may. The metrics without `_total` have the
 * same sums, by type.
 */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

let processRegistry: Registry | undefined;

/**
 * Event-loop delay (nodejs_eventloop_lag_*), memory, CPU and garbage collection. One registry for the process: its
 * observers are never released, and would keep alive whatever a server registers beside them.
 */
function ofTheProcess(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    // prom-client's own samples of the event loop would wake an idle server every few ms, for figures that are replaced
    // here.
    collectDefaultMetrics({ register: processRegistry, eventLoopMonitoringPrecision: 2 ** 30 });
    measureLag(processRegistry);
    for (const name of MISNAMED) processRegistry.removeSingleMetric(name);
  }
  return processRegistry;
}

const POST_OUTCOMES = ['posted', 'duplicate', 'refused', 'unavailable'] as const;
type PostOutcome = (typeof POST_OUTCOMES)[number];

const CONNECTION_RESULTS = ['accepted', 'full', 'address', 'handshake', 'untrusted'] as const;
type ConnectionResult = (typeof CONNECTION_RESULTS)[number];

const LOGIN_RESULTS = ['accepted', 'refused'] as const;
type LoginResult = (typeof LOGIN_RESULTS)[number];

export class Metrics {
  readonly #registry = new Registry();
  readonly #connections: Counter<'result'>;
  readonly #commands: CommandCounts;
  readonly #requests: Counter<'board' | 'command' | 'code'>;
  readonly #requestSeconds: Histogram<'board' | 'command'>;
  readonly #posts: Counter<'board' | 'outcome'>;
  readonly #postsRefused: Counter<'board' | 'reason'>;
  readonly #logins: Counter<'result'>;

  #boards: () => Status['boards'] = () => [];

  /** Sums for the charts of the status page. */
  readonly totals = {
    connections: 0,
    commands: 0,
    posts: 0,
    requests: 0,
    postsRefused: 0,
    loginsRefused: 0,
    connectionsRefused: 0,
  };

  constructor() {
    ofTheProcess();
    const registers = [this.#registry];
    this.#connections = new Counter({
      name: 'rgtp_nntp_connections_total',
      help: 'Connections (NNTP; RGTP if a board is served alone) that were accepted, and that were turned away: too many in total (full), too many from one address, a failed TLS handshake or PROXY header, an untrusted balancer',
      labelNames: ['result'],
      registers,
    });
    this.#commands = new CommandCounts(registers);
    this.#requests = new Counter({
      name: 'rgtp_nntp_board_requests_total',
      help: 'RGTP requests by command and response code (0: no response)',
      labelNames: ['board', 'command', 'code'],
      registers,
    });
    this.#requestSeconds = new Histogram({
      name: 'rgtp_nntp_board_request_duration_seconds',
      help: 'From an RGTP request to the end of its answer',
      labelNames: ['board', 'command'],
      buckets,
      registers,
    });
    this.#posts = new Counter({
      name: 'rgtp_nntp_posts_total',
      help: 'Posts by outcome; unavailable: not now, to be tried again',
      labelNames: ['board', 'outcome'],
      registers,
      collect: () => this.#beginPosts(),
    });
    this.#postsRefused = new Counter({
      name: 'rgtp_nntp_posts_refused_total',
      help: 'Refused posts by reason; board none: refused before the board was known',
      labelNames: ['board', 'reason'],
      registers,
    });
    this.#logins = new Counter({
      name: 'rgtp_nntp_logins_total',
      help: 'Logins (NNTP; RGTP if a board is served alone), accepted, or refused for a wrong name or password',
      labelNames: ['result'],
      registers,
    });
    // Start at 0: Prometheus does not see the first increase of a series that did not exist before.
    for (const result of CONNECTION_RESULTS) this.#connections.inc({ result }, 0);
    for (const result of LOGIN_RESULTS) this.#logins.inc({ result }, 0);
  }

  /** Adds the gauges that show a state. */
  watch(status: () => Status): void {
    const now = onceATurn(status);
    this.#boards = () => now().boards;
    addGauges(this.#registry, now);
  }

  connected(result: ConnectionResult): void {
    this.#connections.inc({ result });
    if (result === 'accepted') this.totals.connections++;
    else this.totals.connectionsRefused++;
  }

  /** @param verb a known command or `unknown`: never a client's text @param seconds until the end of its answer */
  command(verb: string, status: number, seconds: number): void {
    this.#commands.add(verb, status, seconds);
    this.totals.commands++;
  }

  /** @param code of the response, 0 if there was none @param seconds until its end */
  request(board: string, command: string, code: number, seconds: number): void {
    this.#requests.inc({ board, command, code: String(code) });
    this.#requestSeconds.observe({ board, command }, seconds);
    this.totals.requests++;
  }

  post(board: string, outcome: PostOutcome): void {
    this.#posts.inc({ board, outcome });
    if (outcome === 'posted') this.totals.posts++;
  }

  /** @param reason one of few: never an author's text */
  postRefused(board: string, reason: string): void {
    this.#postsRefused.inc({ board, reason });
    this.totals.postsRefused++;
  }

  login(result: LoginResult): void {
    this.#logins.inc({ result });
    if (result === 'refused') this.totals.loginsRefused++;
  }

  /** Starts the counts of posts at 0. */
  #beginPosts(): void {
    for (const { name: board } of this.#boards()) {
      for (const outcome of POST_OUTCOMES) this.#posts.inc({ board, outcome }, 0);
    }
  }

  /** Prometheus' text format. */
  async render(): Promise<{ readonly type: string; readonly body: string }> {
    const all = Registry.merge([ofTheProcess(), this.#registry]);
    return { type: all.contentType, body: await all.metrics() };
  }
}
