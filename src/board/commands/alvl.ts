import { octets } from '../../wire/octets.ts';
import { ErrorResponse } from '../error-response.ts';
import { authorise } from '../login.ts';
import { levelFrom } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.5: lowers the level at once, raises it after a proof */
export const alvl: Command = {
  level: 0,
  async run(session, args) {
    // groggsd ignores what follows the digit.
    const level = levelFrom(args.split(/\s/, 1)[0] ?? '');
    if (session.userid === undefined)
      throw new ErrorResponse(500, octets`Need to be logged in using USER to use ALVL.`);
    if (session.challenge !== undefined) throw new ErrorResponse(500, octets`Authentication procedure in progress.`);
    if (level === undefined) throw new ErrorResponse(432, octets`Sorry, I don't do default levels.`);
    if (level === session.level) session.say(octets`23${level} Access level unchanged.`);
    else if (level < session.level) session.setLevel(level, octets`Access downgraded on request`);
    else await authorise(session, session.userid, level);
  },
};
