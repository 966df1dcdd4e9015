import type { Octets } from '../../wire/octets.ts';
import { sameUserid } from './plan.ts';

export interface Flight {
  readonly userid: Octets;
}

/** Posts under way: perhaps on the board already, but not yet known there by their own Message-IDs. */
export class Flights {
  readonly #all = new Set<Flight>();
  #landing = Promise.withResolvers<void>();

  /** A post begins. Call the result once it has its Message-ID, or will never have one. */
  depart(userid: Octets): () => void {
    const flight = { userid };
    this.#all.add(flight);
    return () => {
      this.#all.delete(flight);
      this.#landing.resolve();
      this.#landing = Promise.withResolvers();
    };
  }

  get size(): number {
    return this.#all.size;
  }

  /** The flights under way. */
  now(): ReadonlySet<Flight> {
    return new Set(this.#all);
  }

  /** Resolves when any of them lands. */
  get landing(): Promise<void> {
    return this.#landing.promise;
  }

  /** Whether one of `flights` by one of these authors is still under way. */
  includes(flights: ReadonlySet<Flight>, userids: readonly Octets[]): boolean {
    for (const flight of flights) {
      if (this.#all.has(flight) && userids.some((userid) => sameUserid(userid, flight.userid))) return true;
    }
    return false;
  }
}
