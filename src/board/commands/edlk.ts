import { Refusal } from '../refusal.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.14 */
export const edlk: Command = {
  level: 3,
  run(session, args) {
    noArguments(args);
    const { lock } = session.board;
    if (lock.heldBy(session)) throw new Refusal(500, 'EDLK already issued.');
    if (!lock.take(session, session.userid ?? '')) {
      throw new Refusal(411, `${lock.holder} has locked the message area for editing`);
    }
    session.say('200 Message area is now locked for editing.');
  },
};
