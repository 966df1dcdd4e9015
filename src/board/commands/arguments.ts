/** Arguments that several commands take, with groggsd's words for what is wrong with them. */
import { type Ascii, ascii, type Octets, octets } from '../../wire/octets.ts';
import type { AccessLevel } from '../access.ts';
import { ErrorResponse } from '../error-response.ts';
import { limits } from '../limits.ts';

export function noArguments(args: Octets): void {
  if (args !== '') throw new ErrorResponse(511, octets`Unexpected or overly-long parameters.`);
}

/** In upper case. */
export function itemIdFrom(args: Octets): Ascii {
  if (!/^[A-Za-z]/.test(args)) throw new ErrorResponse(511, octets`Item-ID must start with a letter.`);
  if (!/^.\d{7}/s.test(args)) throw new ErrorResponse(511, octets`Item-ID must contain 7 digits after the letter.`);
  if (args.length > 8) throw new ErrorResponse(511, octets`Garbage after 8 characters of Item-ID.`);
  return ascii(args.toUpperCase());
}

/** `undefined`: none was asked for. */
export function levelFrom(digit: string): AccessLevel | undefined {
  if (digit === '') return undefined;
  if (digit === '1') return 1;
  if (digit === '2') return 2;
  if (digit === '3') return 3;
  throw new ErrorResponse(511, octets`Requested access level is malformed.`);
}

export function subjectFrom(args: Octets): Octets {
  if (args === '') throw new ErrorResponse(511, octets`No Subject line specified for new item.`);
  if (args.length > limits.subject) throw new ErrorResponse(424, octets`Subject is too long.`);
  if (args.includes('\0')) throw new ErrorResponse(424, octets`Subject contains a NUL character.`);
  return args;
}
