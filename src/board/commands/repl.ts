import { octets } from '../../wire/octets.ts';
import { ErrorResponse, noSuchItem } from '../error-response.ts';
import { limits } from '../limits.ts';
import { continuedStatus, posted } from '../posting.ts';
import { itemIdFrom } from './arguments.ts';
import type { Command } from './command.ts';
import { submissionOf, tellPosted } from './submission.ts';

/** RGTP 2.2.12 */
export const repl: Command = {
  level: 2,
  async run(session, args) {
    const { work } = session;
    work.requireNoEdit();
    const submission = submissionOf(session);
    const itemId = itemIdFrom(args);
    work.moveOn();
    if (submission.text.length > limits.reply) {
      work.dropText();
      throw new ErrorResponse(423, octets`Data is too long for a Reply.`);
    }
    const outcome = await session.board.store.posting.reply(itemId, submission);
    if (outcome.kind === 'no-item') throw noSuchItem(itemId);
    if (outcome.kind === 'continued') {
      throw new ErrorResponse(422, octets`Item has already been continued.`, [continuedStatus(outcome.status)]);
    }
    if (outcome.kind === 'full') {
      work.foundFull(itemId);
      throw new ErrorResponse(421, octets`Reply is too long to fit in the same item.`);
    }
    work.dropText();
    tellPosted(session, itemId, outcome.sequence);
    session.say(posted(outcome.sequence, octets`Reply to ${itemId} inserted and index updated.`));
  },
};
