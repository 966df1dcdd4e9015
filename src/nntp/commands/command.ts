import type { Feature, PackageCommand } from 'nntp-server';
import type { Soon } from '../../wire/soon.ts';
import type { NntpSession } from '../session.ts';
import type { Answer } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';

/** One command, or one keyword of a command (`LIST ACTIVE`). */
export interface Command {
  /** upper case, single space */
  readonly head: string;
  /** its arguments as HELP shows them */
  readonly syntax: string;
  /** how many arguments it takes; another number is answered 501 */
  readonly words: readonly [least: number, most: number];
  /** what the session must be allowed to */
  readonly needs: 'nothing' | 'read';
  /**
   * @param words the arguments, after the keyword
   * @param raw the command line as it came: for arguments in which white space counts
   */
  run(session: NntpSession, words: readonly string[], raw: string): Soon<Answer>;
  /** adds to CAPABILITIES what is true of this session now */
  capability?(session: NntpSession, report: Feature[]): void;
}

/** A command of the package as it is, with our way of dividing lines and refusing. */
export function fromPackage(
  command: PackageCommand,
  ours: Pick<Command, 'syntax' | 'words' | 'needs'> & Partial<Command>,
): Command {
  return {
    head: command.head,
    run(session, words) {
      const line = words.length > 0 ? `${command.head} ${words.join(' ')}` : command.head;
      return command.validate.test(line) ? command.run(session, line) : status.syntax;
    },
    ...(command.capability && { capability: (session, report) => command.capability?.(session, report) }),
    ...ours,
  };
}
