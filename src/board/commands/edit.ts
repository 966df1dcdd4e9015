import { noSuchItem } from '../error-response.ts';
import { itemIdFrom } from './arguments.ts';
import type { Command } from './command.ts';
import { requireLock } from './edit-lock.ts';

/** RGTP 2.2.16 */
export const edit: Command = {
  level: 3,
  run(session, args) {
    const itemId = itemIdFrom(args);
    requireLock(session);
    const { items } = session.board.store;
    const item = items.read(itemId);
    const answer = items.answer(itemId);
    if (item === undefined || answer === undefined) throw noSuchItem(itemId);
    session.work.startEdit({ kind: 'item', itemId, text: item.text });
    session.send(answer);
  },
};
