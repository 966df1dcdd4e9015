/** One login for several boards: what one of them says about a login to another, and local accounts that serve all. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { NntpClient } from '../support/nntp-client.ts';
import { CommandLine, commandLine } from './command-line.ts';

// A dozen programs one after the other, beside whatever else runs.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-boards-'));
const elsewhere = join(folder, 'elsewhere.yaml');
const bridge = join(folder, 'bridge.yaml');
const running: CommandLine[] = [];
let port: number;
let secretOne: string;
let secretTwo: string;

async function serve(file: string): Promise<CommandLine> {
  const line = new CommandLine(['serve', '--config', file]);
  running.push(line);
  await line.printed(/newsreader at 127\.0\.0\.1 port \d+[\s\S]*RGTP clients/);
  return line;
}

/** @param answers to what the command asks, a line each */
function run(file: string, args: readonly string[], ...answers: readonly string[]) {
  const input = answers.map((answer) => `${answer}\n`).join('');
  return commandLine([...args, '--config', file], { input });
}

async function addUser(file: string): Promise<string> {
  const { stdout } = await run(file, ['board', 'user', 'add', 'ann@rgtp.test']);
  return /secret\s+([0-9A-F]+)/.exec(stdout)?.[1] ?? expect.fail(stdout);
}

beforeAll(async () => {
  const common = {
    listen: ['nntp://127.0.0.1:0'],
    embedded: { listen: 'rgtp://127.0.0.1:0' },
    http: { listen: 'off' },
  };
  writeFileSync(elsewhere, stringify({ ...common, name: 'one.example', data: join(folder, 'one') }));
  const one = await serve(elsewhere);
  const rgtp = /RGTP clients: 127\.0\.0\.1 port (\d+)/.exec(one.stdout)?.[1];
  secretOne = await addUser(elsewhere);
  const boards = [
    { newsgroup: 'groggs.one', domain: 'one.example', rgtp: `rgtp://127.0.0.1:${rgtp}` },
    { newsgroup: 'groggs.two', domain: 'two.example', rgtp: 'embedded', guests: 'none' },
  ];
  writeFileSync(bridge, stringify({ ...common, name: 'news.example', data: join(folder, 'two'), boards }));
  const line = await serve(bridge);
  port = Number(/newsreader at 127\.0\.0\.1 port (\d+)/.exec(line.stdout)?.[1]);
  secretTwo = await addUser(bridge);
});

afterAll(async () => {
  for (const line of running.splice(0)) await line.end();
  rmSync(folder, { recursive: true });
});

const article = (newsgroup: string) => [
  'From: Ann <a@b.example>',
  `Newsgroups: ${newsgroup}`,
  'Subject: x',
  '',
  'Text.',
];

test('a login is one board’s: the other one says how to log in there', async () => {
  const news = await NntpClient.connect(port);
  expect(await news.login('ann@rgtp.test', secretOne)).toMatch(/^281/);
  expect(await news.post(article('groggs.one'))).toMatch(/^240/);
  const hint = 'you are logged in to another board: connect again as two:userid, with your secret on two';
  expect(await news.post(article('groggs.two'))).toBe(`441 Newsgroups: you may not post to groggs.two: ${hint}`);
  expect(await news.ask('GROUP groggs.two')).toBe(`502 You may not read groggs.two: ${hint}`);
  // Logins do not add up (RFC 4643 §2.2): the session stays what it was.
  expect(await news.ask('AUTHINFO USER two:ann@rgtp.test')).toMatch(/^502 Already logged in: .* connect again/);
  expect(await news.ask('AUTHINFO SASL PLAIN')).toMatch(/^502 Already logged in: /);
  expect(await news.post(article('groggs.one'))).toMatch(/^240/);
  news.quit();

  const other = await NntpClient.connect(port);
  expect(await other.login('two:ann@rgtp.test', secretTwo)).toMatch(/^281/);
  expect(await other.post(article('groggs.two'))).toMatch(/^240/);
  expect(await other.post(article('groggs.one'))).toMatch(/^441 .* as one:userid, with your secret on one$/);
  other.quit();
});

test('a local account serves every board for which it has a userid and secret', async () => {
  const add = (board: string, secret: string, password: string) =>
    run(bridge, ['user', 'add', 'ann', '--board', board, '--userid', 'ann@rgtp.test'], password, password, secret);
  expect((await add('one', secretOne, 'correct horse')).stderr).not.toContain('horse');
  const refused = await add('two', secretTwo, 'battery staple');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('ann has another password on the board one');
  /** without the header */
  const listed = async () => {
    const { stdout } = await run(bridge, ['user', 'list']);
    return stdout
      .split('\n')
      .slice(1, -1)
      .map((line) => line.trim().split(/ +/));
  };
  expect(await listed()).toEqual([['one', 'ann', 'ann@rgtp.test']]);
  expect(await add('two', secretTwo, 'correct horse')).toMatchObject({
    code: 0,
    stdout: 'ann may log in now, as ann@rgtp.test.\n',
  });
  expect(await listed()).toEqual([
    ['one', 'ann', 'ann@rgtp.test'],
    ['two', 'ann', 'ann@rgtp.test'],
  ]);

  const postsToBoth = async (password: string) => {
    const news = await NntpClient.connect(port);
    expect(await news.login('ann', password)).toMatch(/^281/);
    expect(await news.post(article('groggs.one'))).toMatch(/^240/);
    expect(await news.post(article('groggs.two'))).toMatch(/^240/);
    news.quit();
  };
  await postsToBoth('correct horse');
  expect((await run(bridge, ['user', 'password', 'ann'], 'battery staple', 'battery staple')).code).toBe(0);
  await postsToBoth('battery staple');
  expect((await run(bridge, ['user', 'remove', 'ann'])).code).toBe(0);
  expect(await listed()).toEqual([]);
});
