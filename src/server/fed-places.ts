import type { Place, Turn } from '../feed/source.ts';
import type { Permanent } from '../store/permanent.ts';
import type { Shared } from '../store/shared.ts';
import type { Log } from '../wire/log.ts';
import type { FedPlaces } from './board.ts';

/** Where the places are kept, and which bridge may send. */
export interface PlaceStore extends Pick<Permanent, 'fed' | 'putFed'> {
  readonly shared?: Pick<Shared, 'turn' | 'pass'> | undefined;
}

/** Keeps the places in the board's store. If several bridges share it, one of them feeds each peer. */
export async function openFedPlaces(permanent: PlaceStore, log: Log): Promise<FedPlaces> {
  const key = (peer: string, newsgroup: string) => `${peer} ${newsgroup}`;
  const places = new Map<string, Place>();
  const read = async () => {
    for (const { peer, newsgroup, ...place } of await permanent.fed()) places.set(key(peer, newsgroup), place);
  };
  await read();
  const { shared } = permanent;
  /** the turns for which the places have been read */
  const known = new Map<string, number>();
  const begin = async (peer: string, turn: number): Promise<Turn> => {
    await read();
    if (shared?.turn(peer) !== turn) return undefined;
    if (known.get(peer) !== turn) log.info({ peer }, 'this bridge now feeds the peer for all bridges of the board');
    known.set(peer, turn);
    return turn;
  };
  return {
    get: (peer, newsgroup) => places.get(key(peer, newsgroup)),
    async put(peer, newsgroup, place) {
      await permanent.putFed({ peer, newsgroup, ...place });
      places.set(key(peer, newsgroup), place);
    },
    turn(peer) {
      if (shared === undefined) return 0;
      const turn = shared.turn(peer);
      return typeof turn !== 'number' || turn === known.get(peer) ? turn : begin(peer, turn);
    },
    pass: (peer) => shared?.pass(peer),
  };
}
