import { posted } from '../posting.ts';
import { noArguments } from '../refusal.ts';
import type { Command } from './command.ts';
import { noEdit } from './newi.ts';

/** RGTP 2.2.20. Not in the middle of an EDIT: its DATA has carets doubled by the editor, and cookies. */
export const mots: Command = {
  level: 3,
  async run(session, args) {
    noArguments(args);
    noEdit(session);
    const { text } = session.submission;
    const sequence = await session.board.store.editing.setMotd(text, session.userid ?? '');
    session.data = undefined;
    session.say(posted(sequence, 'Message of the Day updated.'));
  },
};
