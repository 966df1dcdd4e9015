import { expect, test } from 'vitest';
import { ArticleMemory } from '../../src/nntp/connection/article-memory.ts';
import { defaultLimits } from '../../src/nntp/limits.ts';
import { play } from '../support/exchange.ts';
import { serve } from '../support/nntp-server.ts';
import { rfcWorld } from '../support/rfc-world.ts';

const HEAD = ['From: a@example.net', 'Newsgroups: misc.test', 'Subject: x', ''];
const ARTICLE = [...HEAD, 'x'.repeat(1000), '.'];

async function crowded() {
  const backend = rfcWorld();
  backend.guest = { read: true, post: true, loginHelps: true };
  // Room for one article under way; the buffer of a longer one doubles.
  const { connect } = await serve(backend, { limits: { articles: 2500 } });
  const slow = await connect();
  await play(slow, 'C: POST\nS: 340');
  slow.send(...HEAD, 'x'.repeat(2000));
  return { slow, second: await connect() };
}

test('all articles under way share one allowance', () => {
  const memory = new ArticleMemory({ ...defaultLimits, articles: 10 });
  expect([memory.take(6), memory.take(4), memory.take(1)]).toEqual([true, true, false]);
  memory.give(4);
  expect([memory.take(5), memory.take(4)]).toEqual([false, true]);
});

test('articles being received share one limit: one more is read to its end, and refused until there is room', async () => {
  const { slow, second } = await crowded();
  // Answered in order: the first client's text has arrived when the second begins.
  await expect
    .poll(async () => {
      await play(second, 'C: POST\nS: 340');
      second.send(...ARTICLE);
      return second.line();
    })
    .toBe('441 Too many articles are being posted; try again later');
  await play(second, 'C: IHAVE <feed@example.net>\nS: 335');
  second.send(...ARTICLE);
  expect(await second.line()).toMatch(/^436 /);
  slow.send('.');
  expect(await slow.line()).toMatch(/^240 /);
  await play(second, 'C: POST\nS: 340');
  second.send(...ARTICLE);
  expect(await second.line()).toMatch(/^240 /);
});

test('what a client that has gone was sending is forgotten', async () => {
  const { slow, second } = await crowded();
  slow.close();
  await expect
    .poll(async () => {
      await play(second, 'C: POST\nS: 340');
      second.send(...ARTICLE);
      return second.line();
    })
    .toMatch(/^240 /);
});

test.each(['\n.\n', '\r\n.\n', '\n.\r\n'])('an article goes on after %j: one answer (RFC 3977 §3.1.1)', async (end) => {
  const backend = rfcWorld();
  backend.guest = { read: true, post: true, loginHelps: true };
  const { connect } = await serve(backend);
  const client = await connect();
  await play(client, 'C: POST\nS: 340');
  client.send(...HEAD, Buffer.from(`one${end}DATE\r\ntwo\r\n.\r\n`));
  expect(await client.line()).toMatch(/^240 /);
  expect(await client.ask('QUIT')).toMatch(/^205 /);
});
