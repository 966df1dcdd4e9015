import type { Octets } from '../../wire/octets.ts';
import { sameUserid } from './plan.ts';

export interface Flight {
  readonly userid: Octets;
}

/** Posts on their way to the board: sent perhaps, and not yet known to be there under their own Message-ID. */
export class Flights {
  readonly #all = new Set<Flight>();
  #landing = Promise.withResolvers<void>();

  /** Call the result when the post has its id, or will never get one. */
  depart(userid: Octets): () => void {
    const flight = { userid };
    this.#all.add(flight);
    return () => {
      this.#all.delete(flight);
      this.#landing.resolve();
      this.#landing = Promise.withResolvers();
    };
  }

  /** Those under way. */
  now(): ReadonlySet<Flight> {
    return new Set(this.#all);
  }

  /** Resolves when the next of all lands. */
  get landing(): Promise<void> {
    return this.#landing.promise;
  }

  /** Whether one of these is by one of those authors and still under way. */
  includes(flights: ReadonlySet<Flight>, userids: readonly Octets[]): boolean {
    for (const flight of flights) {
      if (this.#all.has(flight) && userids.some((userid) => sameUserid(userid, flight.userid))) return true;
    }
    return false;
  }
}
