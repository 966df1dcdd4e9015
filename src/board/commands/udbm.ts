import { type Octets, octets } from '../../wire/octets.ts';
import type { CommandSession } from '../command-session.ts';
import { wireLines } from '../items.ts';
import { runUdbm } from '../udbm/run.ts';
import type { Command } from './command.ts';
import { dataPieces, sendPieces } from './pieces.ts';

/** RGTP 2.2.25: the user database, with the options of groggsd's `udbmanage`. Runs no other program. */
export const udbm: Command = {
  level: 3,
  async run(session, args) {
    await sendPieces(session, dataPieces(answer(session, args), octets`250 Response follows.`));
  },
};

async function* answer(session: CommandSession, args: Octets): AsyncGenerator<Buffer> {
  for await (const text of runUdbm(session.board, session.userid ?? octets``, args)) yield wireLines(text);
}
