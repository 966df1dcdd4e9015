import type { Ownership } from '../../store/shared.ts';
import type { PostingConnection } from './connection.ts';

/**
 * Like `board`, but sends each command that commits only while what was intended is certainly ours. If that ends while the command
 * is under way, cuts the connection: a command held up by a broken network would otherwise arrive after others have
 * taken it for not sent.
 */
export function guarded(board: PostingConnection, ownership: Ownership): PostingConnection {
  const once = async <T>(command: () => Promise<T>): Promise<T> => {
    await ownership.confirm();
    const end = ownership.whenLost(() => board.cut());
    try {
      return await command();
    } finally {
      end();
    }
  };
  return {
    data: (grogname, lines) => board.data(grogname, lines),
    newItem: (subject) => once(() => board.newItem(subject)),
    reply: (itemId) => once(() => board.reply(itemId)),
    continue: (subject) => once(() => board.continue(subject)),
    setMotd: () => once(() => board.setMotd()),
    lock: () => board.lock(),
    unlock: () => board.unlock(),
    edit: (itemId) => board.edit(itemId),
    confirmEdit: (reason) => once(() => board.confirmEdit(reason)),
    withdraw: (reason) => once(() => board.withdraw(reason)),
    abortEdit: () => board.abortEdit(),
    cut: () => board.cut(),
  };
}
