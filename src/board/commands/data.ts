import { indexRules, itemRules } from '../edit-text.ts';
import { noArguments } from '../refusal.ts';
import type { Session } from '../session.ts';
import { contributionRules, type TextRules } from '../text.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.10 */
export const data: Command = {
  level: 2,
  run(session, args) {
    noArguments(args);
    session.receive(rulesFor(session));
  },
};

function rulesFor({ edit, board }: Session): TextRules {
  if (edit === undefined) return contributionRules;
  return edit.kind === 'item' ? itemRules(edit.text) : indexRules(board.store.index.countBetween(0, edit.end + 1));
}
