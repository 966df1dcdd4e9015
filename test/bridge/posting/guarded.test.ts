import { expect, test } from 'vitest';
import type { PostingConnection } from '../../../src/bridge/posting/connection.ts';
import { guarded } from '../../../src/bridge/posting/guarded.ts';
import type { Ownership } from '../../../src/store/shared.ts';
import { octets } from '../../../src/wire/octets.ts';

/** A connection whose commands end when a test says so. */
function open(ownership: Partial<Ownership> = {}) {
  const done: string[] = [];
  const listeners = new Set<() => void>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const command = (name: string) => async () => {
    done.push(name);
    await promise;
    return { itemId: 'A0000001', sequence: 1 };
  };
  const plain = (name: string) => async () => {
    done.push(name);
    return [];
  };
  const board: PostingConnection = {
    data: async () => {},
    newItem: command('newItem'),
    reply: command('reply'),
    continue: command('continue'),
    setMotd: command('setMotd'),
    confirmEdit: command('confirmEdit'),
    withdraw: command('withdraw'),
    lock: async () => {},
    unlock: async () => {},
    edit: plain('edit'),
    abortEdit: async () => {},
    cut() {
      done.push('cut');
      reject(new Error('cut'));
    },
  };
  const full: Ownership = {
    confirm: async () => {},
    whenLost(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ...ownership,
  };
  const lose = () => {
    for (const listener of listeners) listener();
  };
  return { guard: guarded(board, full), done, answer: resolve, lose };
}

const commits = [
  ['newItem', (board: PostingConnection) => board.newItem(octets`x`)],
  ['reply', (board: PostingConnection) => board.reply('A0000001')],
  ['continue', (board: PostingConnection) => board.continue(octets`x`)],
  ['setMotd', (board: PostingConnection) => board.setMotd()],
  ['confirmEdit', (board: PostingConnection) => board.confirmEdit(octets`x`)],
  ['withdraw', (board: PostingConnection) => board.withdraw(octets`x`)],
] as const;

test.each(commits)('%s is not sent without ownership', async (_, commit) => {
  const { guard, done } = open({ confirm: () => Promise.reject(new Error('cut off')) });
  await expect(commit(guard)).rejects.toThrow('cut off');
  expect(done).toEqual([]);
});

test.each(commits)(
  'the connection is cut where ownership is lost while %s is under way, and not afterwards',
  async (name, commit) => {
    const lost = open();
    const answer = commit(lost.guard);
    await expect.poll(() => lost.done).toEqual([name]);
    lost.lose();
    expect(lost.done).toEqual([name, 'cut']);
    await expect(answer).rejects.toThrow('cut');
    const kept = open();
    kept.answer();
    await commit(kept.guard);
    kept.lose();
    expect(kept.done).toEqual([name]);
  },
);
