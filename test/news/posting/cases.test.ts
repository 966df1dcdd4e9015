/** Articles that went wrong once, each through a real server: posted over NNTP, read again over NNTP and RGTP. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ReadArticle, ThrowAway } from '../../support/throw-away.ts';
import { check, type Expectation } from './expectation.ts';

const folder = join(import.meta.dirname, '../../fixtures/posting');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.expect.md'))
  .map((file) => file.slice(0, -'.expect.md'.length));

interface Case extends Expectation {
  readonly rgtp?: string;
  readonly reply_subject?: string;
  readonly raw?: boolean;
  readonly one_answer?: boolean;
}

function expectationOf(name: string): Case {
  const json = /```json\n(.*?)```/s.exec(readFileSync(join(folder, `${name}.expect.md`), 'utf8'))?.[1] ?? '';
  return JSON.parse(json);
}

let world: ThrowAway;
let root: ReadArticle;

beforeAll(async () => {
  world = await ThrowAway.start();
  const { article } = await world.post(
    `From: Ann <ann@rgtp.test>\nNewsgroups: ${ThrowAway.newsgroup}\nSubject: Root topic\n\nThe root.\n`,
  );
  if (article === undefined) throw new Error('no root');
  root = article;
});

afterAll(() => world.close());

function filled(file: string): Buffer {
  const text = readFileSync(join(folder, file), 'latin1')
    .replaceAll('@ROOT@', root.messageId)
    .replaceAll('@ROOTBARE@', root.messageId.slice(1, -1))
    .replaceAll('@NOW@', new Date().toUTCString());
  return Buffer.from(text, 'latin1');
}

test('all cases are there', () => {
  expect(names.length).toBeGreaterThanOrEqual(25);
});

test.each(names.filter((name) => !('rgtp' in expectationOf(name)) && !expectationOf(name).raw))('%s', async (name) => {
  const article = filled(`${name}.eml`);
  const sent = article
    .toString('utf8')
    .split(/\r?\n\r?\n/)
    .slice(1)
    .join('\n\n')
    .trimEnd();
  const posted = await world.post(article);
  check(expectationOf(name), posted, sent, root.headers.get('x-rgtp-item') ?? '');
});

test.each(names.filter((name) => 'rgtp' in expectationOf(name)))('%s', async (name) => {
  const { rgtp = '', reply_subject: subject } = expectationOf(name);
  const { board, client } = world;
  expect(await board.text('Ann', 'An item.')).toMatch(/^350/);
  board.write(`NEWI ${rgtp}\r\n`);
  const id = (await board.line())?.slice(4);
  expect(await board.line()).toMatch(/^220/);
  expect(await board.text('Ann', 'A reply.')).toMatch(/^350/);
  const reply = /^220 ([0-9A-F]{8})/.exec(await board.ask(`REPL ${id}`))?.[1] ?? '';
  const number = Number.parseInt(reply, 16);
  await client.ask(`GROUP ${ThrowAway.newsgroup}`);
  await expect.poll(() => client.ask(`STAT ${number}`)).toMatch(/^223/);
  const [, line] = await client.askAll(`HDR Subject ${number}`);
  expect(line).toBe(`${number} ${subject}`);
});

test.each(names.filter((name) => expectationOf(name).one_answer))('%s', async (name) => {
  const { client } = world;
  expect(await client.ask('POST')).toMatch(/^340/);
  client.send(filled(`${name}.txt`));
  expect(await client.line()).toMatch(/^(?:240|441) /);
  // Nothing of it was a command.
  expect(await client.ask('DATE')).toMatch(/^111 /);
});
