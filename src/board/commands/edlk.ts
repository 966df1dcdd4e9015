import { octets } from '../../wire/octets.ts';
import { ErrorResponse } from '../error-response.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.14 */
export const edlk: Command = {
  level: 3,
  run(session, args) {
    noArguments(args);
    const { lock } = session.board;
    if (lock.heldBy(session)) throw new ErrorResponse(500, octets`EDLK already issued.`);
    if (!lock.take(session, session.userid ?? octets``)) {
      throw new ErrorResponse(411, octets`${lock.holder ?? octets`Somebody`} has locked the message area for editing`);
    }
    session.say(octets`200 Message area is now locked for editing.`);
  },
};
