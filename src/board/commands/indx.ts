import type { Octets } from '../../wire/octets.ts';
import type { IndexLog } from '../index-log.ts';
import { Refusal } from '../refusal.ts';
import type { Session } from '../session.ts';
import type { Command } from './command.ts';

const START = Buffer.from('250 Data follows\r\n');
const END = Buffer.from('.\r\n');

/** RGTP 2.2.7: `INDX`, `INDX time` or `INDX #sequence`, in hex */
export const indx: Command = {
  level: 1,
  run(session, args) {
    const { index, settled } = session.board.store;
    if (settled === undefined) return sendRows(session, index, firstRow(index, args));
    return settled.then(() => sendRows(session, index, firstRow(index, args)));
  },
};

function firstRow(index: IndexLog, args: Octets): number | undefined {
  if (args === '') return index.start;
  // Leading zeros are no sign of a number too large (groggsd).
  const [, hash, hex = ''] = /^(#?)\s*0*([0-9A-Fa-f]{0,8})$/.exec(args) ?? [];
  if (hash === undefined) throw new Refusal(511, 'Date must be only a hex number.');
  const number = Number.parseInt(`0${hex}`, 16);
  return hash === '#' ? index.fromSequence(number) : index.fromTime(number);
}

/** 250 and the rows as they are now. Synchronous as long as the other side keeps up. */
export async function sendRows(session: Session, index: IndexLog, from: number | undefined): Promise<void> {
  const { end, generation } = index;
  session.send(START);
  for (const rows of index.wire(from ?? end + 1, end)) {
    session.send(rows);
    if (!session.blocked) continue;
    if (!(await session.room())) return;
    // No dot: what was sent is no index (RGTP 2.3).
    if (index.generation !== generation) throw new Refusal(481, 'The index was edited meanwhile - please ask again.');
  }
  session.send(END);
}
