/** A board as the server runs it. Any kind of board that implements this is served like an RGTP board. */
import type { BridgedBoard } from '../bridge/board.ts';
import type { BoardConfig } from '../config/config.ts';
import type { Place, Turn } from '../feed/source.ts';
import type { BoardStatus } from '../ops/status.ts';
import type { Soon } from '../wire/soon.ts';

/** How far each peer has been sent a board's newsgroups, kept for good. */
export interface FedPlaces {
  /** `undefined`: nothing sent yet */
  get(peer: string, newsgroup: string): Place | undefined;
  put(peer: string, newsgroup: string, place: Place): Promise<void>;
  /** see `FedNewsgroup` */
  turn(peer: string): Soon<Turn>;
  pass(peer: string): void;
}

export interface Board extends BridgedBoard {
  /** absent: none of its articles are sent to peers */
  readonly fed?: FedPlaces;
  status(): BoardStatus;
  /** Finishes the posts in progress, then closes everything that belongs to the board. */
  close(): Promise<void>;
}

/** A board of the configuration. It stays open during a reload that does not change it. */
export interface ConfiguredBoard extends Board {
  /** Whether it was opened with this configuration, and with the present contents of the files named there. */
  is(wanted: BoardConfig): boolean;
  /** Declares new newsgroups as created now (unix seconds). Called once everything is open. */
  offer(now: number): Promise<void>;
}
