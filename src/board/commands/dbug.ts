import { octets } from '../../wire/octets.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** groggsd's extension: logs the names of this session's commands. Never their arguments, which may be secret. */
export const dbug: Command = {
  level: 0,
  run(session, args) {
    noArguments(args);
    session.say(session.debug ? octets`200 Debug mode already operative.` : octets`200 Debug mode enabled.`);
    session.debug = true;
  },
};
