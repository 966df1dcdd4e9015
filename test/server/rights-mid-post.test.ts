/** Rights that are taken away between POST and the end of the article: what was begun with them is refused. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BoardStore } from '../../src/board/store.ts';
import { parseUdbm } from '../../src/board/udbm/request.ts';
import { performUdbm } from '../../src/board/udbm/run.ts';
import { LocalAccounts } from '../../src/bridge/login/local-accounts.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';
import { SecretBox } from '../../src/store/secret-box.ts';
import { latin1, octets } from '../../src/wire/octets.ts';
import { until } from '../e2e/until.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { openWholeServer, people, type WholeServer } from '../support/whole-server.ts';

const PASSWORD = 'correct horse';

let data: string;
let server: WholeServer;

beforeEach(async () => {
  data = join(mkdtempSync(join(tmpdir(), 'rights-mid-post-')), 'data');
  server = await openWholeServer({ settings: { DATA: data } });
});
afterEach(async () => {
  await server.close();
  rmSync(join(data, '..'), { recursive: true, force: true });
});

/** As the command line does it, beside the server. */
async function local(change: (accounts: LocalAccounts) => Promise<unknown>): Promise<void> {
  const permanent = PermanentFile.open(join(data, 'gossip.permanent.sqlite'));
  await change(
    new LocalAccounts(permanent, (make) => SecretBox.fromFile(join(data, 'gossip.accounts.key'), { make }), {
      ...{ ln: 4, r: 8, p: 1 },
    }),
  );
  await permanent.close();
}

async function udbm(request: string): Promise<void> {
  const store = BoardStore.open(join(data, 'gossip.board.sqlite'), { keyFile: join(data, 'gossip.board.key') });
  await performUdbm({ store, registration: undefined }, octets`rgtp-nntp`, parseUdbm(latin1(request)));
  store.close();
}

async function logIn(user: string, password: string): Promise<NntpClient> {
  const client = await NntpClient.connect(server.newsPort);
  await client.ask(`AUTHINFO USER ${user}`);
  expect(await client.ask(`AUTHINFO PASS ${password}`)).toMatch(/^281/);
  return client;
}

const WRITER = people.proving[2];
const EDITOR = people.proving[3];

test.each<[string, string, string, () => Promise<void>]>([
  ['a local account that is removed', 'ann', PASSWORD, () => local((all) => all.remove('ann'))],
  ['a local account with a new password', 'ann', PASSWORD, () => local((all) => all.setPassword('ann', 'another one'))],
  ['a user who is disabled', WRITER, people.password, () => udbm(`-u ${WRITER} disable`)],
  ['a user who is removed', WRITER, people.password, () => udbm(`-d ${WRITER}`)],
  ['a user with a new secret', WRITER, people.password, () => udbm(`-u ${WRITER} newsecret`)],
  ['a user who may only read', WRITER, people.password, () => udbm(`-u ${WRITER}/read`)],
  ['an editor who is disabled', EDITOR, people.password, () => udbm(`-u ${EDITOR} disable`)],
])('%s', async (_, user, password, takeAway) => {
  const secret = people.password;
  await local((all) => all.add({ name: 'ann', password: PASSWORD, userid: WRITER, secret }));
  const id = '<before@x.example>';
  const head = ['From: W <w@x.example>', 'Newsgroups: groggs.gossip'];
  const first = await logIn(user, password);
  expect(await first.post([...head, 'Subject: before', `Message-ID: ${id}`, '', 'hello'])).toMatch(/^240/);
  const posting = [
    ['Subject: mid', 'Message-ID: <mid@x.example>'],
    [`Supersedes: ${id}`, 'Subject: edited', 'Message-ID: <edit@x.example>'],
    [`Control: cancel ${id}`, 'Subject: cancel', 'Message-ID: <gone@x.example>'],
  ];
  const clients = await Promise.all(posting.map(() => logIn(user, password)));
  const answers = clients.map((client) => client.ask('POST'));
  expect((await Promise.all(answers)).map((answer) => answer.slice(0, 3))).toEqual(['340', '340', '340']);
  clients.forEach((client, i) => void client.send(...head, ...(posting[i] ?? [])));

  await takeAway();
  const mayPost = async () => (await first.list('CAPABILITIES', '101')).includes('POST');
  await until(async () => !(await mayPost()), 'the server to know');

  clients.forEach((client) => void client.send('', 'too late', '.'));
  for (const client of clients) expect(await client.line()).toMatch(/^4(41|80) /);
  const guest = await NntpClient.connect(server.newsPort);
  expect(await guest.ask(`STAT ${id}`)).toMatch(/^223/);
  for (const name of ['mid', 'edit', 'gone']) expect(await guest.ask(`STAT <${name}@x.example>`)).toMatch(/^430/);
  expect((await guest.askAll(`BODY ${id}`)).slice(1)).toEqual(['hello']);
  for (const client of [...clients, first, guest]) client.close();
});
