/** Bridges with their permanent data in PostgreSQL, in front of a board elsewhere. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { NntpClient } from '../support/nntp-client.ts';
import { hasPostgres, PostgresServer } from '../support/postgres.ts';
import { CommandLine, commandLine } from './command-line.ts';

const NEWSGROUP = 'groggs.gossip';

describe.skipIf(!hasPostgres)('permanent: postgres://', () => {
  let folder: string;
  let database: PostgresServer;
  let board: string;
  let secret: string;
  const boards: CommandLine[] = [];
  const bridges: CommandLine[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-postgres-'));
    database = await PostgresServer.start();
    const file = join(folder, 'board.yaml');
    const data = join(folder, 'board');
    const settings = { listen: ['nntp://127.0.0.1:0'], data, embedded: { listen: 'rgtp://127.0.0.1:0' } };
    writeFileSync(file, stringify({ ...settings, http: { listen: 'off' } }));
    const line = new CommandLine(['serve', '--config', file]);
    boards.push(line);
    const [, port] = await line.printed(/RGTP clients: 127\.0\.0\.1 port (\d+)/);
    board = `rgtp://127.0.0.1:${port}`;
    secret = readFileSync(join(data, 'gossip.editor.secret'), 'utf8').trim();
  });
  afterAll(async () => {
    await ended(boards);
    await database.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => ended(bridges));

  async function ended(lines: CommandLine[]): Promise<void> {
    for (const { child } of lines) child.kill('SIGKILL');
    await Promise.all(lines.splice(0).map((line) => line.ended));
  }

  /** The configuration of a bridge; keys are shared between those of one site. */
  function configured(name: string, permanent: string = database.url): string {
    const file = join(folder, `${name}.yaml`);
    const settings = {
      ...{ name: 'news.example', listen: ['nntp://127.0.0.1:0'], http: { listen: 'http://127.0.0.1:0' } },
      ...{ data: join(folder, name), keys: join(folder, 'keys'), log: { level: 'warn' } },
      boards: [{ rgtp: board, newsgroup: NEWSGROUP }],
    };
    writeFileSync(file, stringify({ ...settings, ...(permanent !== '' && { permanent }) }));
    return file;
  }

  function started(file: string): CommandLine {
    const line = new CommandLine(['serve', '--config', file]);
    bridges.push(line);
    return line;
  }

  async function portOf(line: CommandLine): Promise<number> {
    return Number((await line.printed(/newsreader at 127\.0\.0\.1 port (\d+)/))[1]);
  }

  async function loggedIn(port: number): Promise<NntpClient> {
    const client = await NntpClient.connect(port);
    await client.ask('AUTHINFO USER editor');
    expect(await client.ask(`AUTHINFO PASS ${secret}`)).toMatch(/^281/);
    return client;
  }

  function article(id: string): string[] {
    return ['From: Ann <ann@x.example>', `Newsgroups: ${NEWSGROUP}`, `Subject: ${id}`, `Message-ID: <${id}@x>`, '', id];
  }

  /** All that a reader can tell two bridges by. */
  async function seen(client: NntpClient): Promise<string[]> {
    const group = await client.ask(`GROUP ${NEWSGROUP}`);
    const articles = await client.list('HDR Message-ID 1-');
    return [group, ...articles, ...(await client.list('LIST ACTIVE.TIMES'))];
  }

  test('two bridges serve one board: readers of either see the same, and one that is killed is not missed', async () => {
    const first = started(configured('first'));
    const client = await loggedIn(await portOf(first));
    const reader = await loggedIn(await portOf(started(configured('second'))));
    expect(await client.post(article('kept'))).toMatch(/^240/);
    await expect.poll(() => reader.ask('STAT <kept@x>')).toMatch(/^223/);
    expect(await reader.post(article('kept'))).toMatch(/^441 435 Duplicate/);
    expect(await reader.post(article('other'))).toMatch(/^240/);
    await expect.poll(() => client.ask('STAT <other@x>')).toMatch(/^223/);
    const before = await seen(client);
    expect(await seen(reader)).toEqual(before);
    const exported = await commandLine([
      'export',
      '--mbox',
      join(folder, 'box'),
      '--config',
      join(folder, 'first.yaml'),
    ]);
    expect(exported.code).toBe(0);
    expect(readFileSync(join(folder, 'box'), 'utf8')).toContain('Message-ID: <kept@x>');
    const copied = await commandLine([
      'permanent',
      'copy',
      '--from',
      'database',
      '--to',
      'files',
      '--config',
      configured('third'),
    ]);
    expect(copied.stderr).toMatch(/is served by a running rgtp-nntp/);
    first.child.kill('SIGKILL');
    expect(await seen(reader)).toEqual(before);
    expect(await reader.post(article('later'))).toMatch(/^240/);
    const back = await loggedIn(await portOf(started(configured('first'))));
    await expect.poll(() => back.ask('STAT <later@x>')).toMatch(/^223/);
    expect(await seen(back)).toEqual(await seen(reader));
    for (const one of [client, reader, back]) one.close();
  });

  test('an account with the same name on two boards of a database is one login', async () => {
    const file = join(folder, 'accounts.yaml');
    const [data, keys] = [join(folder, 'accounts'), join(folder, 'account-keys')];
    const remote = ['one', 'two'].map((name) => ({ name, rgtp: board }));
    writeFileSync(file, stringify({ data, keys, permanent: database.url, boards: remote }));
    const run = (input: string, ...args: string[]) => commandLine(['user', ...args, '--config', file], { input });
    const added = (name: string, password: string) =>
      run(`${password}\n${password}\n01 23 AB\n`, 'add', 'bob', '--userid', 'bob@x', '--board', name);
    expect((await added('one', 'correct horse')).code).toBe(0);
    expect((await added('two', 'another horse')).stderr).toContain('bob has another password on the board one');
    expect((await added('two', 'correct horse')).code).toBe(0);
    expect((await run('', 'list')).stdout).toMatch(/^one +bob .*\ntwo +bob /m);
  });

  test('while the database is away, boards are read and nothing is posted; then all goes on', async () => {
    const bridge = started(configured('away'));
    const client = await loggedIn(await portOf(bridge));
    const [, status] = await bridge.printed(/Status page: (\S+)/);
    const ready = async () => (await fetch(`${status}readyz`)).text();
    await expect.poll(() => client.ask(`GROUP ${NEWSGROUP}`)).toMatch(/^211/);
    await database.kill();
    expect(await client.post(article('refused'))).toMatch(/^441 .*database is away/);
    expect(await client.ask(`GROUP ${NEWSGROUP}`)).toMatch(/^211/);
    expect(await client.ask('HEAD')).toMatch(/^221/);
    for (let line = ''; line !== '.'; ) line = await client.line();
    await expect.poll(ready).toContain('postgres://');
    const { stdout } = await commandLine(['doctor', '--config', join(folder, 'away.yaml')]);
    expect(stdout).toMatch(/permanent data: postgres:\/\/.*\n.*Start PostgreSQL/);
    await database.start();
    await expect.poll(ready).toBe('ready\n');
    expect(await client.post(article('refused'))).toMatch(/^240/);
    await expect.poll(() => client.ask('STAT <refused@x>')).toMatch(/^223/);
    client.close();
  });

  test('moves into the database and back, and is served from where it is alone', async () => {
    const inFiles = configured('moving', '');
    const bridge = started(inFiles);
    const client = await loggedIn(await portOf(bridge));
    expect(await client.post(article('moved'))).toMatch(/^240/);
    await expect.poll(() => client.ask('STAT <moved@x>')).toMatch(/^223/);
    client.close();
    await ended(bridges);

    const inDatabase = configured('moving', `${database.url}&sslmode=disable`);
    const copy = (from: string, to: string) => {
      return commandLine(['permanent', 'copy', '--from', from, '--to', to, '--config', inDatabase]);
    };
    // The database of the other bridges holds this board: begun at another time, so another's.
    const other = await copy('files', 'database');
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/the two hold different data for the board gossip/);
    await database.empty();
    const unknown = await started(inDatabase).ended;
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/knows nothing of the board gossip.*\n.*permanent copy --from files --to database/);

    expect((await copy('files', 'database')).stdout).toMatch(
      /^gossip: copied 1 Message-IDs, 0 unfinished posts, 1 epochs/,
    );
    expect((await copy('files', 'database')).stdout).toMatch(/^gossip: copied 0 Message-IDs/);
    const stale = await started(configured('moving', '')).ended;
    expect(stale.code).toBe(1);
    expect(stale.stderr).toMatch(/was copied from files to database.*\n.*permanent copy --from database --to files/);

    const moved = await loggedIn(await portOf(started(configured('moving'))));
    await expect.poll(() => moved.ask('STAT <moved@x>')).toMatch(/^223/);
    expect(await moved.post(article('later'))).toMatch(/^240/);
    const running = await copy('database', 'files');
    expect(running.stderr).toMatch(/in use by another rgtp-nntp/);
    moved.close();
    await ended(bridges);
    // PostgreSQL has noticed by now, or does within a moment.
    await expect.poll(async () => (await copy('database', 'files')).stdout).toMatch(/^gossip: copied 1 Message-IDs/);
    const back = await loggedIn(await portOf(started(configured('moving', ''))));
    expect(await back.post(article('later'))).toMatch(/^441 435 Duplicate/);
    back.close();
  });
});
