import { noSuchItem } from '../error-response.ts';
import { itemIdFrom } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.8 */
export const item: Command = {
  level: 1,
  run(session, args) {
    const itemId = itemIdFrom(args);
    session.work.moveOn();
    const answer = session.board.store.items.answer(itemId);
    if (answer === undefined) throw noSuchItem(itemId);
    session.send(answer);
  },
};
