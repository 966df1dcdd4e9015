import { formatHex32 } from '../../rgtp/hex.ts';
import { octets } from '../../wire/octets.ts';
import { ErrorResponse } from '../error-response.ts';
import { dataAnswer } from '../items.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.6. The first line is in the specification's order; groggsd's is reversed. */
export const motd: Command = {
  level: 0,
  run(session, args) {
    noArguments(args);
    const message = session.board.store.state.motd;
    if (message === undefined) throw new ErrorResponse(410, octets`There is no message of the day.`);
    session.send(dataAnswer(octets`${formatHex32(message.sequence)} ${formatHex32(message.time)}\n${message.text}`));
  },
};
