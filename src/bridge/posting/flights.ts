import type { Octets } from '../../wire/octets.ts';
import { sameUserid } from './search.ts';

/** Posts on their way to the board: sent perhaps, and not yet known to be there under their own Message-ID. */
export class Flights {
  readonly #all = new Set<{ readonly userid: Octets; readonly settled: Promise<void> }>();

  /** Call the result when the post has its id, or will never get one. */
  depart(userid: Octets): () => void {
    let land = () => {};
    const settled = new Promise<void>((resolve) => {
      land = resolve;
    });
    const flight = { userid, settled };
    this.#all.add(flight);
    return () => {
      this.#all.delete(flight);
      land();
    };
  }

  /** What is under way now for any of these authors. */
  of(userids: readonly Octets[]): Promise<void>[] {
    return [...this.#all]
      .filter((flight) => userids.some((userid) => sameUserid(userid, flight.userid)))
      .map((flight) => flight.settled);
  }
}
