import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { requireLock } from './edit-lock.ts';
import { dataPieces, rowsFrom, sendPieces } from './pieces.ts';

/** RGTP 2.2.17 */
export const edix: Command = {
  level: 3,
  run(session, args) {
    noArguments(args);
    requireLock(session);
    const { index } = session.board.store;
    session.work.startEdit({ kind: 'index', end: index.end });
    return sendPieces(session, dataPieces(rowsFrom(index, index.start)));
  },
};
