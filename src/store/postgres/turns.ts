import type { Client } from 'pg';

interface Peer {
  /** this bridge could feed the peer */
  wanted: boolean;
  /** monotonic, ms: others go first until then */
  from: number;
  /** `undefined`: not asked yet */
  turn: number | 'elsewhere' | undefined;
}

/**
 * The peers that this bridge feeds: those whose locks it has. There is a lock for each peer, rather than one leader for
 * all, because one bridge may not reach a peer, or not have it in its configuration, and because the leader changes
 * with the board.
 */
export class Turns {
  readonly #lockOf: (peer: string) => string;
  readonly #rest: number;
  readonly #peers = new Map<string, Peer>();
  #turns = 0;

  /** @param rest ms for others to try after this bridge has passed */
  constructor(lockOf: (peer: string) => string, rest: number) {
    this.#lockOf = lockOf;
    this.#rest = rest;
  }

  /** Makes this bridge a candidate from now on. */
  turn(name: string): number | 'elsewhere' | undefined {
    const peer = this.#peers.get(name) ?? { wanted: true, from: 0, turn: undefined };
    this.#peers.set(name, peer);
    if (performance.now() < peer.from) return undefined;
    peer.wanted = true;
    return peer.turn;
  }

  pass(name: string): void {
    const peer = this.#peers.get(name);
    if (peer === undefined) return;
    peer.wanted = false;
    peer.from = performance.now() + this.#rest;
  }

  /** Takes the locks that are free, and releases those no longer wanted. */
  async look(client: Client): Promise<void> {
    for (const [name, peer] of [...this.#peers].filter(([, one]) => isDue(one))) {
      const { wanted } = peer;
      const verb = wanted ? 'pg_try_advisory_lock' : 'pg_advisory_unlock';
      const sql = `SELECT ${verb}(hashtextextended($1, 0)) AS done`;
      const { rows } = await client.query<{ done: boolean }>(sql, [this.#lockOf(name)]);
      const isDone = rows[0]?.done === true;
      peer.turn = !wanted ? undefined : isDone ? ++this.#turns : 'elsewhere';
    }
  }

  /** The connection is gone, and the locks with it. */
  lost(): void {
    for (const peer of this.#peers.values()) peer.turn = undefined;
  }
}

function isDue({ wanted, turn }: Peer): boolean {
  return wanted !== (typeof turn === 'number');
}
