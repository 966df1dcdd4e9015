/**
 * A sync of the board fails: RGTP's 484 and NNTP's answer agree, and nothing that may still be lost is answered 240.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import { LogSync } from '../../src/store/log-sync.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { openWholeServer, people } from '../support/whole-server.ts';

test('a post whose sync failed is acknowledged once it is on disk, not before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'failed-sync-'));
  const data = join(folder, 'data');
  const server = await openWholeServer({ settings: { DATA: data } });
  const client = await NntpClient.connect(server.newsPort);
  await client.ask(`AUTHINFO USER ${people.proving[2]}`);
  expect(await client.ask(`AUTHINFO PASS ${people.password}`)).toMatch(/^281/);
  const article = [
    'From: W <w@x.example>',
    'Newsgroups: groggs.gossip',
    'Subject: In doubt',
    'Message-ID: <doubt@x.example>',
    '',
    'Text.',
    '.',
  ].join('\r\n');

  // A reader of the file keeps its log from starting over, which would end the doubt.
  const reader = new DatabaseSync(join(data, 'gossip.board.sqlite'), { readOnly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM items').get();

  expect(await client.ask('POST')).toMatch(/^340/);
  const { sync } = LogSync.prototype;
  let calls = 0;
  const spy = vi.spyOn(LogSync.prototype, 'sync').mockImplementation(function (this: LogSync) {
    // The intent in the permanent file first, then the board.
    if (++calls !== 2) return sync.call(this);
    return Promise.reject(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }));
  });
  const answer = await client.ask(article);
  expect(answer).toMatch(/^441 the board failed while it was posting, .* look before/);
  expect(calls).toBeGreaterThanOrEqual(2);
  spy.mockRestore();
  const ready = () => fetch(`http://127.0.0.1:${server.httpPort}/readyz`).then(({ status }) => status);
  expect(await ready()).toBe(503);
  expect(await client.ask('STAT <doubt@x.example>')).toMatch(/^430/);

  reader.exec('COMMIT');
  reader.close();
  await expect.poll(ready).toBe(200);
  // It was on the board after all: the same Message-ID is told so, and is there.
  await expect
    .poll(async () => {
      expect(await client.ask('POST')).toMatch(/^340/);
      return client.ask(article);
    })
    .toMatch(/^441 435/);
  await expect.poll(() => client.ask('STAT <doubt@x.example>')).toMatch(/^223/);
  client.close();
  await server.close();
  rmSync(folder, { recursive: true });
});
