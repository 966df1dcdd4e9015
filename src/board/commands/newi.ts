import { octets } from '../../wire/octets.ts';
import { posted } from '../posting.ts';
import { subjectFrom } from './arguments.ts';
import type { Command } from './command.ts';
import { submissionOf, tellPosted } from './submission.ts';

/** RGTP 2.2.11 */
export const newi: Command = {
  level: 2,
  async run(session, args) {
    const { work } = session;
    work.requireNoEdit();
    const submission = submissionOf(session);
    const subject = subjectFrom(args);
    work.moveOn();
    const { itemId, sequence } = await session.board.store.posting.newItem(submission, subject);
    work.dropText();
    tellPosted(session, itemId, sequence);
    session.say(octets`120 ${itemId}`);
    session.say(posted(sequence, octets`Item inserted and index updated.`));
  },
};
