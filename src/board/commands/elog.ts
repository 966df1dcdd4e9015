import { octets } from '../../wire/octets.ts';
import { dataAnswer } from '../items.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.21 */
export const elog: Command = {
  level: 1,
  run(session, args) {
    noArguments(args);
    const log = session.board.store.editLog.text();
    session.send(dataAnswer(log, log === '' ? octets`250 No edits stored` : octets`250 Data follows`));
  },
};
