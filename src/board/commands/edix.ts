import { noArguments } from '../refusal.ts';
import type { Command } from './command.ts';
import { mayEdit } from './edit.ts';
import { sendRows } from './indx.ts';

/** RGTP 2.2.17 */
export const edix: Command = {
  level: 3,
  run(session, args) {
    noArguments(args);
    mayEdit(session);
    const { index } = session.board.store;
    session.data = undefined;
    session.edit = { kind: 'index', end: index.end };
    return sendRows(session, index, index.start);
  },
};
