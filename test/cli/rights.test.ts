/** Rights that one process takes away are gone from the sessions of another. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { NntpClient } from '../support/nntp-client.ts';
import { CommandLine, commandLine } from './command-line.ts';

const ARTICLE = ['From: A <a@x.example>', 'Newsgroups: groggs.gossip', 'Subject: A subject', '', 'Some words.'];

let folder: string;
let file: string;
let port: number;
const running: CommandLine[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-rights-'));
  file = join(folder, 'c.yaml');
  const settings = {
    name: 'news.example',
    listen: ['nntp://127.0.0.1:0'],
    data: join(folder, 'data'),
    embedded: { listen: 'rgtp://127.0.0.1:0' },
    http: { listen: 'http://127.0.0.1:0' },
  };
  writeFileSync(file, stringify(settings));
  await serve();
});

afterEach(async () => {
  for (const line of running.splice(0)) await line.end();
  rmSync(folder, { recursive: true });
});

async function serve(): Promise<void> {
  const line = new CommandLine(['serve', '--config', file]);
  running.push(line);
  await line.printed(/Status page: (\S+)/);
  port = Number(/newsreader at 127\.0\.0\.1 port (\d+)/.exec(line.stdout)?.[1]);
}

/** Runs a command in a process of its own. @param answers to what it asks, a line each */
async function run(args: readonly string[], ...answers: readonly string[]): Promise<string> {
  const input = answers.map((answer) => `${answer}\n`).join('');
  const { code, stdout, stderr } = await commandLine([...args, '--config', file], { input });
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function addUser(userid: string): Promise<string> {
  const printed = await run(['board', 'user', 'add', userid]);
  return /secret\s+([0-9A-F]+)/.exec(printed)?.[1] ?? expect.fail(printed);
}

async function logIn(user: string, password: string): Promise<{ client: NntpClient; answer: string }> {
  const client = await NntpClient.connect(port);
  await client.ask(`AUTHINFO USER ${user}`);
  return { client, answer: await client.ask(`AUTHINFO PASS ${password}`) };
}

/** Asks until the answer matches: a change reaches sessions within a second. */
async function becomes(ask: () => Promise<string>, answer: RegExp): Promise<void> {
  await expect.poll(ask).toMatch(answer);
}

test.each([
  ['disable', (userid: string) => ['board', 'user', 'disable', userid]],
  ['remove', (userid: string) => ['board', 'user', 'remove', userid]],
  ['secret', (userid: string) => ['board', 'user', 'secret', userid]],
])('board user %s ends sessions that are open, and logins with the old secret', async (what, command) => {
  const secret = await addUser('ann@x.example');
  const { client, answer } = await logIn('ann@x.example', secret);
  expect(answer).toMatch(/^281/);
  expect(await client.ask('GROUP groggs.gossip')).toMatch(/^211/);
  await run(command('ann@x.example'));
  await becomes(() => client.ask('GROUP groggs.gossip'), /^(480|502)/);
  expect(await client.ask('POST')).toMatch(/^(440|480|502)/);
  client.close();
  const again = await logIn('ann@x.example', secret);
  // Only those who know the secret of a disabled account are told that it is disabled.
  expect(again.answer).toMatch(what === 'disable' ? /^481 .*disabled/ : /^481 (?!.*disabled)/);
  again.client.close();
  const guess = await logIn('ann@x.example', '00112233445566778899AABBCCDDEEFF');
  expect(guess.answer).toMatch(/^481 (?!.*disabled)/);
  guess.client.close();
});

test('a guest who is disabled on the board reads nothing, also after a restart; members read on', async () => {
  const secret = await addUser('ann@x.example');
  const { client: member } = await logIn('ann@x.example', secret);
  const guest = await NntpClient.connect(port);
  expect(await guest.ask('GROUP groggs.gossip')).toMatch(/^211/);
  await run(['board', 'user', 'disable', 'guest']);
  await becomes(() => guest.ask('GROUP groggs.gossip'), /^480/);
  expect(await member.ask('GROUP groggs.gossip')).toMatch(/^211/);
  guest.close();
  member.close();
  await running[0]?.end('SIGTERM');
  await serve();
  const later = await NntpClient.connect(port);
  expect(await later.ask('GROUP groggs.gossip')).toMatch(/^480/);
  later.close();
  const { client: reader } = await logIn('ann@x.example', secret);
  expect(await reader.ask('GROUP groggs.gossip')).toMatch(/^211/);
  expect(await reader.ask('STAT 2')).toMatch(/^223/);
  reader.close();
});

test.each([
  ['a new password', ['user', 'password', 'ann'], ['another horse', 'another horse']],
  ['a removal', ['user', 'remove', 'ann'], []],
])('local accounts: %s ends sessions that are open', async (_, command, answers) => {
  const secret = readFileSync(join(folder, 'data', 'gossip.editor.secret'), 'utf8').trim();
  await run(['user', 'add', 'ann', '--userid', 'editor'], 'correct horse', 'correct horse', secret);
  const { client, answer } = await logIn('ann', 'correct horse');
  expect(answer).toMatch(/^281/);
  expect(await client.ask('GROUP groggs.gossip')).toMatch(/^211/);
  await run(command, ...answers);
  await becomes(() => client.ask('GROUP groggs.gossip'), /^(480|502)/);
  client.close();
  const again = await logIn('ann', 'correct horse');
  expect(again.answer).toMatch(/^481/);
  again.client.close();
});

test('an account that is damaged by hand ends its own sessions, and nothing else', async () => {
  const secret = await addUser('ann@x.example');
  const { client: ann } = await logIn('ann@x.example', secret);
  const { client: bob } = await logIn('bob@x.example', await addUser('bob@x.example'));
  expect(await ann.post(ARTICLE)).toMatch(/^240/);
  const db = new DatabaseSync(join(folder, 'data', 'gossip.board.sqlite'));
  db.exec("UPDATE users SET secret = x'00' WHERE userid = 'ann@x.example'");
  db.close();
  await becomes(() => ann.ask('GROUP groggs.gossip'), /^502/);
  expect(await bob.post(ARTICLE)).toMatch(/^240/);
  const again = await logIn('ann@x.example', secret);
  expect(again.answer).toMatch(/^481/);
  const renewed = /secret\s+([0-9A-F]+)/.exec(await run(['board', 'user', 'secret', 'ann@x.example']))?.[1] ?? '';
  const repaired = await logIn('ann@x.example', renewed);
  expect(repaired.answer).toMatch(/^281/);
  for (const client of [ann, bob, again.client, repaired.client]) client.close();
});
