import { octets } from '../../wire/octets.ts';
import { ErrorResponse } from '../error-response.ts';
import { itemIdFrom } from './arguments.ts';
import type { Command } from './command.ts';
import { dataPieces, sendPieces } from './pieces.ts';

/** RGTP 2.2.22: of an item, or without argument of the index */
export const diff: Command = {
  level: 3,
  run(session, args) {
    const itemId = args === '' ? undefined : itemIdFrom(args);
    if (itemId !== undefined) session.work.moveOn();
    const { diffs } = session.board.store;
    if (!diffs.has(itemId)) throw new ErrorResponse(410, octets`There are no relevant diffs.`);
    return sendPieces(session, dataPieces(diffs.wire(itemId)));
  },
};
