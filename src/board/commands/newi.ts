import type { Octets } from '../../wire/octets.ts';
import { limits } from '../limits.ts';
import { posted, type Submission } from '../posting.ts';
import { Refusal } from '../refusal.ts';
import type { Session } from '../session.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.11 */
export const newi: Command = {
  level: 2,
  async run(session, args) {
    noEdit(session);
    const submission = submissionOf(session);
    const subject = subjectFrom(args);
    session.full = undefined;
    const { itemId, sequence } = await session.board.store.posting.newItem(submission, subject);
    session.data = undefined;
    session.say(`120 ${itemId}`);
    session.say(posted(sequence, 'Item inserted and index updated.'));
  },
};

export function noEdit(session: Session): void {
  if (session.edit !== undefined) throw new Refusal(500, 'EDIT/EDIX still outstanding.');
}

/** What DATA brought, and who brought it. */
export function submissionOf(session: Session): Submission {
  return { ...session.submission, userid: session.userid ?? '' };
}

export function subjectFrom(args: Octets): Octets {
  if (args === '') throw new Refusal(511, 'No Subject line specified for new item.');
  if (args.length > limits.subject) throw new Refusal(424, 'Subject is too long.');
  if (args.includes('\0')) throw new Refusal(424, 'Subject contains a NUL character.');
  return args;
}
