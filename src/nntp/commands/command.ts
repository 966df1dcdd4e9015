import type { Soon } from '../../wire/soon.ts';
import type { Answer } from '../syntax/answer.ts';
import type { Client } from './client.ts';

/** A line of CAPABILITIES, or words of one: `HDR`, or `['LIST', 'ACTIVE']`. */
export type Feature = string | readonly (string | number)[];

/** That there is nothing else: no such article, no later one, no higher mark. */
export interface Claim {
  /** default: all */
  readonly newsgroups?: readonly string[] | undefined;
  /**
   * What is said where nobody can tell whether it is true: `refuse`: 403. `as known`: what is here, so that reading goes on; a
   * newsreader can do with an earlier mark, but takes what a list of articles does not have for gone
   */
  readonly otherwise: 'refuse' | 'as known';
}

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
  /** What the answer would claim beyond what is here. Asked before `run` where other servers may have shown more. */
  claims?(client: Client, words: readonly string[]): Claim | undefined;
  /** Adds what this session can use now to CAPABILITIES. */
  capability?(client: Client, report: Feature[]): void;
}
