import { formatItemStatus } from '../../rgtp/item-status.ts';
import { octets } from '../../wire/octets.ts';
import { noSuchItem } from '../error-response.ts';
import { itemIdFrom } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.9 */
export const stat: Command = {
  level: 1,
  run(session, args) {
    const itemId = itemIdFrom(args);
    session.work.moveOn();
    const summary = session.board.store.items.summary(itemId);
    if (summary === undefined) throw noSuchItem(itemId);
    session.say(octets`211 ${formatItemStatus(summary)} ${summary.subject ?? octets``}`);
  },
};
