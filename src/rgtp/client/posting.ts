import { dotStuffLines } from '../../wire/dots.ts';
import { type Octets, octets } from '../../wire/octets.ts';
import { printable, RgtpError, type RgtpErrorKind } from '../errors.ts';
import { check, expect, line, MAX_LINE, newItemId, sequenceOf } from './command.ts';
import { checkedId } from './reading.ts';
import type { Transport } from './transport.ts';

/** What a board assigned to a new post. */
export interface Posted {
  readonly sequence: number;
}

export interface PostedItem extends Posted {
  readonly itemId: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL makes groggsd lose count of lines; LF ends one
const UNSENDABLE = /[\x00\n\u0100-\uffff]/;

/**
 * DATA. Sends the text only after 150: a server that refuses DATA would run it as commands. Sends it in one piece with
 * its end: without one, spurge falls into an endless loop.
 */
export async function data(transport: Transport, grogname: Octets, lines: readonly Octets[]): Promise<void> {
  checkLine(grogname, 'bad-grogname', 'grogname');
  for (const [i, text] of lines.entries()) checkLine(text, 'bad-text', `line ${i + 1}`);
  let text: Buffer | undefined = dotStuffLines([grogname, ...lines]);
  const answer = await transport.perform({
    command: octets`DATA`,
    proceed: (step) => {
      const once = text;
      text = undefined;
      return step.code === 150 ? once : undefined;
    },
  });
  check(octets`DATA`, answer, 350);
}

/** NEWI. Resolves once the board has the item. After `unavailable` or `nonsense` the outcome is unknown. */
export async function newItem(transport: Transport, subject: Octets): Promise<PostedItem> {
  const answer = await expect(transport, line('NEWI', subject, 'bad-subject'), 220);
  return { itemId: newItemId(answer), sequence: sequenceOf(answer) };
}

/** REPL. After `full`, `continueItem` may follow immediately. The error `continued` names the item to reply to. */
export async function reply(transport: Transport, id: string): Promise<Posted> {
  return { sequence: sequenceOf(await expect(transport, octets`REPL ${checkedId(id)}`, 220)) };
}

/** CONT, after a reply was refused with `full`. Rejects with `continued` if another client was faster. */
export async function continueItem(transport: Transport, subject: Octets): Promise<PostedItem> {
  const answer = await expect(transport, line('CONT', subject, 'bad-subject'), 220);
  return { itemId: newItemId(answer), sequence: sequenceOf(answer) };
}

function checkLine(text: Octets, blame: RgtpErrorKind, what: string): void {
  if (UNSENDABLE.test(text)) throw new RgtpError(blame, `${what} has characters RGTP cannot carry: ${printable(text)}`);
  const length = text.startsWith('.') ? text.length + 1 : text.length;
  if (length > MAX_LINE) throw new RgtpError(blame, `${what} has ${length} octets; RGTP carries ${MAX_LINE}`);
}
