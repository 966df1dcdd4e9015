import { octets } from '../../wire/octets.ts';
import { ErrorResponse, noSuchItem } from '../error-response.ts';
import { continuedStatus, posted } from '../posting.ts';
import { subjectFrom } from './arguments.ts';
import type { Command } from './command.ts';
import { submissionOf, tellPosted } from './submission.ts';

/** RGTP 2.2.13 */
export const cont: Command = {
  level: 2,
  async run(session, args) {
    const { work } = session;
    const submission = submissionOf(session);
    const subject = subjectFrom(args);
    work.requireNoEdit();
    const itemId = work.full;
    if (itemId === undefined) {
      throw new ErrorResponse(520, octets`Continuation only allowed after an item found to be too full.`);
    }
    const outcome = await session.board.store.posting.continue(itemId, submission, subject);
    if (outcome.kind === 'continued') {
      throw new ErrorResponse(422, octets`Item has already been continued.`, [continuedStatus(outcome.status)]);
    }
    if (outcome.kind !== 'posted') throw noSuchItem(itemId);
    work.moveOn();
    work.dropText();
    tellPosted(session, outcome.itemId, outcome.sequence);
    session.say(octets`120 ${outcome.itemId}`);
    session.say(posted(outcome.sequence, octets`Continuation item inserted and index updated.`));
  },
};
