import { octets } from '../../wire/octets.ts';
import { dataAnswer } from '../items.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { dataPieces, sendPieces } from './pieces.ts';

/** RGTP 2.2.21 */
export const elog: Command = {
  level: 1,
  run(session, args) {
    noArguments(args);
    const { editLog } = session.board.store;
    if (!editLog.isEmpty) return sendPieces(session, dataPieces(editLog.wire()));
    session.send(dataAnswer(octets``, octets`250 No edits stored`));
    return undefined;
  },
};
