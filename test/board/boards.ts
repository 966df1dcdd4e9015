import { afterEach } from 'vitest';
import type { AccessLevel } from '../../src/board/access.ts';
import { Board, defaultTimeouts } from '../../src/board/board.ts';
import type { RegistrationOptions } from '../../src/board/registration.ts';
import { BoardServer, type BoardServerOptions } from '../../src/board/server.ts';
import type { BoardStore } from '../../src/board/store.ts';
import { silent } from '../../src/wire/log.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { Dialogue } from './dialogue.ts';

export const secrets = {
  ann: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
  ed: Buffer.from('ed17ed17ed17ed17', 'hex'),
} as const;

const open: { close(): Promise<void> | void }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A board on a port of its own: ann@rgtp.test may post, ed@rgtp.test edit, writer post without proof. Closed after the test. */
export async function openBoard(options: Partial<BoardServerOptions> = {}): Promise<BoardServer> {
  const board = await BoardServer.open({
    path: ':memory:',
    listen: { host: '127.0.0.1', port: 0 },
    proofDelay: 0,
    ...options,
  });
  open.push(board);
  await addUser(board, 'ann@rgtp.test', 2, secrets.ann);
  await addUser(board, 'ed@rgtp.test', 3, secrets.ed);
  await addUser(board, 'writer', 2, undefined);
  return board;
}

export function addUser(
  { store }: BoardServer,
  userid: string,
  level: AccessLevel,
  secret: Buffer | undefined,
  more: { readonly disabled?: boolean; readonly confirmed?: boolean } = {},
): Promise<void> {
  return store.commit(() =>
    store.users.put({
      userid: latin1(userid),
      level,
      secret,
      confirmed: true,
      waiting: false,
      disabled: false,
      lastUsed: store.time,
      ...more,
    }),
  );
}

/** A board without sockets. */
export function boardOf(store: BoardStore, registration?: RegistrationOptions): Board {
  return new Board({
    ...{ store, registration, title: latin1('test'), log: silent, timeouts: defaultTimeouts },
    ...{ proofDelay: 0, identify: undefined },
  });
}

/** A connection whose banner is read. Closed after the test. */
export async function dial(board: BoardServer): Promise<Dialogue> {
  const dialogue = await Dialogue.open(board.address.port);
  open.push(dialogue);
  await dialogue.line();
  return dialogue;
}

/** The same, logged in. */
export async function login(board: BoardServer, who: 'ann' | 'ed' | 'writer' | 'guest'): Promise<Dialogue> {
  const dialogue = await dial(board);
  if (who === 'ann' || who === 'ed') await dialogue.prove(`${who}@rgtp.test`, secrets[who]);
  else await dialogue.ask(`USER ${who}`);
  return dialogue;
}
