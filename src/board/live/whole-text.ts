import type { RgtpConnection } from '../../rgtp/client/connection.ts';
import type { Question } from '../../rgtp/client/reading.ts';
import { type Octets, octets, octetsFrom } from '../../wire/octets.ts';
import { Trouble } from '../../wire/trouble.ts';

const MIB = 1024 * 1024;
/** octets: the largest answers taken, far larger than any board's; no mirror reads a longer edit log */
const LARGEST = { ITEM: MIB, MOTD: MIB, DIFF: 64 * MIB, ELOG: 16 * MIB } as const;
/** how many times as much is read of an answer that is too large before the connection ends */
const READ = 4;

/** An answer is too large to be true. */
export class TooLargeError extends Trouble {}

/**
 * An answer's data, lines ended by LF, as a board keeps it.
 * @throws RgtpError; TooLargeError
 */
export async function wholeText(
  connection: RgtpConnection,
  question: Exclude<Question, 'INDX'>,
  argument: Octets = octets``,
): Promise<Octets> {
  const most = LARGEST[question];
  let text = Buffer.alloc(4096);
  let length = 0;
  await connection.verbatim(question, argument, READ * most, (line) => {
    const end = length + line.length + 1;
    if (end > most) throw new TooLargeError(`has over ${most} octets`);
    if (end > text.length) {
      const larger = Buffer.alloc(Math.max(end, 2 * text.length));
      text.copy(larger, 0, 0, length);
      text = larger;
    }
    line.copy(text, length);
    text[end - 1] = 0x0a;
    length = end;
  });
  return octetsFrom(text.subarray(0, length));
}
