/** A board as the server runs it. Implement this, and another kind of board is served like an RGTP board. */
import type { BridgedBoard } from '../bridge/board.ts';
import type { BoardStatus } from '../ops/status.ts';

export interface Board extends BridgedBoard {
  status(): BoardStatus;
  /** Finishes the posts under way, then closes everything of the board's. */
  close(): Promise<void>;
}
