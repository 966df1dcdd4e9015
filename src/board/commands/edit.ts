import { itemIdFrom, noSuchItem, Refusal } from '../refusal.ts';
import type { Session } from '../session.ts';
import type { Command } from './command.ts';
import { noEdit } from './newi.ts';

/** RGTP 2.2.16 */
export const edit: Command = {
  level: 3,
  run(session, args) {
    const itemId = itemIdFrom(args);
    mayEdit(session);
    const { items } = session.board.store;
    const item = items.read(itemId);
    const answer = items.answer(itemId);
    if (item === undefined || answer === undefined) throw noSuchItem(itemId);
    session.data = undefined;
    session.edit = { kind: 'item', itemId, text: item.text };
    session.send(answer);
  },
};

/** The lock is held, and nothing is being edited. It costs the chance to CONT. */
export function mayEdit(session: Session): void {
  noEdit(session);
  if (!session.board.lock.heldBy(session)) throw new Refusal(532, 'EDLK required before EDIT/EDIX.');
  session.full = undefined;
}
