import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { NntpClient } from '../support/nntp-client.ts';
import { sampleEvents, unpackSampleSpool } from '../support/sample-board.ts';
import { scriptedServer } from '../support/scripted-server.ts';
import { CommandLine, commandLine } from './command-line.ts';

// A dozen programs one after the other, beside whatever else runs.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-export-'));
const env = {
  RGTP_NNTP_DATA: join(folder, 'data'),
  RGTP_NNTP_NAME: 'news.example.net',
  RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
  RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0',
  RGTP_NNTP_HTTP_LISTEN: 'off',
};
let server: CommandLine;
/** ARTICLE's answers by Message-ID: octets as characters, LF */
const articles = new Map<string, string>();
const out = (name: string) => join(folder, name);
const run = (...args: string[]) => commandLine(['export', ...args], { env });

/** Through the bridge, which alone knows its Message-ID. */
async function postOne(port: number): Promise<void> {
  const client = await NntpClient.connect(port);
  const user = 'ann@rgtp.test';
  expect(await client.login(user, sampleEvents().users[user] ?? '')).toMatch(/^281/);
  const head = [`From: Ann <${user}>`, 'Newsgroups: groggs.gossip', 'Subject: own', 'Message-ID: <own@rgtp.test>'];
  expect(await client.post([...head, '', 'From here', '.dot'])).toMatch(/^240/);
  client.quit();
}

async function articlesOf(port: number): Promise<void> {
  const client = await NntpClient.connect(port, { encoding: 'latin1' });
  for (const group of ['groggs.gossip', 'groggs.gossip.motd', 'groggs.gossip.edits']) {
    const [, ...numbers] = await client.askAll(`LISTGROUP ${group}`);
    // Pipelined, a few at a time.
    for (let from = 0; from < numbers.length; from += 50) {
      const some = numbers.slice(from, from + 50);
      client.send(...some.map((number) => `ARTICLE ${number}`));
      for (const _ of some) {
        const [, , id = ''] = (await client.line()).split(' ');
        articles.set(id, `${(await client.block()).join('\n')}\n`);
      }
    }
  }
  client.quit();
}

beforeAll(async () => {
  const spool = unpackSampleSpool();
  expect((await commandLine(['import', spool], { env })).code).toBe(0);
  server = new CommandLine(['serve'], { env });
  const [, port] = await server.printed(/127\.0\.0\.1 port (\d+)/);
  await postOne(Number(port));
  await articlesOf(Number(port));
  expect(articles.get('<own@rgtp.test>')).toContain('\nFrom here\n');
  expect(articles.size).toBeGreaterThan(2500);
});
afterAll(async () => {
  await server.end();
  rmSync(folder, { recursive: true });
});

/** By Message-ID. */
function inMbox(path: string): Map<string, string> {
  const entries = readFileSync(path, 'latin1')
    .split(/^(?=From )/m)
    .map((entry) => `${entry.split('\n').slice(1, -2).join('\n')}\n`.replaceAll(/^>(>*From )/gm, '$1'));
  return new Map(entries.map((entry) => [/^Message-ID: (.*)$/m.exec(entry)?.[1] ?? '', entry]));
}

function inMaildir(path: string): Map<string, string> {
  expect(readdirSync(path).sort()).toEqual(['cur', 'new', 'tmp']);
  return new Map(
    readdirSync(join(path, 'cur')).map((name) => {
      const text = readFileSync(join(path, 'cur', name), 'latin1');
      return [/^Message-ID: (.*)$/m.exec(text)?.[1] ?? '', text];
    }),
  );
}

/** Nothing half is left beside the archives. */
const leftOvers = () => readdirSync(folder).filter((name) => /partial|^\./.test(name));

describe('rgtp-nntp export, beside the running server', () => {
  it('writes every article once into an mbox, as ARTICLE gives it', async () => {
    const { code, stdout, stderr } = await run('--mbox', out('board.mbox'));
    expect(stderr).toMatch(/articles: .*\(100 %\)\n$/);
    expect(stdout).toBe(`Wrote ${articles.size} articles to ${out('board.mbox')}.\n`);
    expect(code).toBe(0);
    expect(inMbox(out('board.mbox'))).toEqual(articles);
    expect(statSync(out('board.mbox')).mode & 0o777).toBe(0o600);
    expect(leftOvers()).toEqual([]);
  });

  it('and into a Maildir, under the same names each time', async () => {
    expect((await run('--maildir', out('mail'))).code).toBe(0);
    expect(inMaildir(out('mail'))).toEqual(articles);
    const names = readdirSync(out('mail/cur'));
    expect(await run('--maildir', out('mail'), '--force')).toMatchObject({ code: 0 });
    expect(readdirSync(out('mail/cur'))).toEqual(names);
    expect(leftOvers()).toEqual([]);
  });

  it('a bridge on that board, elsewhere, writes the same texts', async () => {
    const port = /RGTP clients: 127\.0\.0\.1 port (\d+)/.exec(server.stdout)?.[1];
    const remote = {
      ...env,
      RGTP_NNTP_DATA: out('other'),
      RGTP_NNTP_BOARDS_0_RGTP: `rgtp://127.0.0.1:${port}`,
      RGTP_NNTP_BOARDS_0_DOMAIN: 'groggs.gossip.invalid',
    };
    expect((await commandLine(['export', '--mbox', out('remote.mbox')], { env: remote })).code).toBe(0);
    // All but the Message-ID of what was posted through the other bridge.
    const sequence = /^X-RGTP-Sequence: .*$/m.exec(articles.get('<own@rgtp.test>') ?? '')?.[0] ?? '';
    const others = (all: Map<string, string>) =>
      new Map([...all].filter(([, text]) => !text.includes(`\n${sequence}\n`)));
    const written = inMbox(out('remote.mbox'));
    expect(written.size).toBe(articles.size);
    expect(others(written)).toEqual(others(articles));
  });

  it('never writes over what is there, nor into its own data, whatever it is called', async () => {
    writeFileSync(out('there'), 'precious');
    mkdirSync(out('folder'));
    writeFileSync(out('folder/precious'), 'precious');
    const refused: [string[], number, string][] = [
      [['--mbox', out('there')], 1, 'exists already'],
      [['--maildir', out('there'), '--force'], 1, 'is not a Maildir'],
      [['--maildir', out('folder'), '--force'], 1, 'is not a Maildir'],
      [['--mbox', out('folder'), '--force'], 1, 'not a regular file'],
      [['--maildir', out('data')], 1, "part of this server's data"],
      [['--maildir', out('data/new')], 1, "part of this server's data"],
      [['--mbox', out('data/gossip.board.sqlite'), '--force'], 1, 'a file that this server needs'],
      [['--mbox', out('nowhere/x')], 1, 'does not exist'],
      [['--maildir', out('nowhere/x')], 1, 'does not exist'],
      [[], 2, 'Name a file with --mbox'],
      [['--mbox', 'x', '--maildir', 'y'], 2, 'cannot be used with'],
      [['--mbox', out('x'), '--board', 'talk'], 2, 'there is no board talk'],
    ];
    for (const [args, code, words] of refused) {
      expect(await run(...args), args.join(' ')).toMatchObject({ code, stderr: expect.stringContaining(words) });
    }
    expect(readFileSync(out('there'), 'utf8')).toBe('precious');
    expect(readFileSync(out('folder/precious'), 'utf8')).toBe('precious');
    await run('--mbox', out('there'), '--force');
    expect(inMbox(out('there'))).toEqual(articles);
    expect(leftOvers()).toEqual([]);
  });

  it.each(['--mbox', '--maildir'])('%s: what is interrupted has no name', async (kind) => {
    const line = new CommandLine(['export', kind, out('never')], { env });
    await line.printed(/articles: /);
    line.child.kill('SIGTERM');
    const ended = await line.ended;
    if (ended.code === 0) {
      // It was faster; then it is whole.
      const whole = kind === '--mbox' ? inMbox(out('never')) : inMaildir(out('never'));
      expect(whole.size).toBe(articles.size);
      rmSync(out('never'), { recursive: true });
    } else expect(ended.stderr).toContain(`interrupted: ${out('never')} was not written`);
    expect(readdirSync(folder)).not.toContain('never');
    expect(leftOvers()).toEqual([]);
  });
});

describe('a disk that is full', () => {
  const small = mkdtempSync(join(tmpdir(), 'small-archive-'));
  afterAll(() => rmSync(small, { recursive: true, force: true }));

  it.each([
    ['--mbox', 'size=3m', 'before anything is written'],
    ['--maildir', 'size=3m', 'before anything is written'],
    ['--maildir', 'size=64m,nr_inodes=300', 'on the way'],
  ])('%s (%s) is said %s, and nothing is left', async (kind, options) => {
    // Only root can mount a small file system.
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', small]).status !== 0) return;
    try {
      const { code, stderr } = await run(kind, join(small, 'archive'));
      expect(stderr).toMatch(/no space/);
      expect(stderr).not.toContain('this is a bug');
      expect(code).toBe(1);
      expect(readdirSync(small)).toEqual([]);
    } finally {
      spawnSync('umount', ['-l', small]);
    }
  });
});

it('a board that is away, or was never made, is said', async () => {
  const nobody = { ...env, RGTP_NNTP_DATA: out('empty') };
  const missing = await commandLine(['export', '--mbox', out('x')], { env: nobody });
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no board in') });
  const away = { ...nobody, RGTP_NNTP_BOARDS_0_RGTP: 'rgtp://127.0.0.1:9' };
  const ended = await commandLine(['export', '--mbox', out('x')], { env: away });
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("can't be read: no connection to") });
  expect(leftOvers()).toEqual([]);
});

it('what a killed one has left is removed by the next, what one that runs has made is not', async () => {
  // It never gets the index.
  const asked = Promise.withResolvers<void>();
  const board = await scriptedServer(async (peer) => {
    peer.say('230 hello');
    for (let line = await peer.line(); line !== undefined; line = await peer.line()) {
      if (line.startsWith('USER')) peer.say('231 read');
      if (line.startsWith('INDX')) asked.resolve();
    }
  });
  const remote = { ...env, RGTP_NNTP_DATA: out('stuck'), RGTP_NNTP_BOARDS_0_RGTP: `rgtp://127.0.0.1:${board.port}` };
  const stuck = new CommandLine(['export', '--mbox', out('stuck.mbox')], { env: remote });
  await asked.promise;
  const [left = ''] = leftOvers();
  expect(readdirSync(out(left))).toContain('gossip.permanent.sqlite');
  // Not ours: a link, another name, a folder without a lock.
  symlinkSync(out('mail'), out('.rgtp-nntp-work-linked'));
  mkdirSync(out('.rgtp-nntp-work-strange-name'));
  mkdirSync(out('.rgtp-nntp-work-unlock'));
  writeFileSync(out('.rgtp-nntp-work-unlock/precious'), '');
  const others = leftOvers().filter((name) => name !== left);
  expect(others).toHaveLength(3);

  expect((await run('--mbox', out('beside.mbox'))).code).toBe(0);
  expect(leftOvers()).toContain(left);
  await stuck.end();
  expect(leftOvers()).toContain(left);
  expect((await run('--mbox', out('beside.mbox'), '--force')).code).toBe(0);
  expect(leftOvers()).toEqual(others);
  expect(readdirSync(out('.rgtp-nntp-work-unlock'))).toEqual(['precious']);
  for (const name of others) rmSync(out(name), { recursive: true });
});

const ITEM = [
  `${' '.repeat(27)}00000001`,
  ...['^00000001 6B020000', 'Item A0000001 from x@y at 12.00 on Sat 21 Nov', 'Subject: subject', '', 'text'],
];

/** Exports a board that has these rows, and gives this as the text of an item. Returns what is printed. */
async function exported(name: string, rows: readonly string[], textOf: (item: string) => readonly string[]) {
  const board = await scriptedServer(async (peer) => {
    peer.say('230 hello');
    for (let line = await peer.line(); line !== undefined; line = await peer.line()) {
      if (line.startsWith('USER')) peer.say('231 read');
      else if (line.startsWith('INDX')) peer.say('250 here', ...rows, '.');
      else if (line.startsWith('ITEM')) peer.say('250 here', ...textOf(line.slice('ITEM '.length)), '.');
      else if (line.startsWith('ELOG')) peer.say('250 none', '.');
      else peer.say('410 none');
    }
  });
  const remote = { ...env, RGTP_NNTP_DATA: out(name), RGTP_NNTP_BOARDS_0_RGTP: `rgtp://127.0.0.1:${board.port}` };
  const { code, stdout } = await commandLine(['export', '--mbox', out(`${name}.mbox`)], { env: remote });
  await board.done();
  expect(code).toBe(0);
  return stdout;
}

function rowOf(n: number, item: string, kind: string): string {
  return `0000000${n} 6B020000 ${item} ${'x@y'.padEnd(75)} ${kind} ${'subject'.padEnd(94)}`;
}

it('an article that its item has no text of says so in the archive, too', async () => {
  const rows = [rowOf(1, 'A0000001', 'I'), rowOf(2, 'A0000001', 'R')];
  expect(await exported('third', rows, () => ITEM)).toBe(`Wrote 2 articles to ${out('third.mbox')}.\n`);
  expect(inMbox(out('third.mbox')).size).toBe(2);
  expect(readFileSync(out('third.mbox'), 'utf8')).toContain('\n\nThe text of this post is no longer on the board.\n');
});

it('an item for which the board sends nonsense costs no other', async () => {
  const rows = [rowOf(1, 'A0000001', 'I'), rowOf(2, 'A0000002', 'I')];
  const stdout = await exported('fourth', rows, (item) => (item === 'A0000001' ? ITEM : ['nonsense']));
  const [wrote, missing, which] = stdout.split('\n');
  expect([wrote, missing]).toEqual([
    `Wrote 1 articles to ${out('fourth.mbox')}.`,
    'Left out, because the board does not give their text: 1',
  ]);
  expect(which).toMatch(/^ {2}groggs\.gossip:2: The board cannot give the text now/);
  expect(inMbox(out('fourth.mbox')).size).toBe(1);
});
