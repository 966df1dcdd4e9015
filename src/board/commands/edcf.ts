import type { EditInProgress, Editor } from '../editing.ts';
import { posted } from '../posting.ts';
import { Refusal } from '../refusal.ts';
import type { Session } from '../session.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.18: replaces, or without DATA withdraws */
export const edcf: Command = {
  level: 3,
  async run(session, args) {
    if (args === '') throw new Refusal(511, 'A reason must be given for the edit.');
    if (args.includes('\0')) throw new Refusal(424, 'The reason contains a NUL character.');
    const { edit } = session;
    if (edit === undefined) throw new Refusal(500, 'No EDIT in progress.');
    try {
      const [sequence, what] = await confirm(session, edit, { userid: session.userid ?? '', reason: args });
      session.edit = undefined;
      session.data = undefined;
      session.say(posted(sequence, what));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === 410) session.edit = undefined;
      if (error.code === 410) session.data = undefined;
      // Never undefined: EDCF given once more would withdraw the item.
      if (error.code === 423) session.data = 'refused';
      throw error;
    }
  },
};

async function confirm(session: Session, edit: EditInProgress, editor: Editor): Promise<[number, string]> {
  const { data } = session;
  const { editing } = session.board.store;
  if (data === 'refused') {
    throw new Refusal(500, 'The DATA was refused: send it again, or abort the edit with EDAB.');
  }
  if (edit.kind === 'index') {
    if (data === undefined) throw new Refusal(500, 'Cannot withdraw the index.');
    return [await editing.replaceIndex(edit, data.text, editor), 'Edit complete.'];
  }
  if (data === undefined) return [await editing.withdrawItem(edit, editor), 'Item withdrawn.'];
  return [await editing.replaceItem(edit, data.text, editor), 'Edit complete.'];
}
