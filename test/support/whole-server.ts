/** The server as `serve` runs it, in this process: embedded board, bridge, front end; with users for every level. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessLevel } from '../../src/board/access.ts';
import { BoardServer } from '../../src/board/server.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { pathsOf } from '../../src/config/paths.ts';
import { embeddedBoardOf } from '../../src/server/embedded-board.ts';
import { Service } from '../../src/server/service.ts';
import { type Log, silent } from '../../src/wire/log.ts';
import { ascii } from '../../src/wire/octets.ts';

const SECRET = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

/** Accounts that prove themselves with `secret`, and accounts without a proof, at each level. */
export const people = {
  secret: SECRET,
  /** what NNTP takes as the password */
  password: SECRET.toString('hex'),
  proving: { 0: 'zero@rgtp.test', 1: 'reader@rgtp.test', 2: 'writer@rgtp.test', 3: 'editor@rgtp.test' },
  /** like `guest`: they say their name, and are believed */
  bare: { 0: 'zero', 1: 'reader', 2: 'writer', 3: 'editor' },
} as const;

export interface WholeServer {
  readonly newsPort: number;
  /** of every listener, in the order of the setting */
  readonly newsPorts: readonly number[];
  readonly boardPort: number;
  readonly httpPort: number;
  /** as at SIGHUP, with more settings than at the start */
  reload(settings: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

export interface WholeServerOptions {
  /** more settings, as environment variables without `RGTP_NNTP_` */
  readonly settings?: Readonly<Record<string, string>>;
  readonly log?: Log;
  /** the board is elsewhere */
  readonly isBridge?: boolean;
  /** puts more on a new board before anything is served */
  readonly fill?: (store: BoardServer['store']) => Promise<void>;
}

export async function openWholeServer({
  settings = {},
  log = silent,
  fill,
  isBridge = false,
}: WholeServerOptions = {}): Promise<WholeServer> {
  const folder = mkdtempSync(join(tmpdir(), 'whole-server-'));
  const environment: Record<string, string> = {
    RGTP_NNTP_DATA: join(folder, 'data'),
    RGTP_NNTP_NAME: 'news.example.net',
    RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
    ...(!isBridge && {
      RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0',
      RGTP_NNTP_EMBEDDED_MAIL_OUTBOX: join(folder, 'outbox'),
    }),
    RGTP_NNTP_HTTP_LISTEN: 'http://127.0.0.1:0',
  };
  for (const [name, value] of Object.entries(settings)) environment[`RGTP_NNTP_${name}`] = value;
  const config = loadConfig({ environment });
  if (isBridge) mkdirSync(config.data);
  else if (!existsSync(config.data)) await fillNew(config, fill);
  // `serve` would be another process: what made the board is no part of its first turn.
  await new Promise(setImmediate);
  // Wrong passwords cost no time here, however many there are.
  const limits = { ...config.limits, loginDelay: 1, loginDelayMax: 1, failedLogins: 1_000_000 };
  const service = await Service.start({ ...config, limits }, { ...log, setLevel() {} });
  const { news, boardAddress, statusAddress } = service.parts;
  return {
    newsPort: news.server.addresses[0]?.port ?? 0,
    newsPorts: news.server.addresses.map(({ port }) => port),
    boardPort: boardAddress?.port ?? 0,
    httpPort: statusAddress?.port ?? 0,
    async reload(more) {
      const others = Object.entries(more).map(([name, value]) => [`RGTP_NNTP_${name}`, value]);
      await service.reload(loadConfig({ environment: { ...environment, ...Object.fromEntries(others) } }));
    },
    async close() {
      await service.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Makes the board of a new data folder, with its people. */
async function fillNew(config: Config, fill: WholeServerOptions['fill']): Promise<void> {
  mkdirSync(config.data);
  const paths = pathsOf(config, embeddedBoardOf(config));
  const board = await BoardServer.open({ path: paths.board, keyFile: paths.boardKey, guests: config.embedded.guests });
  await board.store.commit(() => {
    for (const level of [0, 1, 2, 3] satisfies AccessLevel[]) {
      const facts = { level, confirmed: true, waiting: false, disabled: false, lastUsed: board.store.time };
      board.store.users.put({ ...facts, userid: ascii(people.proving[level]), secret: SECRET });
      board.store.users.put({ ...facts, userid: ascii(people.bare[level]), secret: undefined });
    }
  });
  await fill?.(board.store);
  await board.close();
}
