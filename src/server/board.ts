/** A board as the server runs it. Another kind of board that implements this is served like an RGTP board. */
import type { BridgedBoard } from '../bridge/board.ts';
import type { BoardConfig } from '../config/config.ts';
import type { Place, Turn } from '../feed/source.ts';
import type { BoardStatus } from '../ops/status.ts';
import type { Soon } from '../wire/soon.ts';

/** How far peers have been sent a board's newsgroups, kept for good. */
export interface FedPlaces {
  /** `undefined`: never sent any */
  get(peer: string, newsgroup: string): Place | undefined;
  put(peer: string, newsgroup: string, place: Place): Promise<void>;
  /** see `FedNewsgroup` */
  turn(peer: string): Soon<Turn>;
  pass(peer: string): void;
}

export interface Board extends BridgedBoard {
  /** absent: nothing of it is sent to peers */
  readonly fed?: FedPlaces;
  status(): BoardStatus;
  /** Finishes the posts in progress, then closes everything that belongs to the board. */
  close(): Promise<void>;
}

/** A board of the configuration. It stays open at a reload that does not change it. */
export interface ConfiguredBoard extends Board {
  /** Whether it was opened with this configuration, and with what the files it names contain now. */
  is(wanted: BoardConfig): boolean;
  /** Declares its newsgroups as created now (unix seconds), if they are new. Called when everything is open. */
  offer(now: number): Promise<void>;
}
