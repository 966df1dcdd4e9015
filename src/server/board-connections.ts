/** A board's connections: some for reading, and each person's own. */
import { connect, Socket } from 'node:net';
import { LastHeard } from '../bridge/login/last-heard.ts';
import { UserPools } from '../bridge/login/user-pools.ts';
import type { BoardConfig } from '../config/config.ts';
import type { IdentRegistry } from '../ident/registry.ts';
import type { Metrics } from '../ops/metrics.ts';
import { RgtpConnection } from '../rgtp/client/connection.ts';
import type { ClientOptions } from '../rgtp/client/options.ts';
import { RgtpPool } from '../rgtp/client/pool.ts';
import type { Log } from '../wire/log.ts';
import { boardClient, type Embedded } from './board-client.ts';

export interface ConnectionParts {
  readonly log: Log;
  readonly embedded: Embedded | undefined;
  /** the user behind each connection to a board, if ident queries are answered */
  readonly ident: IdentRegistry | undefined;
  readonly metrics: Metrics;
}

export interface BoardConnections {
  /** for the mirror, and for searching for posts whose outcome is unknown */
  readonly reading: RgtpPool;
  readonly people: UserPools;
  /** when the board last sent anything, over any of these */
  readonly heard: LastHeard;
  /** Asks for the level that the board gives a guest now. */
  readonly askAsGuest: () => Promise<number>;
}

type Connect = NonNullable<ClientOptions['connect']>;

/** Connects to nothing yet: connections are made when needed. */
export function boardConnections(
  board: BoardConfig,
  { log, embedded, ident, metrics }: ConnectionParts,
): BoardConnections {
  const { user, secret, level: _, ...anybody } = boardClient(board, log, embedded);
  const heard = new LastHeard();
  const options = {
    ...anybody,
    onHeard: heard.heard,
    onAnswer: (verb: string, code: number, seconds: number) => metrics.request(board.name, verb, code, seconds),
  };
  const registry = board.rgtp === 'embedded' ? undefined : ident;
  return {
    reading: new RgtpPool({
      ...options,
      ...(registry && { connect: tracked(registry, user ?? 'guest', anybody.connect) }),
      user,
      secret,
      // One more than the mirror uses.
      size: board.connections + 1,
    }),
    people: new UserPools({
      board: options,
      heard,
      size: board.userConnections,
      maxUsers: board.maxUsers,
      idle: board.userIdle,
      // A board in this process ends the sessions of accounts that change, so connections need not age.
      ...(board.rgtp !== 'embedded' && { maxAge: board.userIdle }),
      ...(registry && { connectAs: (userid) => tracked(registry, userid, anybody.connect) }),
    }),
    heard,
    askAsGuest: async () => {
      const connection = await RgtpConnection.open({
        ...options,
        ...(registry && { connect: tracked(registry, 'guest', anybody.connect) }),
      });
      void connection.close();
      return connection.level;
    },
  };
}

/** Opens connections that the ident responder knows as the user's. */
function tracked(registry: IdentRegistry, userid: string, open: Connect = overTcp): Connect {
  return (address) => {
    const socket = open(address);
    if (socket instanceof Socket) registry.track(socket, userid);
    return socket;
  };
}

function overTcp({ host, port }: { readonly host: string; readonly port: number }): Socket {
  return connect({ host, port, noDelay: true });
}
