import type { Soon } from '../../wire/soon.ts';
import type { Answer } from '../syntax/answer.ts';
import type { Client } from './client.ts';

/** A line of CAPABILITIES, or words of one: `HDR`, or `['LIST', 'ACTIVE']`. */
export type Feature = string | readonly (string | number)[];

/** One command, or one keyword of a command (`LIST ACTIVE`). */
export interface Command {
  /** upper case, single space */
  readonly head: string;
  /** its arguments as HELP shows them */
  readonly syntax: string;
  /** how many arguments it takes; another number is answered 501 */
  readonly words: readonly [least: number, most: number];
  /** what the session must be allowed to do */
  readonly needs: 'nothing' | 'read';
  /**
   * @param words the arguments, after the keyword
   * @param raw the command line as it came: for arguments in which white space counts
   */
  run(client: Client, words: readonly string[], raw: string): Soon<Answer>;
  /** Adds what this session can use now to CAPABILITIES. */
  capability?(client: Client, report: Feature[]): void;
}
