import type { Duplex } from 'node:stream';
import type { Log } from '../../wire/log.ts';
import type { Octets } from '../../wire/octets.ts';

export interface ClientOptions {
  readonly host: string;
  /** RGTP's standard port is 1431 */
  readonly port: number;
  /** the userid to log in with. Default: read as a guest */
  readonly user?: Octets | undefined;
  /** the shared secret. If set, the server must ask for a proof and give one. */
  readonly secret?: Buffer | undefined;
  /** the access level to ask for. Default: the account's highest */
  readonly level?: 1 | 2 | 3 | undefined;
  /** commands under way at once. Default 64 */
  readonly depth?: number;
  readonly timeouts?: Partial<Timeouts>;
  readonly limits?: Partial<Limits>;
  readonly log?: Log;
  /**
   * Called for each answer, for metrics: the command's verb, the code (0: no answer), and seconds from sending until
   * the end of the answer.
   */
  readonly onAnswer?: (verb: string, code: number, seconds: number) => void;
  /** Called whenever anything arrives from the board. */
  readonly onHeard?: () => void;
  /** opens the byte stream. Default: TCP without Nagle's delay */
  readonly connect?: (address: { host: string; port: number }) => Duplex;
}

/** in ms */
export interface Timeouts {
  readonly connect: number;
  /** in a burst, groggsd accepts connections that it never greets */
  readonly banner: number;
  /** without any input while an answer is due. Before some answers, boards spend 20 s looking up the caller. */
  readonly answer: number;
}

/** in octets: bounds on what a server can make this client hold or read */
export interface Limits {
  readonly line: number;
  /** a data block held in memory: the edit log, a diff */
  readonly block: number;
  /** an item: far larger than any board's */
  readonly item: number;
  /** a data block processed row by row: the index */
  readonly index: number;
}

export const DEFAULT_DEPTH = 64;
export const DEFAULT_TIMEOUTS: Timeouts = { connect: 10_000, banner: 10_000, answer: 60_000 };
export const DEFAULT_LIMITS: Limits = { line: 65_536, block: 16 * 2 ** 20, item: 2 * 2 ** 20, index: 2 ** 31 };
