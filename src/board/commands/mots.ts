import { octets } from '../../wire/octets.ts';
import { posted } from '../posting.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.20. Not during an EDIT: its DATA has doubled carets, and cookies. */
export const mots: Command = {
  level: 3,
  async run(session, args) {
    noArguments(args);
    const { work } = session;
    work.requireNoEdit();
    const { text } = work.text;
    const sequence = await session.board.store.editing.setMotd(text, session.userid ?? octets``);
    work.dropText();
    session.say(posted(sequence, octets`Message of the Day updated.`));
  },
};
