import type { PostingConnection } from './connection.ts';

/** As `board`; but each command that commits waits for `allowed`, and is not sent where that rejects. */
export function guarded(board: PostingConnection, allowed: () => Promise<void>): PostingConnection {
  const once = async <T>(command: () => Promise<T>): Promise<T> => {
    await allowed();
    return command();
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
  };
}
