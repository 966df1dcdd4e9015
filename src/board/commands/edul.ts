import { Refusal } from '../refusal.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.15 */
export const edul: Command = {
  level: 3,
  run(session, args) {
    noArguments(args);
    session.work.requireNoEdit();
    const { lock } = session.board;
    if (!lock.heldBy(session)) throw new Refusal(532, "No lock held so can't unlock it.");
    lock.release(session);
    session.say('200 Lock on edit area relinquished.');
  },
};
