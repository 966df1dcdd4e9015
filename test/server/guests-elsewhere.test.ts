/** What guests of a board elsewhere may read, over restarts of the bridge and while the board is away. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BoardServer } from '../../src/board/server.ts';
import { PERMANENT } from '../../src/store/permanent-schema.ts';
import { addUser, secrets } from '../board/boards.ts';
import { until } from '../e2e/until.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { openWholeServer, type WholeServer } from '../support/whole-server.ts';

const GROUP = 'GROUP groggs.gossip';

let folder: string;
let board: BoardServer | undefined;
let server: WholeServer | undefined;
let port = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guests-elsewhere-'));
  mkdirSync(join(folder, 'data'));
});
afterEach(async () => {
  await server?.close();
  await board?.close();
  board = undefined;
  rmSync(folder, { recursive: true });
});

/** At the place where it was before, if it was. */
async function openTheBoard(): Promise<BoardServer> {
  board = await BoardServer.open({
    ...{ path: join(folder, 'board.sqlite'), keyFile: join(folder, 'board.key') },
    listen: { host: '127.0.0.1', port },
    proofDelay: 0,
  });
  port = board.address.port;
  return board;
}

async function closeTheBoard(): Promise<void> {
  await board?.close();
  board = undefined;
}

/** @param settings of the board; @param others of the bridge */
async function restart(
  settings: Readonly<Record<string, string>> = {},
  others: Readonly<Record<string, string>> = {},
): Promise<void> {
  await server?.close();
  server = await openWholeServer({
    settings: {
      DATA: join(folder, 'data'),
      BOARDS_0_RGTP: `rgtp://127.0.0.1:${port}`,
      BOARDS_0_USER_IDLE: '1s',
      ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [`BOARDS_0_${name}`, value])),
      ...others,
    },
  });
}

/** What a newcomer without a login is answered. */
async function asGuest(...commands: readonly string[]): Promise<string> {
  const client = await NntpClient.connect(server?.newsPort ?? 0);
  let answer = '';
  for (const command of commands) answer = await client.ask(command);
  client.quit();
  return answer;
}

async function settles(answer: string): Promise<void> {
  await until(async () => (await asGuest(GROUP)).startsWith(answer), `${GROUP}: ${answer}`);
}

test.each([
  ['guest', {}],
  ['an account of its own', { USER: 'ann@rgtp.test', SECRET: secrets.ann.toString('hex') }],
])('a bridge that reads as %s: the board’s last word on guests holds until it says another', async (_, account) => {
  await addUser(await openTheBoard(), 'ann@rgtp.test', 1, secrets.ann);
  await restart(account);
  await settles('211');

  // Away: what was held is served, as the board allowed it.
  await closeTheBoard();
  await restart(account);
  expect(await asGuest(GROUP)).toMatch(/^211/);

  // Guests are refused …
  await addUser(await openTheBoard(), 'guest', 1, undefined, { disabled: true });
  await settles('480');
  // … and stay so over a restart, whether the board is there or not.
  await restart(account);
  expect(await asGuest(GROUP)).toMatch(/^480/);
  await closeTheBoard();
  await restart(account);
  for (const command of [GROUP, 'LIST ACTIVE', 'OVER 1-', 'ARTICLE <x@y>', 'NEWNEWS * 20000101 000000']) {
    expect(await asGuest(command), command).toMatch(/^480/);
  }

  await addUser(await openTheBoard(), 'guest', 1, undefined);
  await settles('211');
  await closeTheBoard();
  await restart(account);
  expect(await asGuest(GROUP)).toMatch(/^211/);
});

/** As a version before this one left the data, and as it is where the permanent file is new and the cache is not. */
function forgetWhatTheBoardSaid(): void {
  const db = new DatabaseSync(join(folder, 'data', 'gossip.permanent.sqlite'));
  db.exec('DELETE FROM guest');
  expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: PERMANENT.migrations.length });
  db.close();
}

test('the board is asked before anybody reads', async () => {
  await openTheBoard();
  await restart();
  const said = () => {
    const db = new DatabaseSync(join(folder, 'data', 'gossip.permanent.sqlite'), { readOnly: true });
    const row = db.prepare('SELECT * FROM guest').get();
    db.close();
    return row;
  };
  await until(said, 'what guests may do');
});

test('nobody reads as a guest before the board has ever been asked, whatever is held', async () => {
  await openTheBoard();
  await restart();
  await settles('211');
  const [, id = ''] = /(<.*>)/.exec(await asGuest(GROUP, 'STAT')) ?? [];
  await closeTheBoard();
  await server?.close();
  forgetWhatTheBoardSaid();
  await restart();
  for (const command of [GROUP, `STAT ${id}`, `ARTICLE ${id}`, 'NEWNEWS * 20000101 000000']) {
    expect(await asGuest(command), command).toMatch(/^403 .*has not said yet whether guests may read/);
  }
  // RFC 3977 §7.6.3: what there is, not what may be read.
  expect(await asGuest('LIST ACTIVE')).toMatch(/^215/);
  expect(await asGuest('ARTICLE <x@y>')).toMatch(/^430/);
  // A login is no way round, and nothing false is said of it.
  expect(await asGuest('AUTHINFO USER ann@rgtp.test', `AUTHINFO PASS ${secrets.ann.toString('hex')}`)).toMatch(/^403/);
  await openTheBoard();
  await settles('211');
});

test('beside another board, newsgroups that nobody has decided about stay listed, and nothing of them is denied', async () => {
  await openTheBoard();
  const another = { BOARDS_1_RGTP: 'embedded', BOARDS_1_NEWSGROUP: 'another.board' };
  await restart({}, another);
  await settles('211');
  const [, id = ''] = /(<.*>)/.exec(await asGuest(GROUP, 'STAT')) ?? [];
  expect(id).not.toBe('');
  await closeTheBoard();
  await server?.close();
  forgetWhatTheBoardSaid();
  await restart({}, another);
  expect(await asGuest('GROUP another.board')).toMatch(/^211/);
  for (const command of [GROUP, `STAT ${id}`, `ARTICLE ${id}`, 'NEWNEWS * 20000101 000000']) {
    expect(await asGuest(command), command).toMatch(/^403/);
  }
  const client = await NntpClient.connect(server?.newsPort ?? 0);
  for (const command of ['LIST', 'NEWGROUPS 20000101 000000']) {
    expect(await client.askAll(command)).toEqual(expect.arrayContaining([expect.stringMatching(/^groggs\.gossip /)]));
  }
  client.quit();
});
