import { limits } from '../limits.ts';
import { continuedStatus, posted } from '../posting.ts';
import { itemIdFrom, noSuchItem, Refusal } from '../refusal.ts';
import type { Command } from './command.ts';
import { noEdit, submissionOf } from './newi.ts';

/** RGTP 2.2.12 */
export const repl: Command = {
  level: 2,
  async run(session, args) {
    noEdit(session);
    const submission = submissionOf(session);
    const itemId = itemIdFrom(args);
    session.full = undefined;
    if (submission.text.length > limits.reply) {
      session.data = undefined;
      throw new Refusal(423, 'Data is too long for a Reply.');
    }
    const outcome = await session.board.store.posting.reply(itemId, submission);
    if (outcome.kind === 'no-item') throw noSuchItem(itemId);
    if (outcome.kind === 'continued') {
      throw new Refusal(422, 'Item has already been continued.', [continuedStatus(outcome.status)]);
    }
    if (outcome.kind === 'full') {
      session.full = itemId;
      throw new Refusal(421, 'Reply is too long to fit in the same item.');
    }
    session.data = undefined;
    session.say(posted(outcome.sequence, `Reply to ${itemId} inserted and index updated.`));
  },
};
