import { randomBytes } from 'node:crypto';
import { formatIndexEntry } from '../rgtp/index-entry.ts';
import { type Octets, octets } from '../wire/octets.ts';
import type { AccessLevel } from './access.ts';
import type { BoardStore } from './store.ts';
import type { Account } from './users.ts';

/** What `guest` may do without a proof. */
export type Guests = 'read' | 'post' | 'none';

const GUEST_LEVELS = { none: 0, read: 1, post: 2 } as const satisfies Record<Guests, AccessLevel>;

export interface FirstStart {
  readonly editor: {
    readonly userid: Octets;
    /** to be shown once; the board stores it encrypted */
    readonly secret: Buffer;
  };
}

const EDITOR = octets`editor`;
const SECRET_OCTETS = 16;

const WELCOME = octets`Welcome! This is the first item of a new board.

Everybody may read it as guest. The Editors can give userids to people who
want to write; a reply to this item would be a fine first post.

An item holds what is said about one subject, oldest first. When it is full,
somebody continues it in a new one.
`;

const MOTD = octets`Welcome to a new RGTP board.\n`;

/**
 * Gives an empty board an editor, a guest, a message of the day and an item; a board that came from elsewhere without
 * accounts, an editor and a guest. Returns undefined if it is neither.
 *
 * @param keep called with the editor before the board exists, so that no failure loses the secret
 */
export async function firstStart(
  store: BoardStore,
  guests: Guests,
  keep: (editor: FirstStart['editor']) => void = () => {},
): Promise<FirstStart | undefined> {
  const isEmpty = isNew(store);
  if (!isEmpty && !store.marks.has('without-people')) return undefined;
  // A board that came from elsewhere may have been given accounts before its first start.
  const isThere = (userid: Octets) => store.users.levels(userid).length > 0;
  const editor = { userid: EDITOR, secret: randomBytes(SECRET_OCTETS) };
  const isNewEditor = !isThere(EDITOR);
  if (isNewEditor) keep(editor);
  // One commit, so that no crash leaves half of it: two requested together may become two transactions.
  await store.commit(() => {
    const fresh = { confirmed: true, waiting: false, disabled: false, lastUsed: store.time };
    const accounts: Account[] = [
      { ...fresh, ...editor, level: 3 },
      { ...fresh, userid: octets`guest`, level: GUEST_LEVELS[guests], secret: undefined },
    ];
    for (const account of accounts) if (!isThere(account.userid)) store.users.put(account);
    store.marks.clear('without-people');
    if (!isEmpty) return;
    const { sequence, time } = store.stamp();
    store.state.motd = { sequence, time, text: MOTD };
    store.index.append(
      formatIndexEntry({ sequence, time, itemId: undefined, userid: EDITOR, type: 'M', subject: octets`` }),
    );
    store.posting.addItem({ userid: EDITOR, grogname: octets`The Editor`, text: WELCOME }, octets`Welcome`);
  });
  return isNewEditor ? { editor } : undefined;
}

function isNew(store: BoardStore): boolean {
  const [somebody] = store.users.all();
  return somebody === undefined && store.index.end === 0 && store.state.nextSequence === 1;
}
