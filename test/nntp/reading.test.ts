import { afterEach, beforeEach, expect, test } from 'vitest';
import { NntpServer } from '../../src/nntp/server.ts';
import { MemoryBackend } from '../support/memory-backend.ts';
import { NntpClient } from '../support/nntp-client.ts';

let server: NntpServer;
let client: NntpClient;
let backend: MemoryBackend;

beforeEach(async () => {
  backend = new MemoryBackend();
  const group = backend.add('misc.test');
  for (let i = 1; i <= 3; i++) {
    group.put(`<${i}@example.net>`, `Subject: no. ${i}\r\nFrom: a@example.net\r\n\r\nbody\r\n.dot\r\n`);
  }
  server = await NntpServer.open({ backend, name: 'news', listen: [{ host: '127.0.0.1', port: 0, tls: false }] });
  client = await NntpClient.connect(server.addresses[0]?.port ?? 0);
});

afterEach(async () => {
  client.close();
  await server.close(0);
});

test('a whole session, pipelined', async () => {
  client.send('GROUP misc.test', 'ARTICLE 2', 'POST', 'QUIT', 'DATE');
  expect(await client.line()).toBe('211 3 1 3 misc.test');
  expect(await client.line()).toBe('220 2 <2@example.net>');
  expect(await client.block()).toEqual(['Subject: no. 2', 'From: a@example.net', '', 'body', '.dot']);
  expect(await client.line()).toMatch(/^340 .*<suggested\.1@example\.net>$/);
  // "QUIT" and "DATE" are the article's first lines.
  client.send('.');
  expect(await client.line()).toMatch(/^441 Newsgroups/);
  client.send('QUIT', 'DATE');
  expect(await client.rest()).toMatch(/^205 [^\n]*\r\n$/);
});

test('logging in', async () => {
  backend.guest = { read: false, post: false, loginHelps: true };
  expect(await client.ask('GROUP misc.test')).toMatch(/^480 /);
  expect(await client.ask('AUTHINFO PASS secret')).toMatch(/^482 /);
  expect(await client.ask('authinfo user alice')).toMatch(/^381 /);
  expect(await client.ask('AUTHINFO PASS secret')).toMatch(/^281 /);
  expect(await client.ask('GROUP misc.test')).toMatch(/^211 /);
  expect(await client.ask('AUTHINFO USER alice')).toMatch(/^502 /);
});
