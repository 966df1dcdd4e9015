import type { Duplex } from 'node:stream';
import type { Log } from '../../wire/log.ts';
import type { Octets } from '../../wire/octets.ts';

export interface ClientOptions {
  readonly host: string;
  /** 1431 where nobody says otherwise */
  readonly port: number;
  /** the userid to log in with; none: read as a guest */
  readonly user?: Octets | undefined;
  /** the shared secret. With it the server must ask for a proof, and give one. */
  readonly secret?: Buffer | undefined;
  /** the access level to ask for; by default the highest the account has */
  readonly level?: 1 | 2 | 3 | undefined;
  /** commands under way at once; default 64 */
  readonly depth?: number;
  readonly timeouts?: Partial<Timeouts>;
  readonly limits?: Partial<Limits>;
  readonly log?: Log;
  /** Told of each answer: its command's verb, its code (0: there was none), and seconds from sending to its end. For metrics. */
  readonly onAnswer?: (verb: string, code: number, seconds: number) => void;
  /** opens the byte stream; default: TCP without Nagle's delay */
  readonly connect?: (address: { host: string; port: number }) => Duplex;
}

/** in ms */
export interface Timeouts {
  readonly connect: number;
  /** groggsd accepts connections in a burst that it never greets */
  readonly banner: number;
  /** without a single octet while an answer is due; boards look callers up for 20 s before some answers */
  readonly answer: number;
}

/** in octets: what a server may make this client hold or read */
export interface Limits {
  readonly line: number;
  /** a data block that is kept: an item, the edit log */
  readonly block: number;
  /** a data block that is passed on row by row: the index */
  readonly index: number;
}

export const DEFAULT_DEPTH = 64;
export const DEFAULT_TIMEOUTS: Timeouts = { connect: 10_000, banner: 10_000, answer: 60_000 };
export const DEFAULT_LIMITS: Limits = { line: 65_536, block: 16 * 2 ** 20, index: 2 ** 31 };
