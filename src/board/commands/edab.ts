import { octets } from '../../wire/octets.ts';
import { ErrorResponse } from '../error-response.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.19 */
export const edab: Command = {
  level: 3,
  run(session, args) {
    noArguments(args);
    if (session.work.edit === undefined) throw new ErrorResponse(500, octets`No EDIT in progress.`);
    session.work.endEdit();
    session.say(octets`200 Edit operation aborted.`);
  },
};
