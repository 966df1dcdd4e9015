/** A board elsewhere that goes away and comes back: who may log in meanwhile, and what it is worth then. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BoardServer } from '../../src/board/server.ts';
import { loadConfig } from '../../src/config/load.ts';
import { pathsOf } from '../../src/config/paths.ts';
import { withAccounts } from '../../src/server/account-file.ts';
import { Service } from '../../src/server/service.ts';
import { silent } from '../../src/wire/log.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { addUser, openBoard, secrets } from '../board/boards.ts';
import { CuttingProxy, type Step, type Verdict } from '../support/cutting-proxy.ts';
import { NntpClient } from '../support/nntp-client.ts';

const ANN = secrets.ann.toString('hex');
const ED = secrets.ed.toString('hex');
const OTHER = Buffer.from('ab'.repeat(16), 'hex');
/** nobody listens there */
const NOWHERE = 1;

let folder: string;
let board: BoardServer;
let line: CuttingProxy;
let verdict: (step: Step) => Verdict;
let service: Service;
const clients: NntpClient[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'board-away-'));
  mkdirSync(join(folder, 'data'));
  board = await openBoard();
  verdict = () => 'pass';
  line = await CuttingProxy.open(board.address.port, (step) => verdict(step));
  service = await start();
  await wholeIndex();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await service.close();
  await line.close();
  rmSync(folder, { recursive: true });
});

function config() {
  return loadConfig({
    environment: {
      RGTP_NNTP_DATA: join(folder, 'data'),
      RGTP_NNTP_NAME: 'news.example.net',
      RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
      RGTP_NNTP_HTTP_LISTEN: 'off',
      RGTP_NNTP_BOARDS_0_NEWSGROUP: 'groggs.gossip',
      RGTP_NNTP_BOARDS_0_RGTP: `rgtp://127.0.0.1:${line.port}`,
      // Nothing is asked again but what the tests are about.
      RGTP_NNTP_BOARDS_0_USER_IDLE: '1h',
      RGTP_NNTP_LIMITS_FAILED_LOGINS: '3',
    },
  });
}

async function start(): Promise<Service> {
  const settings = config();
  const limits = { ...settings.limits, loginDelay: 1, loginDelayMax: 1 };
  return Service.start({ ...settings, limits }, { ...silent, setLevel() {} });
}

/** Resolves when the groups can be read: the first poll is over. */
async function wholeIndex(): Promise<void> {
  const client = await connect();
  while (!(await client.ask('GROUP groggs.gossip')).startsWith('211')) await new Promise(setImmediate);
}

async function restart(): Promise<void> {
  for (const client of clients.splice(0)) client.close();
  await service.close();
  service = await start();
}

function goAway(): void {
  line.target = NOWHERE;
  line.cutAll();
}

function comeBack(): void {
  line.target = board.address.port;
}

async function connect(): Promise<NntpClient> {
  const client = await NntpClient.connect(service.parts.news.server.addresses[0]?.port ?? 0);
  clients.push(client);
  return client;
}

/** @returns the answer to the password, and who gave it */
async function login(user = 'ann@rgtp.test', password = ANN): Promise<{ answer: string; client: NntpClient }> {
  const client = await connect();
  await client.ask(`AUTHINFO USER ${user}`);
  return { answer: await client.ask(`AUTHINFO PASS ${password}`), client };
}

async function post(client: NntpClient): Promise<string> {
  const first = await client.ask('POST');
  if (!first.startsWith('340')) return first;
  client.send('From: Ann <ann@rgtp.test>', 'Newsgroups: groggs.gossip', 'Subject: While away', '', 'Text.', '.');
  return client.line();
}

const posts = () => board.store.state.nextSequence;

test('a login that was proven before is accepted while the board is away, also after a restart; posting waits', async () => {
  const before = posts();
  expect((await login()).answer).toMatch(/^281 /);
  goAway();
  for (const restarted of [false, true]) {
    if (restarted) await restart();
    const { answer, client } = await login();
    expect(answer).toMatch(/^281 /);
    expect(await client.ask('MODE READER')).toMatch(/^200 /);
    expect((await client.askAll('LIST ACTIVE groggs.gossip'))[1]).toMatch(/^groggs\.gossip \d+ \d+ y$/);
    expect(await client.ask('GROUP groggs.gossip')).toMatch(/^211 /);
    expect(await post(client)).toMatch(/^441 the board is away[^0-9]*$/);
    expect(await client.ask('GROUP groggs.gossip')).toMatch(/^211 /);
  }
  expect(posts()).toBe(before);
});

test('once the board is back the same session posts', async () => {
  await login();
  goAway();
  const { client } = await login();
  comeBack();
  expect(await post(client)).toMatch(/^240 /);
  expect(await post(client)).toMatch(/^240 /);
});

test('who never logged in here, or has another secret, is not let in; guesses are counted', async () => {
  await login();
  goAway();
  await restart();
  // Nothing to guess: the board cannot be asked, so nobody knows.
  for (let n = 0; n < 5; n++) expect((await login('ed@rgtp.test', ED)).answer).toMatch(/^403 the board cannot check/);
  expect((await login('ann@rgtp.test', OTHER.toString('hex'))).answer).toMatch(/^481 the board is away/);
  const guesses = await Promise.all(Array.from({ length: 8 }, (_, n) => login('ann@rgtp.test', `${n}${n}`.repeat(8))));
  const tried = guesses.filter(({ answer }) => answer.startsWith('481 the board is away'));
  expect(tried).toHaveLength(2);
  expect(guesses.filter(({ answer }) => answer.startsWith('481 Too many failed logins'))).toHaveLength(6);
  expect((await login()).answer).toMatch(/^481 Too many failed logins/);
});

test('where the board answers, what it says counts: the old secret is refused, and forgotten', async () => {
  await login();
  await addUser(board, 'ann@rgtp.test', 2, OTHER);
  goAway();
  await restart();
  // Nobody knows yet.
  expect((await login()).answer).toMatch(/^281 /);
  comeBack();
  expect((await login()).answer).toMatch(/^481 /);
  goAway();
  expect((await login()).answer).not.toMatch(/^281 /);
  await restart();
  expect((await login()).answer).not.toMatch(/^281 /);
});

test.each(['C USER', 'S 333', 'C AUTH'])(
  'a board that breaks off at %s is not away: it has answered',
  async (where) => {
    await login();
    line.cutAll();
    verdict = (step) => (step === where ? 'cut before' : 'pass');
    expect((await login()).answer).toMatch(/^403 the board cannot check/);
    verdict = () => 'pass';
    expect((await login()).answer).toMatch(/^281 /);
  },
);

test('a new secret counts once the board has accepted it, and the old one no more', async () => {
  await login();
  await addUser(board, 'ann@rgtp.test', 2, OTHER);
  // The connection that the old secret opened is of no more use.
  line.cutAll();
  expect((await login('ann@rgtp.test', OTHER.toString('hex'))).answer).toMatch(/^281 /);
  goAway();
  expect((await login('ann@rgtp.test', OTHER.toString('hex'))).answer).toMatch(/^281 /);
  expect((await login()).answer).toMatch(/^481 /);
});

test.each([
  ['has another secret', { secret: OTHER, disabled: false }],
  ['is disabled', { secret: secrets.ann, disabled: true }],
])('who %s on the board that comes back is out at the next command', async (_, { secret, disabled }) => {
  await login();
  goAway();
  const { client } = await login();
  expect(await client.ask('GROUP groggs.gossip')).toMatch(/^211 /);
  await addUser(board, 'ann@rgtp.test', 2, secret, { disabled });
  comeBack();
  // Heard over whichever connection.
  expect((await login('ed@rgtp.test', ED)).answer).toMatch(/^281 /);
  expect(await client.ask('GROUP groggs.gossip')).toMatch(/^(480|502) /);
  expect(await client.ask('POST')).toMatch(/^(440|480|502) /);
  goAway();
  expect((await login()).answer).not.toMatch(/^281 /);
});

test('who posts as the first to ask the board that is back posts nothing if it refuses them, and is out', async () => {
  const before = posts();
  await login();
  goAway();
  const { client } = await login();
  await addUser(board, 'ann@rgtp.test', 2, secrets.ann, { disabled: true });
  comeBack();
  expect(await post(client)).toMatch(/^(440|441|480|502) /);
  expect(await client.ask('GROUP groggs.gossip')).toMatch(/^(480|502) /);
  expect(posts()).toBe(before);
  goAway();
  expect((await login()).answer).not.toMatch(/^281 /);
});

test('a session that was proven ends, too, when the board refuses the login at a post', async () => {
  const { client } = await login();
  await addUser(board, 'ann@rgtp.test', 2, secrets.ann, { disabled: true });
  line.cutAll();
  expect(await post(client)).toMatch(/^441 the board no longer accepts your login/);
  expect(await client.ask('GROUP groggs.gossip')).toMatch(/^(480|502) /);
});

test('a level that the board has changed meanwhile holds from the first command after it is back', async () => {
  await login();
  goAway();
  const { client } = await login();
  await addUser(board, 'ann@rgtp.test', 1, secrets.ann);
  await board.store.commit(() => board.store.users.remove(latin1('ann@rgtp.test'), 2));
  comeBack();
  expect((await login('ed@rgtp.test', ED)).answer).toMatch(/^281 /);
  expect(await client.ask('MODE READER')).toMatch(/^201 /);
});

test('local accounts too, and one that is removed no more', async () => {
  const settings = config();
  const [first] = settings.boards;
  if (first === undefined) throw new Error('no board');
  const account = { name: 'annie', password: 'correct horse', userid: 'ann@rgtp.test', secret: ANN };
  await withAccounts(settings, first, (accounts) => accounts.add(account));
  await withAccounts(settings, first, (accounts) =>
    accounts.add({ ...account, name: 'edwin', userid: 'ed@rgtp.test', secret: ED }),
  );
  expect((await login('annie', 'correct horse')).answer).toMatch(/^281 /);
  goAway();
  expect((await login('annie', 'correct horse')).answer).toMatch(/^281 /);
  expect((await login('annie', 'wrong horse')).answer).toMatch(/^481 /);
  expect((await login('edwin', 'correct horse')).answer).toMatch(/^403 the board cannot check/);
  await withAccounts(settings, first, async (accounts) => void (await accounts.remove('annie')));
  expect((await login('annie', 'correct horse')).answer).toMatch(/^481 /);
  // Nor its userid.
  expect((await login()).answer).toMatch(/^403 the board cannot check/);
});

test('nothing that is kept names the secret', async () => {
  await login();
  await service.close();
  const { DatabaseSync } = await import('node:sqlite');
  const [first] = config().boards;
  if (first === undefined) throw new Error('no board');
  const db = new DatabaseSync(pathsOf(config(), first).permanent);
  const rows = db.prepare('SELECT userid, hash, level FROM proofs').all();
  db.close();
  expect(rows).toEqual([
    { userid: 'ann@rgtp.test', hash: expect.stringMatching(/^\$scrypt\$ln=15,r=8,p=1\$/), level: 2 },
  ]);
  service = await start();
});
