import { afterEach, expect, test } from 'vitest';
import { LocalAccounts } from '../../../src/bridge/login/local-accounts.ts';
import { Logins } from '../../../src/bridge/login/logins.ts';
import { register } from '../../../src/bridge/login/register.ts';
import { RgtpLogin, type RgtpLoginOptions } from '../../../src/bridge/login/rgtp-login.ts';
import { UserPools } from '../../../src/bridge/login/user-pools.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { SecretBox } from '../../../src/store/secret-box.ts';
import type { Log } from '../../../src/wire/log.ts';
import { openBoard, secrets } from '../../board/boards.ts';
import { recordedLog } from '../../support/recorded-log.ts';
import { tcpServer } from '../../support/tcp-server.ts';

const PEER = { address: '192.0.2.1', port: 1, connection: 'c1' };
const CHEAP = { ln: 4, r: 8, p: 1 };
const ANN = secrets.ann.toString('hex');

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function loginBoard(port: number, change: Partial<RgtpLoginOptions> & { maxUsers?: number } = {}): RgtpLoginOptions {
  const box = SecretBox.temporary();
  const { maxUsers = 10, ...rest } = change;
  return {
    name: 'gossip',
    newsgroup: 'groggs.gossip',
    guests: 'read',
    posting: true,
    accounts: new LocalAccounts(PermanentFile.open(':memory:'), () => box, CHEAP),
    pools: new UserPools({ board: { host: '127.0.0.1', port }, size: 2, maxUsers, idle: 60_000 }),
    ...rest,
  };
}

function loginsFor(boards: RgtpLoginOptions[], log?: Log): Logins {
  for (const { pools } of boards) closing.push(() => pools.close());
  return new Logins(
    boards.map((board) => new RgtpLogin(board)),
    log,
  );
}

test('a userid and its secret, blanks allowed, and the levels that follow', async () => {
  const board = await openBoard();
  const logins = loginsFor([loginBoard(board.address.port)]);
  expect(logins.access(undefined)).toMatchObject({ read: true, post: false, loginHelps: true });
  const ann = await logins.login('ann@rgtp.test', `0011 2233 4455 6677 8899 AABB CCDD EEFF`, PEER);
  expect(ann.name).toBe('ann@rgtp.test');
  expect(logins.access(ann)).toMatchObject({ read: true, post: true, loginHelps: false });
  expect(logins.level(ann, 'groggs.gossip')).toBe(2);
  const ed = await logins.login('gossip:ed@rgtp.test', secrets.ed.toString('hex'), PEER);
  expect(logins.level(ed, 'groggs.gossip')).toBe(3);
  expect(logins.level(ed, 'groggs.other')).toBe(0);
});

test.each([
  { user: 'ann@rgtp.test', password: 'ff112233445566778899aabbccddeeff' },
  { user: 'ann@rgtp.test', password: 'not hexadecimal' },
  { user: 'ann@rgtp.test', password: '' },
  { user: 'nobody@rgtp.test', password: ANN },
  { user: 'guest', password: ANN },
  { user: 'two words', password: ANN },
  { user: 'other:ann@rgtp.test', password: ANN },
])('wrong: $user with $password', async ({ user, password }) => {
  const board = await openBoard();
  const { log, leveled: lines } = recordedLog();
  const logins = loginsFor([loginBoard(board.address.port)], log);
  await expect(logins.login(user, password, PEER)).rejects.toMatchObject({ kind: 'bad-credentials' });
  expect(lines.filter((line) => line.startsWith('error'))).toEqual([]);
});

test.each([
  { guests: 'read', posting: true, loginHelps: true, loginPosts: true },
  { guests: 'none', posting: true, loginHelps: true, loginPosts: true },
  { guests: 'none', posting: false, loginHelps: true, loginPosts: false },
  { guests: 'read', posting: false, loginHelps: false, loginPosts: false },
] as const)(
  'what a login could give: guests $guests, posting $posting',
  ({ guests, posting, loginHelps, loginPosts }) => {
    const logins = loginsFor([loginBoard(1, { guests, posting })]);
    expect(logins.access(undefined)).toMatchObject({ loginHelps, loginPosts });
  },
);

test('a wrong secret gets no connection that the right one has opened', async () => {
  const board = await openBoard();
  const logins = loginsFor([loginBoard(board.address.port)]);
  await logins.login('ann@rgtp.test', ANN, PEER);
  await expect(logins.login('ann@rgtp.test', `ff${ANN.slice(2)}`, PEER)).rejects.toMatchObject({
    kind: 'bad-credentials',
  });
});

test('local accounts: on every board that knows the name, with its level there', async () => {
  const [one, two] = [await openBoard(), await openBoard()];
  const first = loginBoard(one.address.port, { guests: 'none' });
  const second = loginBoard(two.address.port, { name: 'other', newsgroup: 'groggs.other', posting: false });
  await first.accounts.add({ name: 'ann', password: 'correct horse', userid: 'ann@rgtp.test', secret: ANN });
  await second.accounts.add({
    name: 'ann',
    password: 'correct horse',
    userid: 'ed@rgtp.test',
    secret: secrets.ed.toString('hex'),
  });
  const logins = loginsFor([first, second]);
  expect(logins.access(undefined, 'groggs.gossip')).toMatchObject({ read: false, post: false, loginHelps: true });
  const ann = await logins.login('ann', 'correct horse', PEER);
  expect(logins.level(ann, 'groggs.gossip')).toBe(2);
  // posting is configured off there, whoever it is
  expect(logins.level(ann, 'groggs.other')).toBe(1);
  expect(logins.member(ann, 'groggs.other')?.userid).toBe('ed@rgtp.test');
  await expect(logins.login('ann', 'wrong horse', PEER)).rejects.toMatchObject({ kind: 'bad-credentials' });
  const onlySecond = await logins.login('other:ann', 'correct horse', PEER);
  expect(logins.member(onlySecond, 'groggs.gossip')).toBeUndefined();
});

test('people beyond the limit take the place of whoever has been away longest', async () => {
  const board = await openBoard();
  const options = loginBoard(board.address.port, { maxUsers: 1 });
  const logins = loginsFor([options]);
  const ann = await logins.login('ann@rgtp.test', ANN, PEER);
  await logins.login('ed@rgtp.test', secrets.ed.toString('hex'), PEER);
  const member = logins.member(ann, 'groggs.gossip');
  const author = member && new RgtpLogin(options).author(member);
  // ann's connection was closed, and is opened again when she needs it
  await author?.use(async () => {
    // Logging in takes no place; posting does.
    const ed = await logins.login('ed@rgtp.test', secrets.ed.toString('hex'), PEER);
    const other = logins.member(ed, 'groggs.gossip');
    const posting = other && new RgtpLogin(options).author(other).use(async () => {});
    await expect(posting).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

test.each([
  {
    what: 'a server with a wrong proof',
    answer: (line: string) =>
      line.startsWith('USER')
        ? `130 MD5\r\n333 ${'00'.repeat(16)}\r\n`
        : `133 ${'11'.repeat(16)}\r\n233 welcome, dear friend\r\n`,
  },
  { what: 'a server that asks for no proof', answer: () => '233 welcome\r\n' },
])('$what is logged as an attack, and gets nothing', async ({ answer }) => {
  const heard: string[] = [];
  const ended = Promise.withResolvers<void>();
  const server = await tcpServer((socket) => {
    socket.write('230 board\r\n');
    socket.on('data', (chunk) => {
      heard.push(chunk.toString());
      socket.write(answer(chunk.toString()));
    });
    socket.on('close', () => ended.resolve());
  });
  closing.push(() => server.close());
  const { log, leveled: lines } = recordedLog();
  const logins = loginsFor([loginBoard(server.port)], log);
  await expect(logins.login('ann@rgtp.test', ANN, PEER)).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'the board could not prove its identity: not logged in',
  });
  await ended.promise;
  expect(lines).toContainEqual(expect.stringMatching(/^error ATTACK/));
  expect(lines.join('\n')).not.toContain(ANN);
  expect(heard.join('').toLowerCase()).not.toContain(ANN);
});

test('a board that is away', async () => {
  const logins = loginsFor([loginBoard(1)]);
  await expect(logins.login('ann@rgtp.test', ANN, PEER)).rejects.toMatchObject({ kind: 'unavailable' });
});

test('REGU: the warning is shown, and confirmed or not', async () => {
  const mailed: string[] = [];
  const board = await openBoard({
    registration: {
      mode: 'open',
      mailer: { send: async (letter: object) => void mailed.push(JSON.stringify(letter)) },
    },
  });
  const address = { host: '127.0.0.1', port: board.address.port };
  let shown: readonly string[] = [];
  const confirm = (answer: boolean) => async (warning: readonly string[]) => {
    shown = warning;
    return answer;
  };
  expect(await register(address, 'new@rgtp.test', confirm(false))).toBeUndefined();
  expect(shown.length).toBeGreaterThan(0);
  expect(mailed).toEqual([]);
  expect(await register(address, 'new@rgtp.test', confirm(true))).toMatch(/mail/i);
});
