import { continuedStatus, posted } from '../posting.ts';
import { noSuchItem, Refusal } from '../refusal.ts';
import type { Command } from './command.ts';
import { noEdit, subjectFrom, submissionOf } from './newi.ts';

/** RGTP 2.2.13 */
export const cont: Command = {
  level: 2,
  async run(session, args) {
    const submission = submissionOf(session);
    const subject = subjectFrom(args);
    noEdit(session);
    const itemId = session.full;
    if (itemId === undefined) {
      throw new Refusal(520, 'Continuation only allowed after an item found to be too full.');
    }
    const outcome = await session.board.store.posting.continue(itemId, submission, subject);
    if (outcome.kind === 'continued') {
      throw new Refusal(422, 'Item has already been continued.', [continuedStatus(outcome.status)]);
    }
    if (outcome.kind !== 'posted') throw noSuchItem(itemId);
    session.full = undefined;
    session.data = undefined;
    session.say(`120 ${outcome.itemId}`);
    session.say(posted(outcome.sequence, 'Continuation item inserted and index updated.'));
  },
};
