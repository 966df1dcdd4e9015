/** The editors' commands (access level 3), sent as they are. `RgtpConnection` guards against their traps. */
import { type Octets, octets } from '../../wire/octets.ts';
import { expect, expectLines, line, sequenceOf } from './command.ts';
import type { Posted } from './posting.ts';
import { checkedId } from './reading.ts';
import type { Transport } from './transport.ts';

/** EDLK. Rejects with `locked` if another session holds the lock. The lock ends with the connection. */
export async function lock(transport: Transport): Promise<void> {
  await expect(transport, octets`EDLK`, 200);
}

/** EDUL */
export async function unlock(transport: Transport): Promise<void> {
  await expect(transport, octets`EDUL`, 200);
}

/** EDIT: the item's data with doubled carets. DATA sends it back, with its first line (which is ignored). */
export function edit(transport: Transport, id: string): Promise<Octets[]> {
  return expectLines(transport, octets`EDIT ${checkedId(id)}`);
}

/** EDIX: the rows of the index. DATA sends them back. */
export function editIndex(transport: Transport): Promise<Octets[]> {
  return expectLines(transport, octets`EDIX`);
}

/** EDCF: completes the edit after DATA; **without DATA it withdraws the item**. */
export async function confirmEdit(transport: Transport, reason: Octets): Promise<Posted> {
  return { sequence: sequenceOf(await expect(transport, line('EDCF', reason, 'bad-text'), 220)) };
}

/** EDAB */
export async function abortEdit(transport: Transport): Promise<void> {
  await expect(transport, octets`EDAB`, 200);
}

/** MOTS: makes the text of DATA, without its first line, the message of the day. */
export async function setMotd(transport: Transport): Promise<Posted> {
  return { sequence: sequenceOf(await expect(transport, octets`MOTS`, 220)) };
}

/** DIFF: unified diffs of the edits of an item, or of the index. groggsd closes the connection if there are none. */
export function diff(transport: Transport, id: string | undefined): Promise<Octets[]> {
  return expectLines(transport, id === undefined ? octets`DIFF` : octets`DIFF ${checkedId(id)}`);
}

/** UDBM: the user database, in the server's own syntax. groggsd ends its lines with LF and does not double dots. */
export function userDatabase(transport: Transport, request: Octets): Promise<Octets[]> {
  return expectLines(transport, line('UDBM', request, 'bug'));
}
