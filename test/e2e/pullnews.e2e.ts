import { afterAll, beforeAll, describe, expect } from 'vitest';
import { present, unpacked, unpackedVersion } from './clients.ts';
import { splitArticle } from './headers.ts';
import { Inn } from './inn.ts';
import { known } from './known.ts';
import { expectedArticles, sampleBoard } from './sample-board.ts';
import { befalls, domain, newsgroup, secureDaemon, TROUBLES } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { mime, octets, text, written } from './written.ts';

const user = 'ann@rgtp.test';
const secret = sampleBoard.users[user] ?? '';
/**
 * pullnews waits 40 ms for each article that it hands to innd: the last ones, with a continued item among them, are
 * enough.
 */
const FROM = 3050;
const expected = [...expectedArticles(newsgroup, domain).values()].filter(
  ({ newsgroups, number }) => newsgroups.includes(newsgroup) && number > FROM,
);

describe.skipIf(!present('pullnews', unpacked('usr/lib/news/bin/innd')))("INN's pullnews, into innd", () => {
  const client = known({
    name: 'pullnews',
    kind: 'tool',
    version: () => unpackedVersion('inn2'),
    quirks: ['Takes 40 ms to hand each article to innd.'],
  });
  let inn: Inn;
  const board = serving(secureDaemon);
  beforeAll(async () => {
    inn = await Inn.start(newsgroup);
  });
  afterAll(async () => {
    await inn[Symbol.asyncDispose]();
  });

  client.can(['read', 'log in'], 'innd takes everything, as it is', async () => {
    const said = await inn.pull(`127.0.0.1:${board().daemon.port} ${user} ${secret}`, `    ${newsgroup} 0 ${FROM}`);
    expect(said).toContain(`${expected.length} articles were accepted`);
    const stored = inn.stored(newsgroup);
    expect(stored.size).toBe(expected.length);
    for (const { messageId = '', body } of expected) {
      const article = stored.get(messageId) ?? [];
      const blank = article.indexOf('');
      if (body !== undefined)
        expect(text(article.slice(blank + 1))).toBe(body.replaceAll('\r\n', '\n').replace(/\n$/, ''));
    }
    expect(expected.map(({ kind }) => kind)).toContain('C');
  });

  client.can('thread', 'a reader of INN sees the thread', async () => {
    const reader = await inn.client();
    for (const { messageId = '', kind, references } of expected) {
      if (kind !== 'C') continue;
      const { headers } = splitArticle(await reader.list(`ARTICLE ${messageId}`, '220'));
      expect(headers.get('references')).toBe(references?.join(' '));
      expect(headers.get('path')).toMatch(/^inn\.rgtp-nntp\.net!.*news\.example!not-for-mail$/);
    }
    reader.quit();
  });

  client.can(
    ['follow', 'return'],
    'fetches what is new, once; nothing again after a restart, kill -9 and the loss of the cache',
    async () => {
      const news = await board().daemon.client();
      await news.login(user, secret);
      const headers = [
        `From: Ann <${user}>`,
        `Newsgroups: ${newsgroup}`,
        'Subject: New',
        'Message-ID: <new@x.example>',
      ];
      expect(await news.post([...headers, ...mime, '', ...written('new').map(octets)])).toMatch(/^240/);
      news.quit();
      expect(await inn.pullOn()).toContain('1 article was accepted');
      const article = inn.stored(newsgroup).get('<new@x.example>') ?? [];
      expect(text(article.slice(article.indexOf('') + 1))).toBe(written('new').join('\n'));

      for (const trouble of TROUBLES) {
        await befalls(board().daemon, trouble);
        expect(await inn.pullOn(), trouble).toContain('0 articles were offered');
      }
    },
  );

  client.can(['NNTPS', 'STARTTLS'], 'over TLS: NNTPS and STARTTLS', async () => {
    const last = `    ${newsgroup} 0 3216`;
    for (const server of [`127.0.0.1:${board().tlsPort}_TLS`, `127.0.0.1:${board().daemon.port}_STARTTLS`]) {
      const said = await inn.pull(`${server} ${user} ${secret}`, last);
      expect(said).toMatch(/2 articles were offered/);
    }
  });
});
