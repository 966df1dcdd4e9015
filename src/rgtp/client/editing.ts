/** What editors do (access level 3): each command sent as it is; `RgtpConnection` keeps them from its traps. */
import type { Octets } from '../../wire/octets.ts';
import { expect, expectLines, line, sequenceOf } from './command.ts';
import type { Posted } from './posting.ts';
import { checkedId } from './reading.ts';
import type { Transport } from './transport.ts';

/** EDLK. Rejects with `locked` where somebody else holds the lock. The lock falls with the connection. */
export async function lock(transport: Transport): Promise<void> {
  await expect(transport, 'EDLK', 200);
}

/** EDUL */
export async function unlock(transport: Transport): Promise<void> {
  await expect(transport, 'EDUL', 200);
}

/** EDIT: the item's data as it is, carets doubled, to be sent back by DATA with its first line (which is ignored). */
export function edit(transport: Transport, id: string): Promise<Octets[]> {
  return expectLines(transport, `EDIT ${checkedId(id)}`);
}

/** EDIX: the whole index, row by row, to be sent back likewise. */
export function editIndex(transport: Transport): Promise<Octets[]> {
  return expectLines(transport, 'EDIX');
}

/** EDCF: with DATA sent the edit is done, **without any the item is withdrawn**. */
export async function confirmEdit(transport: Transport, reason: Octets): Promise<Posted> {
  return { sequence: sequenceOf(await expect(transport, line('EDCF', reason, 'bad-text'), 220)) };
}

/** EDAB */
export async function abortEdit(transport: Transport): Promise<void> {
  await expect(transport, 'EDAB', 200);
}

/** MOTS: what DATA brought becomes the message of the day, without its first line. */
export async function setMotd(transport: Transport): Promise<Posted> {
  return { sequence: sequenceOf(await expect(transport, 'MOTS', 220)) };
}

/** DIFF: unified diffs of an item's edits, or of the index's. groggsd closes the connection where there are none. */
export function diff(transport: Transport, id: string | undefined): Promise<Octets[]> {
  return expectLines(transport, id === undefined ? 'DIFF' : `DIFF ${checkedId(id)}`);
}

/** UDBM: the user database, in the server's own language. groggsd neither ends its lines with CRLF nor doubles dots. */
export function userDatabase(transport: Transport, request: Octets): Promise<Octets[]> {
  return expectLines(transport, line('UDBM', request, 'bug'));
}
