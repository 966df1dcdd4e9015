import { Counter, Gauge, type Registry } from 'prom-client';
import type { BoardStatus, CacheStatus, PeerStatus, Status } from './status.ts';

type Put<L extends string> = (labels: Readonly<Record<L, string>>, value: number) => void;

const OUTCOMES = ['offered', 'accepted', 'refused', 'deferred'] as const;

/** Adds the metrics that show a state, read at each scrape. Times are unix seconds, so that an age is `time() - x`. */
export function addGauges(registry: Registry, now: () => Status): void {
  const registers = [registry];
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    read: (set: Put<L>, now: Status) => void,
  ) =>
    new Gauge({
      name: `rgtp_nntp_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        read((labels, value) => this.set(labels, value), now());
      },
    });
  /** A counter whose value is counted elsewhere, since the start. */
  const counter = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    read: (set: Put<L>, now: Status) => void,
  ) =>
    new Counter({
      name: `rgtp_nntp_${name}_total`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        read((labels, value) => this.inc(labels, value), now());
      },
    });
  const ofBoards =
    (read: (board: BoardStatus) => number) =>
    (set: Put<'board'>, { boards }: Status): void => {
      for (const board of boards) set({ board: board.name }, read(board));
    };
  const ofCaches =
    (read: (cache: CacheStatus) => number) =>
    (set: Put<'cache'>, { caches }: Status): void => {
      for (const cache of caches) set({ cache: cache.name }, read(cache));
    };
  const boards = (name: string, help: string, read: (board: BoardStatus) => number) =>
    gauge(`board_${name}`, help, ['board'], ofBoards(read));

  gauge('build_info', 'Always 1; the label says what runs', ['version'], (set, { version }) => set({ version }, 1));
  gauge('connections_open', 'NNTP connections open now', [], (set, { sessions = 0 }) => set({}, sessions));
  counter('log_lines_lost', 'Lines of the log that could not be written', [], (set, { logLinesLost = 0 }) =>
    set({}, logLinesLost),
  );

  gauge(
    'certificate_expiry_timestamp_seconds',
    'When the certificate that newsreaders are shown expires',
    [],
    (set, { certificate }) => {
      if (certificate !== undefined) set({}, certificate.expires / 1000);
    },
  );
  gauge('last_backup_timestamp_seconds', 'When the last backup was made; 0: none is known', [], (set, { backup = 0 }) =>
    set({}, backup / 1000),
  );
  const disk = (name: string, help: string, read: (disk: NonNullable<Status['disk']>) => number) =>
    gauge(`data_${name}`, help, [], (set, { disk }) => {
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

  boards('up', '1 while the board answers', (board) => Number(board.reachable));
  boards('ready', '1 once its index is in', (board) => Number(board.ready));
  boards('disk_trouble', '1 while its files, or the database, cannot be written', (board) =>
    Number(board.disk !== undefined),
  );
  boards('lag_seconds', 'Seconds since the mirror last agreed with the board', (board) => board.lagSeconds);
  boards('lag_sequences', 'Sequence numbers the mirror is known to be behind', (board) => board.lagSequences);
  boards(
    'rows_withheld',
    'Rows of its index that cannot be shown: they have no confirmed number',
    (board) => board.withheld ?? 0,
  );
  boards('sequence', 'Highest sequence number known', (board) => board.sequence ?? 0);
  boards('articles', 'Articles in its newsgroups', (board) => board.articles ?? 0);
  const shared = (name: string, help: string, read: (board: BoardStatus) => number | undefined) =>
    gauge(`board_${name}`, help, ['board'], (set, { boards }) => {
      for (const board of boards) {
        const value = read(board);
        if (value !== undefined) set({ board: board.name }, value);
      }
    });
  shared(
    'bridges',
    'Bridges that serve the board with this database, as far as this one knows; 0: it is cut off',
    ({ bridges }) => bridges,
  );
  shared('leads', '1 while this bridge polls the board for all', ({ leads }) =>
    leads === undefined ? undefined : Number(leads),
  );
  gauge(
    'board_clients',
    'RGTP connections to the embedded board, those of the bridge included',
    ['board'],
    (set, { boards }) => {
      for (const { name, clients } of boards) if (clients !== undefined) set({ board: name }, clients);
    },
  );
  boards('items', 'Items of the board', (board) => board.items);
  boards('items_held', 'Items whose text is held', (board) => board.held);
  boards('items_queued', 'Items whose text is still to be fetched', (board) => board.queued ?? 0);
  boards('posts_under_way', 'Posts being delivered to the board', (board) => board.postsUnderWay ?? 0);
  boards('posts_in_doubt', 'Posts that the board may or may not have received', (board) => board.postsInDoubt ?? 0);

  const ofPeers =
    (read: (peer: PeerStatus) => number) =>
    (set: Put<'peer'>, { peers = [] }: Status): void => {
      for (const peer of peers) set({ peer: peer.name }, read(peer));
    };
  const peers = (name: string, help: string, read: (peer: PeerStatus) => number) =>
    gauge(`peer_${name}`, help, ['peer'], ofPeers(read));
  peers('up', '0 while the peer cannot be reached', ({ state }) => Number(state !== 'away'));
  peers('feeds', '1 where this server sends to the peer; of several bridges of a board, one does', ({ state }) =>
    Number(state !== 'elsewhere'),
  );
  peers('backlog', 'Articles that wait for the peer, at most', ({ backlog }) => backlog);
  counter(
    'peer_articles',
    'Articles offered to the peer, and what it said: accepted, refused for good, or later (deferred)',
    ['peer', 'outcome'],
    (set, { peers = [] }) => {
      for (const peer of peers) for (const outcome of OUTCOMES) set({ peer: peer.name, outcome }, peer[outcome]);
    },
  );

  gauge(
    'cache_bytes',
    'Octets a cache holds',
    ['cache'],
    ofCaches((cache) => cache.octets),
  );
  counter(
    'cache_hits',
    'Answers found in a cache',
    ['cache'],
    ofCaches((cache) => cache.hits),
  );
  counter(
    'cache_misses',
    'Answers not found in a cache',
    ['cache'],
    ofCaches((cache) => cache.misses),
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
