import { type Ascii, ascii, type Octets, octets, octetsFrom } from '../../wire/octets.ts';
import { errorFor } from '../codes.ts';
import { printable, RgtpError, type RgtpErrorKind, RgtpFormatError } from '../errors.ts';
import { parseHex32 } from '../hex.ts';
import { parseItemId } from '../item-id.ts';
import type { Answer } from './pending.ts';
import type { Transport } from './transport.ts';

/** octets of a transmitted line, without CRLF (RGTP 2.5) */
export const MAX_LINE = 300;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these end a line, or swallow it
const UNSENDABLE = /[\x00\r\n\u0100-\uffff]/;

/**
 * Builds a command line. Refuses an argument that a server would read as two commands, or not at all.
 *
 * @param blame the error for an argument that cannot be sent
 */
export function line(verb: string, argument: Octets, blame: RgtpErrorKind): Octets {
  const command = argument === '' ? ascii(verb) : octets`${ascii(verb)} ${argument}`;
  if (UNSENDABLE.test(argument) || command.length > MAX_LINE) {
    throw new RgtpError(blame, `${verb} cannot carry ${printable(argument)}`);
  }
  return command;
}

/** Performs a command. Throws an answer with any other code as its error. */
export async function expect(transport: Transport, command: Octets, ...codes: readonly number[]): Promise<Answer> {
  return check(command, await transport.perform({ command }), ...codes);
}

export function check(command: Octets, answer: Answer, ...codes: readonly number[]): Answer {
  if (codes.includes(answer.code)) return answer;
  throw errorFor(command.slice(0, 4), answer, { itemId: continuedIn(answer) });
}

/** Performs a command that is answered with data; returns its lines. */
export async function expectLines(transport: Transport, command: Octets): Promise<Octets[]> {
  const lines: Octets[] = [];
  const onData = (data: Buffer) => {
    lines.push(octetsFrom(data));
  };
  check(command, await transport.perform({ command, onData }), 250);
  return lines;
}

/** Like `expectLines`, but in one piece, each line ended by CRLF. */
export async function expectText(transport: Transport, command: Octets, limit: number): Promise<Octets> {
  let all = octets``;
  const onText = (lines: Octets) => {
    all = all.concat(lines);
  };
  check(command, await transport.perform({ command, onText, limit }), 250);
  return all;
}

/** `220 SSSSSSSS  text` */
export function sequenceOf(answer: Answer): number {
  const sequence = parseHex32(answer.text.slice(0, 8));
  if (sequence === undefined) throw new RgtpFormatError('no sequence number in the answer', answer.text);
  return sequence;
}

/** `120 ID` */
export function newItemId(answer: Answer): Ascii {
  const text = answer.preliminary.find((status) => status.code === 120)?.text;
  const id = parseItemId(text?.slice(0, 8) ?? '');
  if (id === undefined) throw new RgtpFormatError('no item id in the answer', text ?? answer.text);
  return id;
}

/** `122 ID …` before 422 */
function continuedIn(answer: Answer): string | undefined {
  const text = answer.preliminary.find((status) => status.code === 122)?.text;
  return parseItemId(text?.slice(0, 8) ?? '');
}
