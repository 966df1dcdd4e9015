import { formatHex32, parseHex32 } from '../../src/rgtp/hex.ts';
import { dotStuffLines } from '../../src/wire/dots.ts';
import { latin1 } from '../../src/wire/octets.ts';

/** What a board that is only read has to say, in the lines of RGTP's data: octets as characters, dots not doubled. */
export interface BoardLines {
  /** ascending */
  readonly rows: readonly string[];
  /** by item id */
  readonly items: { get(id: string): readonly string[] | undefined };
  /** in the order of groggsd: time, then sequence number */
  readonly motd?: readonly string[] | undefined;
  readonly editLog?: readonly string[];
}

const DATA_FOLLOWS = Buffer.from('250 Data follows\r\n');

/** The whole answer to a command of a guest. @param command without its end */
export function answerTo({ rows, items, motd, editLog = [] }: BoardLines, command: string): Buffer {
  const argument = command.slice(5).trim();
  switch (command.slice(0, 4)) {
    case 'USER':
      return say('231 Unconfirmed login OK (no posting)');
    case 'INDX':
      return data(rowsFrom(rows, argument));
    case 'ITEM':
      return data(items.get(argument), `410 Item ${argument} does not exist or has been archived.`);
    case 'STAT': {
      const item = items.get(argument);
      const subject = item?.find((line) => line.startsWith('Subject: '))?.slice('Subject: '.length);
      return say(item === undefined ? '410 No such item.' : `211 ${item[0]} ${subject ?? ''}`);
    }
    case 'MOTD':
      return data(motd, '410 There is no message of the day.');
    case 'ELOG':
      return data(editLog);
    case 'NOOP':
      return say('200 NOOP command received.');
    case 'QUIT':
      return say('280 Goodbye.');
    default:
      return say('510 Unknown command.');
  }
}

function rowsFrom(rows: readonly string[], argument: string): readonly string[] {
  if (argument === '') return rows;
  const bySequence = argument.startsWith('#');
  const from = formatHex32(parseHex32(bySequence ? argument.slice(1) : argument) ?? 0);
  // Hexadecimal of one width sorts as the numbers do.
  return rows.filter((row) => (bySequence ? row.slice(0, 8) : row.slice(9, 17)) >= from);
}

function data(lines: readonly string[] | undefined, otherwise = ''): Buffer {
  return lines === undefined ? say(otherwise) : Buffer.concat([DATA_FOLLOWS, dotStuffLines(lines.map(latin1))]);
}

function say(line: string): Buffer {
  return Buffer.from(`${line}\r\n`, 'latin1');
}
