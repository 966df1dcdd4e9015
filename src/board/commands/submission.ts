import { octets } from '../../wire/octets.ts';
import type { CommandSession } from '../command-session.ts';
import type { Submission } from '../posting.ts';

/** Logs a post, unless it came through the bridge, which logs its own. */
export function tellPosted({ log, caller, userid }: CommandSession, item: string, sequence: number): void {
  if (caller.address !== undefined) log.info({ userid, item, sequence }, 'posted');
}

/** The text of DATA and its author. @throws ErrorResponse 500 if there was no DATA */
export function submissionOf(session: CommandSession): Submission {
  const { grogname, text } = session.work.text;
  return { grogname, text, userid: session.userid ?? octets`` };
}
