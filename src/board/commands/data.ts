import type { CommandSession } from '../command-session.ts';
import { indexRules, itemRules } from '../edit-text.ts';
import { contributionRules, type TextRules } from '../text.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.10 */
export const data: Command = {
  level: 2,
  run(session, args) {
    noArguments(args);
    session.receive(rulesFor(session));
  },
};

function rulesFor({ work: { edit }, board }: CommandSession): TextRules {
  if (edit === undefined) return contributionRules;
  return edit.kind === 'item' ? itemRules(edit.text) : indexRules(edit.end + 1 - board.store.index.start);
}
