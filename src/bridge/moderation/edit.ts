import { RgtpError } from '../../rgtp/errors.ts';
import { type Octets, octets } from '../../wire/octets.ts';
import type { PostingConnection } from '../posting/connection.ts';
import { commit } from '../posting/deliver.ts';
import { type Replacement, replaceText } from './replace-text.ts';

/** An item's status line without what spurge adds: as the first line of DATA, it may be no longer than a grogname. */
const STATUS_OCTETS = 35;

/** Removes an item from the board. Returns the sequence number of the withdrawal. Throws as `deliver` does. */
export function withdrawItem(board: PostingConnection, itemId: string, reason: Octets): Promise<number> {
  return withLock(board, () => withEdit(board, itemId, () => commit(() => board.withdraw(reason))));
}

/**
 * Replaces the text of a post. Returns the sequence number of the edit. Throws as `deliver` does; if the board refuses,
 * the item stays as it was.
 */
export function editPost(
  board: PostingConnection,
  itemId: string,
  replacement: Replacement,
  reason: Octets,
): Promise<number> {
  return withLock(board, () =>
    withEdit(board, itemId, async ([status = octets``, ...lines]) => {
      const edited = replaceText([octets``, ...lines], replacement);
      if (edited === undefined) throw new RgtpError('no-such-item', `item ${itemId} no longer has this post`);
      // If this fails the server has no text, and EDCF would withdraw the whole item: `withEdit` sends EDAB.
      await board.data(status.slice(0, STATUS_OCTETS), edited.slice(1));
      return commit(() => board.confirmEdit(reason));
    }),
  );
}

/** EDLK … EDUL. If EDUL fails, the connection is closed, which releases the lock. */
async function withLock<T>(board: PostingConnection, task: () => Promise<T>): Promise<T> {
  await board.lock();
  let result: T;
  try {
    result = await task();
  } catch (error) {
    await board.unlock().catch(() => {});
    throw error;
  }
  // The task is done; a lost connection releases the lock as well.
  await board.unlock().catch(() => {});
  return result;
}

/** EDIT … EDCF, or EDAB if anything goes wrong in between. */
async function withEdit(
  board: PostingConnection,
  itemId: string,
  task: (lines: readonly Octets[]) => Promise<number>,
): Promise<number> {
  const lines = await board.edit(itemId);
  try {
    return await task(lines);
  } catch (error) {
    await board.abortEdit().catch(() => {});
    throw error;
  }
}
