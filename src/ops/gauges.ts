import { Counter, Gauge, type Registry } from 'prom-client';
import type { BoardStatus, CacheStatus, PeerStatus, Status } from './status.ts';

type Put<L extends string> = (labels: Readonly<Record<L, string>>, value: number) => void;
type Read<L extends string> = (set: Put<L>, now: Status) => void;

const OUTCOMES = ['offered', 'accepted', 'refused', 'deferred'] as const;

/** Adds the metrics that show a state, read at each scrape. Times are unix seconds, so that an age is `time() - x`. */
export function addGauges(registry: Registry, now: () => Status): void {
  const gauges = new Gauges(registry, now);
  addServer(gauges);
  addDisk(gauges);
  addBoards(gauges);
  addPeers(gauges);
  addCaches(gauges);
}

class Gauges {
  readonly #registers: Registry[];
  readonly #now: () => Status;

  constructor(registry: Registry, now: () => Status) {
    this.#registers = [registry];
    this.#now = now;
  }

  gauge<L extends string>(name: string, help: string, labelNames: readonly L[], read: Read<L>): void {
    const now = this.#now;
    new Gauge({
      name: `rgtp_nntp_${name}`,
      help,
      labelNames,
      registers: this.#registers,
      collect() {
        this.reset();
        read((labels, value) => this.set(labels, value), now());
      },
    });
  }

  /** A counter whose value is counted elsewhere, since the start. */
  counter<L extends string>(name: string, help: string, labelNames: readonly L[], read: Read<L>): void {
    const now = this.#now;
    new Counter({
      name: `rgtp_nntp_${name}_total`,
      help,
      labelNames,
      registers: this.#registers,
      collect() {
        this.reset();
        read((labels, value) => this.inc(labels, value), now());
      },
    });
  }
}

function addServer(gauges: Gauges): void {
  gauges.gauge('build_info', 'Always 1; the label says what runs', ['version'], (set, { version }) =>
    set({ version }, 1),
  );
  gauges.gauge('connections_open', 'NNTP connections open now', [], (set, { sessions = 0 }) => set({}, sessions));
  gauges.counter('log_lines_lost', 'Lines of the log that could not be written', [], (set, { logLinesLost = 0 }) =>
    set({}, logLinesLost),
  );
  gauges.gauge(
    'certificate_expiry_timestamp_seconds',
    'When the certificate that newsreaders are shown expires',
    [],
    (set, { certificate }) => {
      if (certificate !== undefined) set({}, certificate.expires / 1000);
    },
  );
  gauges.gauge(
    'last_backup_timestamp_seconds',
    'When the last backup was made; 0: none is known',
    [],
    (set, { backup = 0 }) => set({}, backup / 1000),
  );
}

function addDisk(gauges: Gauges): void {
  const disk = (name: string, help: string, read: (disk: NonNullable<Status['disk']>) => number) =>
    gauges.gauge(`data_${name}`, help, [], (set, { disk }) => {
      if (disk !== undefined) set({}, read(disk));
    });
  disk(
    'free_bytes',
    'Octets that the server can still write on the disk of the data folder',
    ({ freeOctets }) => freeOctets,
  );
  disk('size_bytes', 'Octets of the disk of the data folder', ({ octets }) => octets);
  disk(
    'free_inodes',
    'Files that can still be created on the disk of the data folder; 0 of 0: no such limit',
    ({ freeFiles }) => freeFiles,
  );
  disk('inodes', 'Files that the disk of the data folder has room for; 0: no such limit', ({ files }) => files);
}

function addBoards(gauges: Gauges): void {
  const board = (name: string, help: string, read: (board: BoardStatus) => number | undefined) =>
    gauges.gauge(`board_${name}`, help, ['board'], (set, { boards }) => {
      for (const each of boards) {
        const value = read(each);
        if (value !== undefined) set({ board: each.name }, value);
      }
    });
  board('up', '1 while the board answers', ({ reachable }) => Number(reachable));
  board('ready', '1 once its index is in', ({ ready }) => Number(ready));
  board('disk_trouble', '1 while its files, or the database, cannot be written', ({ disk }) =>
    Number(disk !== undefined),
  );
  board('lag_seconds', 'Seconds since the mirror last agreed with the board', ({ lagSeconds }) => lagSeconds);
  board('lag_sequences', 'Sequence numbers the mirror is known to be behind', ({ lagSequences }) => lagSequences);
  board(
    'rows_withheld',
    'Rows of its index that cannot be shown: they have no confirmed number',
    ({ withheld = 0 }) => withheld,
  );
  board('sequence', 'Highest sequence number known', ({ sequence = 0 }) => sequence);
  board('articles', 'Articles in its newsgroups', ({ articles = 0 }) => articles);
  board(
    'bridges',
    'Bridges that serve the board with this database, as far as this one knows; 0: it is cut off',
    ({ bridges }) => bridges,
  );
  board('leads', '1 while this bridge polls the board for all', ({ leads }) =>
    leads === undefined ? undefined : Number(leads),
  );
  board('clients', 'RGTP connections to the embedded board, those of the bridge included', ({ clients }) => clients);
  board('items', 'Items of the board', ({ items }) => items);
  board('items_held', 'Items whose text is held', ({ held }) => held);
  board('items_queued', 'Items whose text is still to be fetched', ({ queued = 0 }) => queued);
  board('posts_under_way', 'Posts being delivered to the board', ({ postsUnderWay = 0 }) => postsUnderWay);
  board('posts_in_doubt', 'Posts that the board may or may not have received', ({ postsInDoubt = 0 }) => postsInDoubt);
}

function addPeers(gauges: Gauges): void {
  const peer = (name: string, help: string, read: (peer: PeerStatus) => number) =>
    gauges.gauge(`peer_${name}`, help, ['peer'], (set, { peers = [] }) => {
      for (const each of peers) set({ peer: each.name }, read(each));
    });
  peer('up', '0 while the peer cannot be reached', ({ state }) => Number(state !== 'away'));
  peer('feeds', '1 where this server sends to the peer; of several bridges of a board, one does', ({ state }) =>
    Number(state !== 'elsewhere'),
  );
  peer('backlog', 'Articles that wait for the peer, at most', ({ backlog }) => backlog);
  gauges.counter(
    'peer_articles',
    'Articles offered to the peer, and what it said: accepted, refused for good, or later (deferred)',
    ['peer', 'outcome'],
    (set, { peers = [] }) => {
      for (const each of peers) for (const outcome of OUTCOMES) set({ peer: each.name, outcome }, each[outcome]);
    },
  );
}

function addCaches(gauges: Gauges): void {
  const ofCaches =
    (read: (cache: CacheStatus) => number): Read<'cache'> =>
    (set, { caches }) => {
      for (const cache of caches) set({ cache: cache.name }, read(cache));
    };
  const labels = ['cache'] as const;
  gauges.gauge(
    'cache_bytes',
    'Octets a cache holds',
    labels,
    ofCaches(({ octets }) => octets),
  );
  gauges.counter(
    'cache_hits',
    'Answers found in a cache',
    labels,
    ofCaches(({ hits }) => hits),
  );
  gauges.counter(
    'cache_misses',
    'Answers not found in a cache',
    labels,
    ofCaches(({ misses }) => misses),
  );
}

/**
 * Calls `read` only once per turn of the event loop: gauges are collected together, and counting a large board's items
 * takes time.
 */
export function onceATurn<T extends object>(read: () => T): () => T {
  let known: T | undefined;
  return () => {
    if (known === undefined) setImmediate(() => (known = undefined));
    known ??= read();
    return known;
  };
}
