import { type Octets, octets } from '../../wire/octets.ts';
import { callerKey } from '../board.ts';
import type { CommandSession } from '../command-session.ts';
import { ErrorResponse } from '../error-response.ts';
import { authorise } from '../login.ts';
import { checkUserid } from '../users.ts';
import { levelFrom, noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.3: `USER userid [1|2|3]` */
export const user: Command = {
  level: 0,
  async run(session, args) {
    const [, name = octets``, rest = octets``] = args.match(/^(\S*)\s*(.*)$/s) ?? [];
    const [, digit = octets``, more = octets``] = rest.match(/^(\S*)\s*(.*)$/s) ?? [];
    const level = levelFrom(digit);
    noArguments(more);
    if (session.userid !== undefined) throw new ErrorResponse(500, octets`Already logged in.`);
    const checked = checkUserid(name);
    if ('wrong' in checked) {
      throw new ErrorResponse(511, octets`Malformed or missing userid (\`${name.slice(0, 50)}', ${checked.wrong})`);
    }
    session.userid = checked.userid;
    if (session.registering) {
      await register(session, checked.userid);
      return;
    }
    await authorise(session, checked.userid, level);
  },
};

/** After REGU (RGTP 2.2.24) */
async function register(session: CommandSession, userid: Octets): Promise<void> {
  const { registration } = session.board;
  if (registration === undefined) throw new ErrorResponse(482, octets`Access denied.`);
  session.report('account requested', { userid });
  try {
    session.say(octets`280 ${await registration.register(userid, callerKey(session.caller))}`);
    session.close();
  } catch (error) {
    if (error instanceof ErrorResponse && error.code === 511) session.userid = undefined;
    if (error instanceof ErrorResponse && error.code === 484)
      session.log.error({ userid, err: error.cause }, 'letter not sent');
    throw error;
  }
}
