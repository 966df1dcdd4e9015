/** Prometheus metrics: events are counted as they happen, states are read at each scrape. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Status } from './status.ts';

/** Seconds: from answers out of memory to answers that wait for a remote board. */
const buckets = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];

let processRegistry: Registry | undefined;

/**
 * Event-loop delay (nodejs_eventloop_lag_*), memory, CPU and garbage collection. One registry for the process: its
 * observers are never released, and would keep alive whatever a server registers beside them.
 */
function ofTheProcess(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}

export type PostOutcome = 'posted' | 'duplicate' | 'refused' | 'unavailable';

export class Metrics {
  readonly #registry = new Registry();
  readonly #connections: Counter<'result'>;
  readonly #commands: Counter<'verb' | 'status'>;
  readonly #commandSeconds: Histogram<'verb'>;
  readonly #requests: Counter<'board' | 'command' | 'code'>;
  readonly #requestSeconds: Histogram<'board' | 'command'>;
  readonly #posts: Counter<'board' | 'outcome'>;
  readonly #failedLogins: Counter;

  /** Sums for the charts of the status page. */
  readonly totals = { connections: 0, commands: 0, posts: 0, requests: 0 };

  constructor() {
    ofTheProcess();
    const registers = [this.#registry];
    this.#connections = new Counter({
      name: 'rgtp_nntp_connections_total',
      help: 'NNTP connections, accepted or refused by a limit',
      labelNames: ['result'],
      registers,
    });
    this.#commands = new Counter({
      name: 'rgtp_nntp_commands_total',
      help: 'NNTP commands by verb and status code',
      labelNames: ['verb', 'status'],
      registers,
    });
    this.#commandSeconds = new Histogram({
      name: 'rgtp_nntp_command_seconds',
      help: 'From a command to the end of its answer',
      labelNames: ['verb'],
      buckets,
      registers,
    });
    this.#requests = new Counter({
      name: 'rgtp_nntp_board_requests_total',
      help: 'RGTP requests by command and response code (0: no response)',
      labelNames: ['board', 'command', 'code'],
      registers,
    });
    this.#requestSeconds = new Histogram({
      name: 'rgtp_nntp_board_request_seconds',
      help: 'From an RGTP request to the end of its answer',
      labelNames: ['board', 'command'],
      buckets,
      registers,
    });
    this.#posts = new Counter({
      name: 'rgtp_nntp_posts_total',
      help: 'Posts by outcome',
      labelNames: ['board', 'outcome'],
      registers,
    });
    this.#failedLogins = new Counter({ name: 'rgtp_nntp_failed_logins_total', help: 'Logins that failed', registers });
  }

  /** Adds the gauges that show a state. */
  watch(status: () => Status): void {
    addGauges(this.#registry, status);
  }

  connected(result: 'accepted' | 'refused'): void {
    this.#connections.inc({ result });
    this.totals.connections++;
  }

  /** @param verb a known command or `unknown`: never a client's text @param seconds to the end of its answer */
  command(verb: string, status: number, seconds: number): void {
    this.#commands.inc({ verb, status: String(status) });
    this.#commandSeconds.observe({ verb }, seconds);
    this.totals.commands++;
  }

  /** @param code of the response, 0 where there was none @param seconds to its end */
  request(board: string, command: string, code: number, seconds: number): void {
    this.#requests.inc({ board, command, code: String(code) });
    this.#requestSeconds.observe({ board, command }, seconds);
    this.totals.requests++;
  }

  post(board: string, outcome: PostOutcome): void {
    this.#posts.inc({ board, outcome });
    this.totals.posts++;
  }

  loginFailed(): void {
    this.#failedLogins.inc();
  }

  /** Prometheus' text format. */
  async render(): Promise<{ readonly type: string; readonly body: string }> {
    const all = Registry.merge([ofTheProcess(), this.#registry]);
    return { type: all.contentType, body: await all.metrics() };
  }
}

function addGauges(registry: Registry, status: () => Status): void {
  const now = onceATurn(status);
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    read: (set: (labels: Readonly<Record<L, string>>, value: number) => void, now: Status) => void,
  ) =>
    new Gauge({
      name: `rgtp_nntp_${name}`,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        read((labels, value) => this.set(labels, value), now());
      },
    });
  const boards = (name: string, help: string, read: (board: Status['boards'][number]) => number) =>
    gauge(`board_${name}`, help, ['board'], (set, now) => {
      for (const board of now.boards) set({ board: board.name }, read(board));
    });
  const caches = (name: string, help: string, read: (cache: Status['caches'][number]) => number) =>
    gauge(`cache_${name}`, help, ['cache'], (set, now) => {
      for (const cache of now.caches) set({ cache: cache.name }, read(cache));
    });

  gauge('build_info', 'Always 1; the label says what runs', ['version'], (set, now) =>
    set({ version: now.version }, 1),
  );
  gauge('connections', 'NNTP connections open now', [], (set, now) => set({}, now.sessions));
  new Counter({
    name: 'rgtp_nntp_log_lines_lost_total',
    help: 'Lines of the log that could not be written',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(now().logLinesLost ?? 0);
    },
  });
  boards('up', '1 while the board answers', (board) => Number(board.reachable));
  boards('ready', '1 once its index is in', (board) => Number(board.ready));
  boards('disk_trouble', '1 while its files cannot be written', (board) => Number(board.disk !== undefined));
  boards('lag_seconds', 'Seconds since the mirror last agreed with the board', (board) => board.lagSeconds);
  boards('lag_sequences', 'Sequence numbers the mirror is known to be behind', (board) => board.lagSequences);
  boards('withheld', 'Rows of its index that cannot be shown for want of a number', (board) => board.withheld ?? 0);
  boards('sequence', 'Highest sequence number known', (board) => board.sequence ?? 0);
  boards('articles', 'Articles in its newsgroups', (board) => board.articles);
  boards('items', 'Items of the board', (board) => board.items);
  boards('items_held', 'Items whose text is held', (board) => board.held);
  caches('bytes', 'Octets a cache holds', (cache) => cache.octets);
  caches('hits', 'Answers out of a cache since the start', (cache) => cache.hits);
  caches('misses', 'Answers that a cache did not have since the start', (cache) => cache.misses);
}

/**
 * Calls `read` once per turn of the event loop: gauges are collected together, and counting a large board's items takes
 * time.
 */
function onceATurn<T extends object>(read: () => T): () => T {
  let known: T | undefined;
  return () => {
    if (known === undefined) setImmediate(() => (known = undefined));
    known ??= read();
    return known;
  };
}
