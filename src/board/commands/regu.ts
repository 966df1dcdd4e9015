import { octets } from '../../wire/octets.ts';
import { ErrorResponse } from '../error-response.ts';
import { dataAnswer } from '../items.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.24: the USER that follows registers */
export const regu: Command = {
  level: 0,
  run(session, args) {
    noArguments(args);
    if (session.userid !== undefined || session.registering) {
      throw new ErrorResponse(500, octets`REGU not allowed after USER or REGU.`);
    }
    const { registration } = session.board;
    if (registration === undefined) {
      throw new ErrorResponse(482, octets`This board takes no registrations - please ask the Editors for a userid.`);
    }
    session.registering = true;
    session.say(octets`100 Processing registration request - please stand by.`);
    session.send(dataAnswer(registration.warning, octets`250 Warning message follows`));
  },
};
