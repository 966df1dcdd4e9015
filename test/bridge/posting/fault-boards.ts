/** Boards that are restarted, and have what they had: ann@rgtp.test may post. */
import { join } from 'node:path';
import { BoardServer } from '../../../src/board/server.ts';
import { addUser, secrets } from '../../board/boards.ts';
import { ForeignBoard } from '../../support/foreign-board.ts';
import { groggsd } from '../../support/foreign-manners.ts';

const ANN = 'ann@rgtp.test';

export interface FaultBoard {
  readonly port: number;
  /** It may have another port afterwards. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** @param folder for its file */
export async function embedded(folder: string): Promise<FaultBoard> {
  const path = join(folder, 'board.sqlite');
  const open = () => BoardServer.open({ path, listen: { host: '127.0.0.1', port: 0 }, proofDelay: 0 });
  let board = await open();
  await addUser(board, ANN, 2, secrets.ann);
  return {
    get port() {
      return board.address.port;
    },
    restart: async () => {
      await board.close();
      board = await open();
    },
    close: () => board.close(),
  };
}

/** A double of it. */
export async function ofGroggsd(): Promise<FaultBoard> {
  const board = await ForeignBoard.open(groggsd, { [ANN]: { secret: secrets.ann.toString('hex'), level: 2 } });
  return {
    port: board.port,
    restart: async () => board.backUp()(),
    close: () => board[Symbol.asyncDispose](),
  };
}
