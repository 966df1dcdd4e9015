import { octets } from '../../wire/octets.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.26 */
export const noop: Command = {
  level: 0,
  run(session, args) {
    noArguments(args);
    session.say(octets`200 NOOP command received.`);
  },
};
