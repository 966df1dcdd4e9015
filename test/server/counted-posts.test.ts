import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalFor } from '../../src/bridge/posting/refusals.ts';
import { REASONS, type Reason, refusedBecause } from '../../src/bridge/posting/refused-because.ts';
import { PostingError } from '../../src/news/posting/error.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import { RgtpError } from '../../src/rgtp/errors.ts';
import { StoreError } from '../../src/store/errors.ts';
import { octets } from '../../src/wire/octets.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { openWholeServer, people, type WholeServer } from '../support/whole-server.ts';

let server: WholeServer;
let writer: NntpClient;

beforeAll(async () => {
  server = await openWholeServer({ settings: { LIMITS_ARTICLE: '20000' } });
  writer = await NntpClient.connect(server.newsPort);
  await writer.ask(`AUTHINFO USER ${people.proving[2]}`);
  expect(await writer.ask(`AUTHINFO PASS ${people.password}`)).toMatch(/^281/);
  expect(await post({ 'Message-ID': '<first@x.example>' })).toMatch(/^240/);
});

afterAll(async () => {
  writer.close();
  await server.close();
});

async function post(fields: Readonly<Record<string, string>>, text = 'Text.'): Promise<string> {
  const head = { From: 'W <w@x.example>', Newsgroups: 'groggs.gossip', Subject: 'A subject', ...fields };
  const lines = Object.entries(head).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]));
  expect(await writer.ask('POST')).toMatch(/^340/);
  return writer.ask([...lines, '', text, '.'].join('\r\n'));
}

/** The counters of posts that are not 0. */
async function counted(): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`http://127.0.0.1:${server.httpPort}/metrics`)).text();
  const lines = text.matchAll(/^rgtp_nntp_posts_(\w*total\{.*\}) ([1-9]\d*)$/gm);
  return Object.fromEntries(Array.from(lines, ([, name = '', value]) => [name, Number(value)]));
}

const files = 'multipart/mixed; boundary=b';
const filed = '--b\r\n\r\nText.\r\n--b\r\nContent-Disposition: attachment; filename=a.bin\r\n\r\nx\r\n--b--';

describe('a refused post is counted by its reason', () => {
  it.each<[reason: string, board: string, fields: Readonly<Record<string, string>>, text?: string]>([
    ['from', 'none', { From: '' }],
    ['subject', 'none', { Subject: '' }],
    ['subject', 'gossip', { Subject: 'x'.repeat(200) }],
    ['newsgroups', 'none', { Newsgroups: 'alt.nowhere' }],
    ['message-id', 'none', { 'Message-ID': 'nothing' }],
    ['content-type', 'none', { 'Content-Type': 'text/html' }],
    ['header', 'none', { Control: 'newgroup alt.new' }],
    ['attachment', 'none', { 'MIME-Version': '1.0', 'Content-Type': files }, filed],
    ['text', 'gossip', {}, ''],
    ['rights', 'gossip', { Control: 'cancel <first@x.example>' }],
    ['duplicate', 'gossip', { 'Message-ID': '<first@x.example>' }],
    ['too-large', 'none', {}, 'x\r\n'.repeat(10_000)],
  ])('%s (%s)', async (reason, board, fields, text) => {
    const before = await counted();
    expect(await post(fields, text)).toMatch(/^441/);
    const after = await counted();
    const name = `refused_total{board="${board}",reason="${reason}"}`;
    expect(after[name]).toBe((before[name] ?? 0) + 1);
    // One refusal is one count.
    const sum = (counts: Readonly<Record<string, number>>) =>
      Object.entries(counts).reduce((all, [key, count]) => all + (key.startsWith('refused_total') ? count : 0), 0);
    expect(sum(after)).toBe(sum(before) + 1);
  });

  it('and one that was taken is not', async () => {
    expect(await counted()).toMatchObject({ 'total{board="gossip",outcome="posted"}': 1 });
  });
});

const full = new StoreError('full', '/data/x.sqlite', 'no space');

describe('why a post was refused', () => {
  it.each<[Reason, unknown, judged?: boolean]>([
    ['login', new Refusal('login-required', 'Newsgroups: log in to post to x')],
    ['rights', new Refusal('rejected', 'Newsgroups: you may not post to x'), true],
    ['rights', refusalFor(new RgtpError('no-access', 'no'))],
    ['board-away', refusalFor(new RgtpError('unavailable', 'no connection'))],
    ['board-away', new Refusal('unavailable', 'the index has not been read')],
    ['board', refusalFor(new RgtpError('locked', 'no', { said: octets`An editor has it` }))],
    ['board', refusalFor(new RgtpError('bad-text', 'no'))],
    ['disk', refusalFor(full)],
    ['disk', full],
    [
      'disk',
      refusalFor(new RgtpError('internal', 'x', { said: octets`The server's disk is full; nothing was changed.` })),
    ],
    ['references', new Refusal('rejected', 'x', { cause: new PostingError('References: too long') })],
    ['header', new Refusal('rejected', 'Internal: a header that an author made up')],
    ['duplicate', new Refusal('duplicate', 'x')],
    ['internal', new TypeError('undefined is not a function')],
  ])('%s: %s', (reason, error, judged = false) => {
    expect(refusedBecause(error, judged)).toBe(reason);
    expect(REASONS).toContain(reason);
  });
});
