import { expect, test } from 'vitest';
import { editPost, withdrawItem } from '../../../src/bridge/moderation/edit.ts';
import type { PostingConnection } from '../../../src/bridge/posting/connection.ts';
import { OutcomeUnknown } from '../../../src/bridge/posting/deliver.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import { type Octets, octets } from '../../../src/wire/octets.ts';

const LINES: Octets[] = [
  octets`                           00000005 appended by spurge`,
  octets`^00000005 6B02111B`,
  octets`Item P3242146 from Ann (ann@rgtp.test) at 21.46 on Sat 21 Nov`,
  octets`Subject: A first item`,
  octets``,
  octets`First.`,
];

/** A connection to an editor's board on which one command fails. Tells what was called. */
function connection(failing?: string, error = new RgtpError('bad-text', 'too long', { code: 423 })) {
  const calls: string[] = [];
  const sent: string[][] = [];
  const call = async <T>(name: string, result: T): Promise<T> => {
    calls.push(name);
    if (name === failing) throw error;
    return result;
  };
  const no = () => Promise.reject(new Error('not for editors'));
  const board: PostingConnection = {
    data: (grogname, lines) => {
      sent.push([grogname, ...lines]);
      return call('data', undefined);
    },
    newItem: no,
    reply: no,
    continue: no,
    setMotd: no,
    lock: () => call('lock', undefined),
    unlock: () => call('unlock', undefined),
    edit: () => call('edit', LINES),
    confirmEdit: () => call('confirmEdit', { sequence: 9 }),
    withdraw: () => call('withdraw', { sequence: 9 }),
    abortEdit: () => call('abortEdit', undefined),
    cut: () => {},
  };
  return { board, calls, sent };
}

const replacement = { sequence: 5, lines: [octets`New.`] };
const edit = (board: PostingConnection) => editPost(board, 'P3242146', replacement, octets`tidy`);

test('EDLK, EDIT, DATA, EDCF, EDUL', async () => {
  const { board, calls, sent } = connection();
  expect(await edit(board)).toBe(9);
  expect(calls).toEqual(['lock', 'edit', 'data', 'confirmEdit', 'unlock']);
  // the status line is held to the length of a grogname
  expect(sent).toEqual([['                           00000005', ...LINES.slice(1, 5), 'New.']]);
});

test('a withdrawal sends no text', async () => {
  const { board, calls } = connection();
  expect(await withdrawItem(board, 'P3242146', octets`rude`)).toBe(9);
  expect(calls).toEqual(['lock', 'edit', 'withdraw', 'unlock']);
});

test('a text that is refused is never confirmed: that would withdraw the item', async () => {
  const { board, calls } = connection('data');
  await expect(edit(board)).rejects.toMatchObject({ kind: 'bad-text' });
  expect(calls).toEqual(['lock', 'edit', 'data', 'abortEdit', 'unlock']);
});

test.each([
  { failing: 'lock', calls: ['lock'] },
  { failing: 'edit', calls: ['lock', 'edit', 'unlock'] },
  { failing: 'confirmEdit', calls: ['lock', 'edit', 'data', 'confirmEdit', 'abortEdit', 'unlock'] },
])('whatever fails, the lock is released: $failing', async ({ failing, calls: expected }) => {
  const { board, calls } = connection(failing);
  await expect(edit(board)).rejects.toMatchObject({ kind: 'bad-text' });
  expect(calls).toEqual(expected);
});

test('a post that has gone meanwhile', async () => {
  const { board, calls } = connection();
  await expect(editPost(board, 'P3242146', { sequence: 6, lines: [] }, octets`x`)).rejects.toMatchObject({
    kind: 'no-such-item',
  });
  expect(calls).toEqual(['lock', 'edit', 'abortEdit', 'unlock']);
});

test('a connection lost at EDCF says nothing about the edit; after it, nothing is lost', async () => {
  const lost = new RgtpError('unavailable', 'connection lost');
  await expect(edit(connection('confirmEdit', lost).board)).rejects.toBeInstanceOf(OutcomeUnknown);
  await expect(edit(connection('data', lost).board)).rejects.toBe(lost);
  expect(await edit(connection('unlock', lost).board)).toBe(9);
});
