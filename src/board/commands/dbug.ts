import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** groggsd's extension: the names of this session's commands go into the log. Never their arguments, which may be secret. */
export const dbug: Command = {
  level: 0,
  run(session, args) {
    noArguments(args);
    session.say(session.debug ? '200 Debug mode already operative.' : '200 Debug mode enabled.');
    session.debug = true;
  },
};
