import { octets } from '../../wire/octets.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.23 */
export const quit: Command = {
  level: 0,
  run(session, args) {
    noArguments(args);
    session.say(octets`280 Goodbye.`);
    session.close();
  },
};
