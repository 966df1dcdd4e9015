import { noArguments } from '../refusal.ts';
import { contributionRules } from '../text.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.10 */
export const data: Command = {
  level: 2,
  run(session, args) {
    noArguments(args);
    session.receive(contributionRules);
  },
};
