import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { NntpClient } from '../support/nntp-client.ts';
import { hasPostgres, PostgresServer } from '../support/postgres.ts';
import { CommandLine, commandLine } from './command-line.ts';

const NEWSGROUP = 'groggs.gossip';

test.skipIf(!hasPostgres)('all in one becomes a cluster: numbers, ids, times and accounts stay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-cluster-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const database = await PostgresServer.start();
  onTestFinished(() => database.remove());
  const configure = (name: string, settings: object): string => {
    const file = join(folder, `${name}.yaml`);
    const common = { name: 'news.example', listen: ['nntp://127.0.0.1:0'], http: { listen: 'off' } };
    writeFileSync(file, stringify({ ...common, ...settings }));
    return file;
  };
  const running = (command: string, file: string): CommandLine => {
    const line = new CommandLine([command, '--config', file]);
    onTestFinished(async () => {
      line.child.kill('SIGKILL');
      await line.ended;
    });
    return line;
  };
  const newsPort = async (line: CommandLine) =>
    Number((await line.printed(/newsreader at 127\.0\.0\.1 port (\d+)/))[1]);
  const article = [
    'From: A <a@x.example>',
    `Newsgroups: ${NEWSGROUP}`,
    'Subject: Kept',
    'Message-ID: <kept@x>',
    '',
    'x',
  ];
  const seen = async (client: NntpClient) => {
    const group = await client.ask(`GROUP ${NEWSGROUP}`);
    return [group, ...(await client.list('OVER 1-')), ...(await client.list('LIST ACTIVE.TIMES'))];
  };

  const data = join(folder, 'data');
  const embedded = { listen: 'rgtp://127.0.0.1:0' };
  const board = { newsgroup: NEWSGROUP, domain: 'board.example' };
  const alone = configure('alone', { data, embedded, boards: [{ ...board, rgtp: 'embedded' }] });
  const serve = running('serve', alone);
  const before = await NntpClient.connect(await newsPort(serve));
  const secret = readFileSync(join(data, 'gossip.editor.secret'), 'utf8').trim();
  const input = `correct horse\ncorrect horse\n${secret}\n`;
  const adding = ['user', 'add', 'ann', '--userid', 'editor', '--config', alone];
  expect(await commandLine(adding, { input })).toMatchObject({ code: 0 });
  expect(await before.login('ann', 'correct horse')).toMatch(/^281/);
  expect(await before.post(article)).toMatch(/^240/);
  const known = await seen(before);
  before.close();
  await serve.end('SIGTERM');

  const permanent = database.url;
  const elsewhere = { ...board, rgtp: 'rgtp://127.0.0.1:1' };
  const there = configure('there', { data, permanent, boards: [elsewhere] });
  const copy = await commandLine(['permanent', 'copy', '--from', 'files', '--to', 'database', '--config', there]);
  expect(copy).toMatchObject({ code: 0, stdout: expect.stringMatching(/copied 1 Message-IDs.* 1 accounts/) });
  const service = running('board', alone);
  const [, port = ''] = await service.printed(/RGTP clients on 127\.0\.0\.1 port (\d+)/);
  // What is now in the database is not forgotten by the old way of serving it.
  await service.end('SIGTERM');
  expect((await commandLine(['serve', '--config', alone])).stderr).toMatch(/was copied from files to database/);
  const again = running(
    'board',
    configure('board', {
      data,
      embedded: { listen: `rgtp://127.0.0.1:${port}` },
      boards: [{ ...board, rgtp: 'embedded' }],
    }),
  );
  await again.printed(/RGTP clients on/);

  const keys = join(folder, 'keys');
  mkdirSync(keys);
  cpSync(join(data, 'gossip.accounts.key'), join(keys, 'gossip.accounts.key'));
  const boards = [{ ...board, rgtp: `rgtp://127.0.0.1:${port}` }];
  const bridge = running('serve', configure('bridge', { data: join(folder, 'bridge'), keys, permanent, boards }));
  const after = await NntpClient.connect(await newsPort(bridge));
  expect(await after.login('ann', 'correct horse')).toMatch(/^281/);
  await expect.poll(() => seen(after).catch(String)).toEqual(known);
  expect(await after.post(article)).toMatch(/^441 435/);
  after.close();
});
