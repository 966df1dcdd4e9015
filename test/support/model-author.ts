/** Somebody who posts to the model's board, over a network that loses things. */
import type { PostingConnection } from '../../src/bridge/posting/connection.ts';
import { RgtpError } from '../../src/rgtp/errors.ts';
import type { IndexEntry } from '../../src/rgtp/index-entry.ts';
import { latin1, type Octets } from '../../src/wire/octets.ts';
import type { FakeBoard } from './fake-board.ts';

export const ANN = latin1('ann@example.org');

/** What the network does to a post: nothing, or it is lost before the board has it, or the board's answer is. */
export type Fate = 'arrives' | 'lost before' | 'lost after';

/** @param arrived is told the row of each post that reaches the board, whether or not anybody hears its answer */
export function author(
  board: FakeBoard,
  lines: readonly Octets[],
  fate: () => Fate,
  arrived: (row: IndexEntry) => void,
): PostingConnection {
  const writing = { userid: ANN, grogname: 'ann', lines };
  const sent = <T extends object>(act: () => T): Promise<T & { sequence: number }> => {
    const what = fate();
    if (what === 'lost before') return Promise.reject(new RgtpError('unavailable', 'lost'));
    const done = act();
    const row = board.index.at(-1);
    if (row !== undefined) arrived(row);
    if (what === 'lost after') return Promise.reject(new RgtpError('unavailable', 'lost'));
    return Promise.resolve({ ...done, sequence: board.sequence });
  };
  const not = () => Promise.reject(new RgtpError('unsupported', 'not here', { code: 510 }));
  return {
    data: () => Promise.resolve(),
    newItem: (subject) => sent(() => ({ itemId: board.newItem(subject, writing) })),
    reply: async (itemId) => {
      const item = board.items.get(itemId);
      if (item === undefined) throw new RgtpError('no-such-item', 'gone', { code: 410 });
      const next = item.continuedIn?.id;
      if (next !== undefined) throw new RgtpError('continued', 'continued', { code: 422, itemId: next });
      return sent(() => ({ reply: board.reply(itemId, writing) }));
    },
    ...{
      continue: not,
      setMotd: not,
      lock: not,
      unlock: not,
      edit: not,
      confirmEdit: not,
      withdraw: not,
      abortEdit: not,
      cut() {},
    },
  };
}
