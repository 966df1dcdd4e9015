/** A board as the server runs it. Another kind of board that implements this is served like an RGTP board. */
import type { BridgedBoard } from '../bridge/board.ts';
import type { BoardStatus } from '../ops/status.ts';

export interface Board extends BridgedBoard {
  status(): BoardStatus;
  /** Finishes the posts in progress, then closes everything that belongs to the board. */
  close(): Promise<void>;
}
