import type { BoardStatus, PeerStatus, Status } from '../../src/ops/status.ts';

export const board: BoardStatus = {
  name: 'gossip',
  newsgroup: 'groggs.gossip',
  phase: 'following',
  ready: true,
  reachable: true,
  held: 200,
  items: 228,
  queued: 28,
  postsUnderWay: 2,
  postsInDoubt: 1,
  articles: 3000,
  clients: 5,
  bridges: 2,
  leads: true,
  sequence: 3210,
  lagSeconds: 4,
  lagSequences: 0,
  lastError: undefined,
};

export const status: Status = {
  name: 'news.example.org',
  version: '1.2.3',
  started: 0,
  sessions: 3,
  certificate: { expires: 864_000_000 },
  disk: { freeOctets: 2 ** 31, octets: 2 ** 32, freeFiles: 1000, files: 4000 },
  backup: 3_600_000,
  boards: [board],
  caches: [{ name: 'articles', octets: 1_048_576, hits: 30, misses: 10 }],
};

export const peer: PeerStatus = {
  name: 'inn.example',
  state: 'waiting',
  backlog: 0,
  offered: 1000,
  accepted: 990,
  refused: 3,
  deferred: 2,
  lastError: undefined,
};
