import { addressKey } from '../wire/address.ts';
import { encode } from '../wire/charset.ts';
import { eventLoop } from '../wire/fair-share.ts';
import type { Log } from '../wire/log.ts';
import type { Octets } from '../wire/octets.ts';
import { EditLock } from './edit-lock.ts';
import { FailedProofs } from './failed-proofs.ts';
import { limits } from './limits.ts';
import { type BoardObserver, unobserved } from './observer.ts';
import { Registration, type RegistrationOptions } from './registration.ts';
import type { BoardStore } from './store.ts';

/** ms */
export interface Timeouts {
  /** without a line from a client */
  readonly idle: number;
  /** the same for the holder of the edit lock: at least five minutes (RGTP 2.2.14) */
  readonly lock: number;
  /** between the lines of a text, and until a client reads what it was sent */
  readonly data: number;
  /** for a client to read the last answer */
  readonly closing: number;
}

/** The time-outs groggsd intended. */
export const defaultTimeouts: Timeouts = { idle: 3_600_000, lock: 1_200_000, data: 300_000, closing: 5_000 };

/** Asks a caller's machine whose connection it is (RFC 1413); undefined: no answer. Has its own time-out. */
export type Identify = (connection: {
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}) => Promise<string | undefined>;

export interface Caller {
  /** undefined: inside this process */
  readonly address: string | undefined;
  readonly port: number;
  readonly localPort: number;
}

/** Callers with the same key are counted together: an IPv4 address, an IPv6 /64, this process. */
export function callerKey({ address }: Caller): string {
  return address === undefined ? 'inside' : addressKey(address);
}

/** A session as other sessions see it. */
export interface Member {
  /** Accounts have changed: a session whose login no longer holds says 482 and closes after the command in progress. */
  review(): void;
}

/** octets taken by `230 ` and the access level in brackets */
const BANNER_REST = 30;

/** What the sessions of a board share. */
export class Board {
  readonly store: BoardStore;
  readonly title: string;
  /** what 230 says */
  readonly greeting: Octets;
  readonly log: Log;
  readonly timeouts: Timeouts;
  readonly lock = new EditLock();
  readonly members = new Set<Member>();
  readonly failedProofs: FailedProofs;
  readonly observer: BoardObserver;
  /** undefined: only editors make accounts */
  readonly registration: Registration | undefined;
  readonly #identify: Identify | undefined;
  #reviewing = false;
  #stale = false;

  constructor(options: {
    readonly store: BoardStore;
    readonly title: string;
    readonly log: Log;
    readonly timeouts: Timeouts;
    readonly proofDelay: number;
    readonly identify: Identify | undefined;
    readonly registration: RegistrationOptions | undefined;
    readonly observer?: BoardObserver | undefined;
  }) {
    this.store = options.store;
    this.title = options.title;
    this.greeting = greetingOf(options.title);
    this.log = options.log;
    this.timeouts = options.timeouts;
    this.failedProofs = new FailedProofs(options.proofDelay);
    this.#identify = options.identify;
    this.observer = options.observer ?? unobserved;
    this.store.accounts.onChange(() => {
      this.#review().catch((err: unknown) => {
        this.#reviewing = false;
        this.log.error({ err }, 'accounts could not be checked');
      });
    });
    const { registration } = options;
    if (registration !== undefined) this.registration = new Registration(this.store, this.title, registration);
  }

  /** Ends the sessions whose login no longer holds, in turns: each look-up of an account takes a few microseconds. */
  async #review(): Promise<void> {
    this.#stale = true;
    if (this.#reviewing) return;
    this.#reviewing = true;
    while (this.#stale) {
      this.#stale = false;
      for (const member of [...this.members]) {
        member.review();
        if (eventLoop.over()) await eventLoop.next();
      }
    }
    this.#reviewing = false;
  }

  /** Who has this connection, according to the caller's machine (ident). Never rejects. */
  async identify({ address, port, localPort }: Caller): Promise<string | undefined> {
    if (this.#identify === undefined || address === undefined) return undefined;
    try {
      return await this.#identify({ localPort, remoteAddress: address, remotePort: port });
    } catch {
      return undefined;
    }
  }
}

/**
 * In UTF-8 if Latin-1 is not enough. A banner is one short line, without the words that make a client expect groggsd's
 * order of fields in the message of the day.
 */
function greetingOf(title: string): Octets {
  const name = title.replaceAll('GROGGS system', 'GROGGS').replace(/\p{Cc}+/gu, ' ');
  return encode(`${name} server ready`, 'auto').slice(0, limits.line - BANNER_REST);
}
