/** Bridges that share a PostgreSQL database, for tests of what they do together. */
import { Membership, type Pace } from '../../src/store/postgres/membership.ts';
import { PermanentDatabase } from '../../src/store/postgres/permanent-database.ts';
import { Postgres } from '../../src/store/postgres/postgres.ts';

/** Nothing happens by itself soon, but what a test waits for. */
const PACE: Omit<Pace, 'patience'> = { look: 20, lease: 60_000, again: 20 };

export interface SharedStore {
  readonly permanent: PermanentDatabase;
  readonly member: Membership;
  readonly close: () => Promise<void>;
}

/**
 * @param url of the database
 * @param locks where the bridge's locks are; default: there, too
 */
export async function openShared(
  url: string,
  board: string,
  { locks = url, pace = {} }: { readonly locks?: string; readonly pace?: Partial<Pace> } = {},
): Promise<SharedStore> {
  await using stack = new AsyncDisposableStack();
  const open = async (where: string) => stack.adopt(await Postgres.open(where), (one) => one.close());
  const [postgres, forLocks] = [await open(url), await open(locks)];
  await PermanentDatabase.declare(postgres, board);
  const failed = (what: unknown) => {
    throw new Error(`not expected: ${String(what)}`);
  };
  const options = {
    onWaiting: () => failed('waiting'),
    onLost: failed,
    pace: { ...PACE, patience: pace.lease ?? PACE.lease, ...pace },
  };
  const member = stack.adopt(await Membership.join(forLocks, board, options), (one) => one.close());
  const permanent = stack.adopt(await PermanentDatabase.open(postgres, board, member), (one) => one.close());
  const opened = stack.move();
  return { permanent, member, close: () => opened.disposeAsync() };
}
