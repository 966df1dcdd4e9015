import type { Soon } from '../../wire/soon.ts';
import type { Answer } from '../syntax/answer.ts';
import type { Client } from './client.ts';

/** A line of CAPABILITIES, or its words: `HDR`, or `['LIST', 'ACTIVE']`. */
export type Feature = string | readonly (string | number)[];

/** An answer that claims there is nothing else: no such article, no later one, no higher mark. */
export interface Claim {
  /** default: all */
  readonly newsgroups?: readonly string[] | undefined;
  /**
   * What to answer if nobody can tell whether the claim is true. `refuse`: 403. `as known`: what is known here, so that
   * reading goes on. A newsreader can work with an old mark, but takes articles missing from a list for removed.
   */
  readonly otherwise: 'refuse' | 'as known';
}

/** One command, or one keyword of a command (`LIST ACTIVE`). */
export interface Command {
  /** upper case, single space */
  readonly head: string;
  /** its arguments, as HELP shows them */
  readonly syntax: string;
  /** how many arguments it takes; any other number is answered 501 */
  readonly words: readonly [least: number, most: number];
  /** what the session must be allowed to do */
  readonly needs: 'nothing' | 'read';
  /**
   * @param words the arguments, after the keyword
   * @param raw the command line as received: for arguments in which white space counts
   */
  run(client: Client, words: readonly string[], raw: string): Soon<Answer>;
  /**
   * What the answer would claim beyond what this server knows. Called before `run` if other servers may have shown
   * more.
   */
  claims?(client: Client, words: readonly string[]): Claim | undefined;
  /** Adds to CAPABILITIES what this session can use now. */
  capability?(client: Client, report: Feature[]): void;
}
