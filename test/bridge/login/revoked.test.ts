/** Logins on a remote board: proven again after a while, and no place among them for guesses. */
import type { Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import type { BoardServer } from '../../../src/board/server.ts';
import { LastHeard } from '../../../src/bridge/login/last-heard.ts';
import { LocalAccounts } from '../../../src/bridge/login/local-accounts.ts';
import { Logins } from '../../../src/bridge/login/logins.ts';
import { ProofQueue } from '../../../src/bridge/login/proof-queue.ts';
import { RememberedProofs } from '../../../src/bridge/login/remembered-proofs.ts';
import { Renewals } from '../../../src/bridge/login/renewals.ts';
import { RgtpLogin } from '../../../src/bridge/login/rgtp-login.ts';
import { UserPools } from '../../../src/bridge/login/user-pools.ts';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { SecretBox } from '../../../src/store/secret-box.ts';
import { latin1 } from '../../../src/wire/octets.ts';
import { addUser, openBoard, secrets } from '../../board/boards.ts';
import { tcpServer } from '../../support/tcp-server.ts';

const PEER = { address: '192.0.2.1', port: 1, connection: 'c1' };
const ANN = secrets.ann.toString('hex');

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Setting {
  /** ms; 0: every use is proven again */
  readonly userIdle?: number;
  readonly maxUsers?: number;
  /** what the board said of guests before, and who keeps what it says now */
  readonly said?: number;
  readonly keep?: (level: number) => Promise<void>;
  /** when the board was heard; with it, logins that it accepted are remembered */
  readonly heard?: LastHeard;
}

function loginsOn(
  board: BoardServer,
  { userIdle = 0, maxUsers = 10, said, keep = async () => {}, heard }: Setting = {},
): Logins {
  const address = { host: '127.0.0.1', port: board.address.port };
  const pools = new UserPools({ board: address, size: 2, maxUsers, idle: 60_000, maxAge: userIdle });
  closing.push(() => pools.close());
  const permanent = PermanentFile.open(':memory:');
  const accounts = new LocalAccounts(permanent, () => SecretBox.temporary());
  const remembered = new RememberedProofs({ permanent, cost: { ln: 4, r: 8, p: 1 } });
  const guest = {
    async ask() {
      const connection = await RgtpConnection.open(address);
      void connection.close();
      return connection.level;
    },
    said,
    keep,
  };
  const options = { name: 'gossip', newsgroup: 'groggs.gossip', guests: 'read', posting: true } as const;
  return new Logins([
    new RgtpLogin({ ...options, accounts, pools, userIdle, guest, whileAway: heard && { remembered, heard } }),
  ]);
}

test('a login is proven again, and ends where the board refuses it', async () => {
  const board = await openBoard();
  const logins = loginsOn(board);
  await logins.renew(undefined);
  const ann = await logins.login('ann@rgtp.test', ANN, PEER);
  await logins.renew(ann);
  expect(logins.access(ann)).toMatchObject({ read: true, post: true, loginHelps: false });
  await addUser(board, 'ann@rgtp.test', 2, secrets.ann, { disabled: true });
  await logins.renew(ann);
  // Not even a guest's rights: nobody should go on reading without noticing.
  expect(logins.access(ann)).toMatchObject({ read: false, post: false, loginHelps: false });
  await expect(logins.login('ann@rgtp.test', ANN, PEER)).rejects.toMatchObject({ kind: 'bad-credentials' });
});

test('where the board refuses a login, all sessions that have it end with one wrong proof', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  closing.push(() => void vi.useRealTimers());
  let wrong = 0;
  const loggedIn = (outcome: string) => {
    if (outcome === 'refused') wrong++;
  };
  const board = await openBoard({ observer: { connected() {}, loggedIn } });
  const heard = new LastHeard();
  const logins = loginsOn(board, { userIdle: 60_000, heard });
  const sessions = await Promise.all(Array.from({ length: 20 }, () => logins.login('ann@rgtp.test', ANN, PEER)));
  await addUser(board, 'ann@rgtp.test', 2, Buffer.from('ab'.repeat(16), 'hex'));
  vi.advanceTimersByTime(60_000);
  // The answer to each further one would come later, and many would keep everybody from this account.
  await Promise.all(sessions.slice(1).map((session) => logins.renew(session)));
  vi.advanceTimersByTime(1_000);
  heard.heard();
  for (const session of sessions) {
    await logins.renew(session);
    expect(logins.access(session).read).toBe(false);
  }
  expect(wrong).toBe(1);
});

test('why the board refuses a login is for who proved the secret, and for nobody else', async () => {
  const board = await openBoard();
  const logins = loginsOn(board);
  await addUser(board, 'ann@rgtp.test', 2, secrets.ann, { disabled: true });
  const why = (secret: string) => logins.login('ann@rgtp.test', secret, PEER).catch(({ message }: Error) => message);
  expect(await why(ANN)).toBe('That userid is disabled; contact the Editors.');
  expect(await why('00'.repeat(16))).toBe('wrong user or password');
});

test('no connection is used beyond its age: a secret that was changed opens none', async () => {
  const board = await openBoard();
  const logins = loginsOn(board);
  await logins.login('ann@rgtp.test', ANN, PEER);
  await addUser(board, 'ann@rgtp.test', 2, Buffer.from('ab'.repeat(16), 'hex'));
  await expect(logins.login('ann@rgtp.test', ANN, PEER)).rejects.toMatchObject({ kind: 'bad-credentials' });
});

test('guests read while the board lets its guest read', async () => {
  const board = await openBoard();
  const logins = loginsOn(board);
  await logins.renew(undefined);
  expect(logins.access(undefined).read).toBe(true);
  await addUser(board, 'guest', 1, undefined, { disabled: true });
  await logins.renew(undefined);
  expect(logins.access(undefined)).toMatchObject({ read: false, post: false, loginHelps: true });
  await addUser(board, 'guest', 1, undefined);
  await logins.renew(undefined);
  expect(logins.access(undefined).read).toBe(true);
});

test('a board that is away takes no rights away', async () => {
  const board = await openBoard();
  const logins = loginsOn(board);
  const ann = await logins.login('ann@rgtp.test', ANN, PEER);
  await board.close();
  await logins.renew(ann);
  expect(logins.access(ann)).toMatchObject({ read: true, post: true });
});

test('the board is asked once for all who wait, and again only when its answer is old', async () => {
  let now = 1000;
  const renewals = new Renewals(100, { now: () => now });
  const who = {};
  const answer = Promise.withResolvers<number | undefined>();
  let asked = 0;
  const ask = () => {
    asked++;
    return answer.promise;
  };
  renewals.renewed(who, 2);
  now = 1099;
  expect(renewals.renew(who, 0, ask)).toBeUndefined();
  now = 1100;
  const waiting = [renewals.renew(who, 0, ask), renewals.renew(who, 0, ask)];
  expect(renewals.known(who, 0)).toBe(2);
  answer.resolve(undefined);
  await Promise.all(waiting);
  expect(asked).toBe(1);
  expect(renewals.known(who, 0)).toBeUndefined();
  now = 1199;
  expect(renewals.renew(who, 0, ask)).toBeUndefined();
});

test('a board that hangs is not waited for, and one that is slow is', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  closing.push(() => void vi.useRealTimers());
  let [now, speaks] = [1000, true];
  const renewals = new Renewals(100, { now: () => now, hasSpoken: () => speaks });
  const who = {};
  const answer = Promise.withResolvers<number | undefined>();
  const ask = () => answer.promise;
  renewals.renewed(who, 2);
  now = 1100;
  const waiting = renewals.renew(who, 0, ask);
  vi.advanceTimersByTime(30_000);
  expect(renewals.renew(who, 0, ask)).toBe(waiting);
  speaks = false;
  vi.advanceTimersByTime(3_000);
  await waiting;
  // What it said last applies, to everybody, until it answers.
  expect(renewals.renew(who, 0, ask)).toBeUndefined();
  expect(renewals.known(who, 0)).toBe(2);
  speaks = true;
  const again = renewals.renew(who, 0, ask);
  expect(again).toBeInstanceOf(Promise);
  answer.resolve(undefined);
  await again;
  expect(renewals.known(who, 0)).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test('a board that has never answered is asked again a second later, and nothing is decided before', async () => {
  let now = 1000;
  const renewals = new Renewals(60_000, { now: () => now });
  const who = {};
  const away = () => Promise.reject(new Error('away'));
  await renewals.renew(who, undefined, away);
  expect([renewals.isDecided(who), renewals.known(who, 1)]).toEqual([false, undefined]);
  now = 1999;
  expect(renewals.renew(who, undefined, async () => 1)).toBeUndefined();
  now = 2000;
  await renewals.renew(who, undefined, async () => 1);
  expect([renewals.isDecided(who), renewals.known(who, 0)]).toEqual([true, 1]);
  // One that did answer is left in peace, whether or not it is away afterwards.
  now = 61_999;
  expect(renewals.renew(who, undefined, away)).toBeUndefined();
  now = 62_000;
  await renewals.renew(who, undefined, away);
  expect([renewals.isDecided(who), renewals.known(who, 0)]).toEqual([true, 1]);
  now = 63_000;
  expect(renewals.renew(who, undefined, away)).toBeUndefined();
});

test('what the board says of guests is known before anybody acts on it, and holds where it can’t be kept', async () => {
  const board = await openBoard();
  const kept: number[] = [];
  let full = true;
  const logins = loginsOn(board, {
    said: 1,
    async keep(level) {
      kept.push(level);
      if (full) throw new Error('the disk is full');
    },
  });
  expect(logins.access(undefined).read).toBe(true);
  await addUser(board, 'guest', 1, undefined, { disabled: true });
  await logins.renew(undefined);
  expect(logins.access(undefined).read).toBe(false);
  full = false;
  await logins.renew(undefined);
  await logins.renew(undefined);
  // Tried until it was kept, and not again.
  expect(kept).toEqual([0, 0]);
});

test('wrong proofs take no place among the connections', async () => {
  const board = await openBoard();
  const logins = loginsOn(board, { userIdle: 60_000, maxUsers: 1 });
  // No more at one account than the news server lets through.
  const guesses = Array.from({ length: 40 }, (_, n) =>
    logins.login(n % 5 === 0 ? 'ann@rgtp.test' : `nobody${n}@rgtp.test`, 'ff'.repeat(16), PEER).catch(() => 'wrong'),
  );
  const ann = await logins.login('ann@rgtp.test', ANN, PEER);
  expect(logins.level(ann, 'groggs.gossip')).toBe(2);
  expect(await Promise.all(guesses)).toEqual(Array.from({ length: 40 }, () => 'wrong'));
});

test('guesses that hang keep out nobody who was proven before, and guesses at one account nobody of another', async () => {
  const queue = new ProofQueue();
  const prove = async () => 'in';
  await queue.run('ann', 'ann secret', prove);
  const release = Promise.withResolvers<never>();
  let underWay = 0;
  const hang = () => {
    underWay++;
    return release.promise;
  };
  const soon = (answer: Promise<string>) =>
    Promise.race([answer, new Promise<string>((resolve) => setImmediate(resolve, 'waits'))]);
  const atOne = Array.from({ length: 45 }, (_, n) => queue.run('bob', `bob ${n}`, hang).catch(() => 'refused'));
  await new Promise(setImmediate);
  expect(underWay).toBe(2);
  expect(await soon(queue.run('carol', 'carol secret', prove))).toBe('in');
  const atAll = Array.from({ length: 45 }, (_, n) => queue.run(`u${n}`, `u${n} x`, hang).catch(() => 'refused'));
  await new Promise(setImmediate);
  expect(underWay).toBe(8);
  expect(await soon(queue.run('ann', 'ann secret', prove))).toBe('in');
  release.reject(new Error('wrong'));
  expect(new Set(await Promise.all([...atOne, ...atAll]))).toEqual(new Set(['refused']));
});

test('who waits to ask a board that turns out to be away does not ask it too', async () => {
  const sockets: Socket[] = [];
  const [dialled, askedToo] = [Promise.withResolvers<void>(), Promise.withResolvers<string[]>()];
  const server = await tcpServer((socket) => {
    sockets.push(socket);
    if (sockets.length === 8) dialled.resolve();
    else if (sockets.length > 8) askedToo.resolve(['asked, too']);
  });
  closing.push(() => server.close());
  const board = { host: '127.0.0.1', port: server.port };
  const heard = new LastHeard();
  const pools = new UserPools({ board, heard, size: 2, maxUsers: 10, idle: 60_000 });
  closing.push(() => pools.close());
  const secret = Buffer.from('00', 'hex');
  const asked = Array.from({ length: 12 }, (_, n) =>
    pools.prove({ userid: latin1(`u${n}`), secret }, async () => 'in').catch((error: Error) => error.message),
  );
  await dialled.promise;
  sockets[0]?.destroy();
  const answers = Promise.all([...asked.slice(0, 1), ...asked.slice(8)]);
  expect(new Set(await Promise.race([answers, askedToo.promise])).size).toBe(1);
  expect(sockets).toHaveLength(8);
});
