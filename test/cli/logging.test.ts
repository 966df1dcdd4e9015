/** The log of a whole program that people use and misuse, read line by line. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { logFields } from '../../src/wire/log.ts';
import { Dialogue } from '../board/dialogue.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { tlsFiles } from '../support/tls-files.ts';
import { CommandLine } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-log-'));
const AWAY = 'rgtp://127.0.0.1:1';

const lineShape = z.looseObject({
  level: z.enum(['debug', 'info', 'warn', 'error']),
  time: z.iso.datetime(),
  msg: z.string().min(1),
});
type Line = z.infer<typeof lineShape>;
let text = '';
let lines: Line[] = [];
const named = (msg: string) => lines.filter((line) => line.msg === msg);

beforeAll(async () => {
  const file = join(folder, 'c.json');
  const config = {
    name: 'news.example',
    listen: ['nntp://127.0.0.1:0', 'nntps://127.0.0.1:0'],
    tls: tlsFiles('first'),
    data: join(folder, 'data'),
    embedded: { listen: 'rgtp://127.0.0.1:0' },
    http: { listen: 'off' },
    log: { level: 'debug', format: 'json' },
    limits: { connectionsPerAddress: 3 },
    boards: [
      { name: 'gossip', rgtp: 'embedded' },
      { name: 'away', newsgroup: 'other.away', rgtp: AWAY, domain: 'away.example' },
    ],
  };
  writeFileSync(file, JSON.stringify(config));
  const line = new CommandLine(['serve', '--config', file]);
  const [, rgtp = ''] = await line.printed(/RGTP clients: 127\.0\.0\.1 port (\d+)/);
  const ports = Array.from(line.stdout.matchAll(/newsreader at 127\.0\.0\.1 port (\d+)/g), ([, port]) => Number(port));
  const secret = readFileSync(join(folder, 'data', 'gossip.editor.secret'), 'utf8').trim();
  await useNews(ports, secret);
  await useBoard(Number(rgtp), secret);
  await line.printed(/the board is away/);
  await line.printed(/"msg":"command refused"/);
  line.child.kill('SIGTERM');
  text = (await line.ended).stderr;
  lines = text
    .trimEnd()
    .split('\n')
    .map((one) => lineShape.parse(JSON.parse(one)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function useNews([port = 0, secure = 0]: readonly number[], secret: string): Promise<void> {
  const client = await NntpClient.connect(port);
  await client.ask('AUTHINFO USER editor');
  expect(await client.ask('AUTHINFO PASS 00')).toMatch(/^481/);
  await client.ask('AUTHINFO USER away:ann');
  expect(await client.ask('AUTHINFO PASS 00')).toMatch(/^4/);
  await client.ask('AUTHINFO USER editor');
  expect(await client.ask(`AUTHINFO PASS ${secret}`)).toMatch(/^281/);
  const post = async (...head: string[]) => {
    await client.ask('POST');
    return client.ask(['From: E <e@x.example>', ...head, '', 'Text.', '.'].join('\r\n'));
  };
  expect(await post('Newsgroups: groggs.gossip', 'Subject: One', 'Message-ID: <one@x.example>')).toMatch(/^240/);
  expect(await post('Newsgroups: groggs.gossip', 'Message-ID: <two@x.example>')).toMatch(/^441 Subject/);
  expect(await post('Newsgroups: other.away', 'Subject: Three')).toMatch(/^441/);
  expect(await client.ask('GROUP other.away')).toMatch(/^(403|480|502)/);
  // No handshake; then more of one address than are allowed.
  await closed(secure, 'This is not TLS.\r\n\r\n');
  const others = await Promise.all([NntpClient.connect(port), NntpClient.connect(port)]);
  await closed(port, '');
  for (const other of [client, ...others]) other.close();
}

async function useBoard(port: number, secret: string): Promise<void> {
  const editor = await Dialogue.open(port);
  await editor.line();
  expect(await editor.ask('INDX')).toMatch(/^531/);
  expect(await editor.ask('USER nobody@x.example')).toMatch(/^482/);
  const writer = await Dialogue.open(port);
  await writer.line();
  expect(await writer.prove('editor', Buffer.from(secret, 'hex'))).toMatch(/^23[23]/);
  await writer.ask('DATA');
  await writer.ask('E\r\nText.\r\n.');
  expect(await writer.ask('NEWI Two')).toMatch(/^220/);
  writer.close();
}

/** Connects, sends, and waits until the server has ended it. */
function closed(port: number, sent: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(sent));
    socket
      .on('error', () => {})
      .resume()
      .once('close', () => resolve());
  });
}

describe('every line', () => {
  it('is an event of its own, with fields of the one list', () => {
    expect(lines.length).toBeGreaterThan(10);
    const known = new Set(['level', 'time', 'msg', ...Object.keys(logFields)]);
    for (const line of lines)
      expect(
        Object.keys(line).filter((name) => !known.has(name)),
        line.msg,
      ).toEqual([]);
  });

  it('names the connection and the address of whoever caused it', () => {
    const caused = lines.filter(({ msg }) => /connection|logged in|login|posted|post refused|command/.test(msg));
    expect(new Set(caused.map(({ msg }) => msg)).size).toBeGreaterThan(6);
    for (const line of caused) {
      if (line.msg === 'the connection to a board ended') continue;
      // The bridge's own connections to the embedded board come from nowhere.
      const inside = line['part'] === 'board' && line['address'] === undefined;
      expect(line, line.msg).toMatchObject({
        connection: expect.any(String),
        ...(!inside && { address: '127.0.0.1' }),
      });
    }
  });

  it('has no stack where nothing is a bug, and no word that accuses', () => {
    expect(text).not.toMatch(/"err":|\\n {4}at |suspicious|attack/i);
    for (const { msg, reason } of named('the board is away')) expect(`${msg}: ${reason}`).toContain('127.0.0.1:1');
    expect(named('the board is away')).toHaveLength(1);
  });
});

describe('one line tells', () => {
  const connectionOf = (line: Line | undefined) => line?.['connection'];

  it('of what was posted, on which connection', () => {
    const [inNews, onBoard] = named('posted');
    expect(inNews).toMatchObject({
      messageId: '<one@x.example>',
      newsgroup: 'groggs.gossip',
      user: 'editor',
    });
    expect(connectionOf(inNews)).toBe(connectionOf(named('logged in')[0]));
    expect(onBoard).toMatchObject({
      part: 'board',
      userid: 'editor',
      item: expect.any(String),
      sequence: expect.any(Number),
    });
    expect(named('posted')).toHaveLength(2);
  });

  it('of what was refused, and why', () => {
    const [nameless, away] = named('post refused');
    expect(nameless).toMatchObject({
      user: 'editor',
      reason: 'Subject: is missing or empty',
    });
    expect(away).toMatchObject({ newsgroup: 'other.away', reason: expect.any(String) });
    for (const line of [nameless, away]) expect(connectionOf(line)).toBe(connectionOf(named('logged in')[0]));
    expect(named('post refused')).toHaveLength(2);
  });

  it('of a login that was refused, on either side', () => {
    const refused = named('login refused');
    expect(refused.find(({ user }) => user === 'editor')).toMatchObject({ part: 'nntp' });
    expect(
      refused.find(({ part }) => part === 'board' && connectionOf(named('command refused')[0]) !== undefined),
    ).toBeDefined();
    expect(refused.find(({ userid }) => userid === 'nobody@x.example')).toMatchObject({
      connection: connectionOf(named('command refused')[0]),
      reason: expect.stringContaining('unknown'),
    });
  });

  it('of a connection that was refused, and why', () => {
    expect(named('connection refused').map(({ reason }) => String(reason).split(':')[0])).toEqual([
      'handshake',
      'address',
    ]);
  });
});
