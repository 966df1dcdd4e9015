import { octets } from '../../wire/octets.ts';
import { dataAnswer } from '../items.ts';
import { runUdbm } from '../udbm/run.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.25: the user database, with the options of groggsd's `udbmanage`. Runs no other program. */
export const udbm: Command = {
  level: 3,
  async run(session, args) {
    const text = await runUdbm(session.board, session.userid ?? octets``, args);
    session.send(dataAnswer(text, octets`250 Response follows.`));
  },
};
