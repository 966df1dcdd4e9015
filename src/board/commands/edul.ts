import { octets } from '../../wire/octets.ts';
import { ErrorResponse } from '../error-response.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.15 */
export const edul: Command = {
  level: 3,
  run(session, args) {
    noArguments(args);
    session.work.requireNoEdit();
    const { lock } = session.board;
    if (!lock.heldBy(session)) throw new ErrorResponse(532, octets`No lock held so can't unlock it.`);
    lock.release(session);
    session.say(octets`200 Lock on edit area relinquished.`);
  },
};
