import { type Octets, octets } from '../../wire/octets.ts';
import type { CommandSession } from '../command-session.ts';
import type { EditInProgress, Editor } from '../editing.ts';
import { ErrorResponse } from '../error-response.ts';
import { posted } from '../posting.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.18: replaces, or without DATA withdraws */
export const edcf: Command = {
  level: 3,
  async run(session, args) {
    if (args === '') throw new ErrorResponse(511, octets`A reason must be given for the edit.`);
    if (args.includes('\0')) throw new ErrorResponse(424, octets`The reason contains a NUL character.`);
    const { work } = session;
    if (work.edit === undefined) throw new ErrorResponse(500, octets`No EDIT in progress.`);
    try {
      const [sequence, what] = await confirm(session, work.edit, { userid: session.userid ?? octets``, reason: args });
      work.endEdit();
      session.say(posted(sequence, what));
    } catch (error) {
      if (!(error instanceof ErrorResponse)) throw error;
      if (error.code === 410) work.endEdit();
      if (error.code === 423) work.refuseEditText();
      throw error;
    }
  },
};

async function confirm(session: CommandSession, edit: EditInProgress, editor: Editor): Promise<[number, Octets]> {
  const { data } = session.work;
  const { editing } = session.board.store;
  if (data === 'refused') {
    throw new ErrorResponse(500, octets`The DATA was refused: send it again, or abort the edit with EDAB.`);
  }
  if (edit.kind === 'index') {
    if (data === undefined) throw new ErrorResponse(500, octets`Cannot withdraw the index.`);
    return [await editing.replaceIndex(edit, data.lines, editor), octets`Edit complete.`];
  }
  if (data === undefined) return [await editing.withdrawItem(edit, editor), octets`Item withdrawn.`];
  return [await editing.replaceItem(edit, data.text, editor), octets`Edit complete.`];
}
