import { type Octets, octets } from '../../wire/octets.ts';
import { ErrorResponse, requireSynced } from '../error-response.ts';
import type { IndexLog } from '../index-log.ts';
import type { Command } from './command.ts';
import { dataPieces, rowsFrom, sendPieces } from './pieces.ts';

/** RGTP 2.2.7: `INDX`, `INDX time` or `INDX #sequence`, in hex */
export const indx: Command = {
  level: 1,
  run(session, args) {
    const { index, settled } = session.board.store;
    const send = () => sendPieces(session, dataPieces(rowsFrom(index, firstRow(index, args))));
    if (settled === undefined) return send();
    return settled.then(() => {
      // The sync may have failed.
      requireSynced(session.board.store);
      return send();
    });
  },
};

function firstRow(index: IndexLog, args: Octets): number | undefined {
  if (args === '') return index.start;
  // groggsd takes any number of leading zeros.
  const [, hash, hex = ''] = /^(#?)\s*0*([0-9A-Fa-f]{0,8})$/.exec(args) ?? [];
  if (hash === undefined) throw new ErrorResponse(511, octets`Date must be only a hex number.`);
  const number = Number.parseInt(`0${hex}`, 16);
  return hash === '#' ? index.fromSequence(number) : index.fromTime(number);
}
