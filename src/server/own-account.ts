/**
 * The bridge's own account on an embedded board. It reads whatever guests may do, so that members can go on reading
 * when the guest account is disabled. What guests see depends on the board's guest account, never on this one.
 */
import { randomBytes } from 'node:crypto';
import type { BoardStore } from '../board/store.ts';
import { SECRET_OCTETS } from '../board/users.ts';
import { type Octets, octets } from '../wire/octets.ts';

export interface OwnAccount {
  readonly user: Octets;
  readonly secret: Buffer;
}

const userid = octets`rgtp.nntp`;

/** Made once. Later starts write nothing here, so they succeed even on a full disk. */
export async function ownAccount(store: BoardStore): Promise<OwnAccount> {
  const [known] = store.users.levels(userid);
  if (known?.secret !== undefined && known.level === 1 && store.accounts.access(userid, known.secret) === 1) {
    return { user: userid, secret: known.secret };
  }
  const secret = randomBytes(SECRET_OCTETS);
  const fresh = { level: 1, confirmed: true, waiting: false, disabled: false, lastUsed: store.time } as const;
  await store.commit(() => store.users.put({ ...fresh, userid, secret }));
  return { user: userid, secret };
}
