import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { boardPost } from './board-text.ts';
import { present, unpacked, unpackedVersion } from './clients.ts';
import type { Daemon } from './daemon.ts';
import { splitArticle } from './headers.ts';
import { known } from './known.ts';
import { Leafnode } from './leafnode.ts';
import { highest, newest } from './posted.ts';
import { expectedArticles, sampleBoard } from './sample-board.ts';
import { befalls, domain, newsgroup, sampleDaemon, TROUBLES } from './sample-daemon.ts';
import { annsHead, octets, stored, text, written } from './written.ts';

const user = 'ann@rgtp.test';
const secretOf = (name: string) => sampleBoard.users[name] ?? '';

describe.skipIf(!present('leafnode', unpacked('usr/sbin/fetchnews')))('leafnode', () => {
  const client = known({
    name: 'leafnode',
    kind: 'tool',
    version: () => unpackedVersion('leafnode'),
    quirks: ['Fetches nothing older than `maxage`, 10 days by default. No TLS.'],
  });
  let daemon: Daemon;
  let rgtp: number;
  let leafnode: Leafnode;
  beforeAll(async () => {
    ({ daemon, rgtp } = await sampleDaemon());
    leafnode = new Leafnode(daemon.port, user, secretOf(user));
  });
  afterAll(async () => {
    await leafnode[Symbol.asyncDispose]();
    await daemon[Symbol.asyncDispose]();
  });

  /** Posts through leafnode's own news server, as a newsreader would, and lets leafnode pass it on. */
  async function post(headers: readonly string[], body: readonly string[]): Promise<string> {
    const news = await leafnode.client();
    expect(await news.post([...headers, '', ...body].map(octets))).toMatch(/^240/);
    news.quit();
    return leafnode.fetch();
  }
  const head = annsHead(newsgroup);

  client.can(
    ['subscribe', 'list', 'thread', 'read', 'log in'],
    'fetches a newsgroup whole, and serves it',
    async () => {
      await leafnode.fetch();
      leafnode.subscribe(newsgroup);
      await leafnode.fetch();
      const fetched = leafnode.stored(newsgroup);
      const expected = [...expectedArticles(newsgroup, domain).values()].filter((a) =>
        a.newsgroups.includes(newsgroup),
      );
      expect([...fetched.keys()].filter((id) => !id.includes('@leaf.'))).toHaveLength(expected.length);
      for (const { messageId = '', body } of expected) {
        const article = fetched.get(messageId);
        expect(article, messageId).toBeDefined();
        if (body !== undefined) expect(article?.slice(article.indexOf('\n\n') + 2)).toBe(body.replaceAll('\r\n', '\n'));
      }
      const news = await leafnode.client();
      // A continued item, from leafnode's own spool.
      const id = `<O0661450.00000032@${domain}>`;
      const { headers, body } = splitArticle(await news.list(`ARTICLE ${id}`, '220'));
      expect(headers.get('references')).toBe(`<O0631408.0000000C@${domain}>`);
      expect(Buffer.from(body, 'latin1').toString('utf8')).toContain("« Voilà », dit l'élève.");
      news.quit();
    },
  );

  client.can(['post', 'reply', 'cancel'], 'posts an item and a reply; the board has them exactly', async () => {
    const before = await highest(daemon);
    const title = 'An item “through” leafnode – naïve';
    const subject = `Subject: =?utf-8?B?${Buffer.from(title).toString('base64')}?=`;
    expect(await post([...head, subject], written('leafnode'))).toContain('1 article posted');
    const item = await newest(daemon, before);
    expect(item.subject).toBe(title);
    expect(item.from).toEqual({ name: 'Ann at the back', address: user });
    const itemId = item.headers.get('x-rgtp-item') ?? '';
    const there = await boardPost(rgtp, itemId, item.headers.get('x-rgtp-sequence') ?? '');
    expect(text(there.lines)).toBe(stored('leafnode').join('\n'));
    expect(text(there.heading)).toContain(title);

    await post([...head, subject.replace(': ', ': Re: '), `References: ${item.messageId}`], written('a reply'));
    const reply = await newest(daemon, item.number);
    expect(reply.references).toBe(item.messageId);
    const replied = await boardPost(rgtp, itemId, reply.headers.get('x-rgtp-sequence') ?? '');
    expect(text(replied.lines)).toBe(stored('a reply').join('\n'));
    // Both come back under the Message-IDs that leafnode has them under: once.
    const ids = [...leafnode.stored(newsgroup).keys()];
    expect(ids).toContain(item.messageId);
    expect(ids).toContain(reply.messageId);
    expect(new Set(ids).size).toBe(ids.length);

    const cancel = [...head, `Subject: cmsg cancel ${item.messageId}`, `Control: cancel ${item.messageId}`];
    await post(cancel, ['Cancelled.']);
    const failed = readdirSync(leafnode.spool('failed.postings'));
    expect(failed.map((name) => readFileSync(leafnode.spool('failed.postings', name), 'utf8'))).toEqual([
      expect.stringContaining(`Control: cancel ${item.messageId}`),
    ]);
    expect((await boardPost(rgtp, itemId, item.headers.get('x-rgtp-sequence') ?? '')).lines).not.toEqual([]);
    leafnode.login('ed@rgtp.test', secretOf('ed@rgtp.test'));
    expect(await post(cancel, ['Cancelled.'])).toContain('1 article posted');
    await expect(boardPost(rgtp, itemId, '')).rejects.toThrow(/410/);
    leafnode.login(user, secretOf(user));
  });

  client.can(
    ['return', 'follow'],
    'fetches nothing again, and loses nothing, after a restart, kill -9 and the loss of the cache',
    async () => {
      await leafnode.fetch();
      const before = leafnode.stored(newsgroup);
      for (const trouble of TROUBLES) {
        await befalls(daemon, trouble);
        expect(await leafnode.fetch(), trouble).toContain(`${newsgroup}: no new articles`);
        expect(leafnode.stored(newsgroup)).toEqual(before);
      }
      const other = await daemon.client();
      await other.login(user, secretOf(user));
      expect(await other.post([...head.slice(0, 2), 'Subject: News', 'Message-ID: <n@x.example>', '', 'New.'])).toMatch(
        /^240/,
      );
      other.quit();
      await leafnode.fetch();
      expect([...leafnode.stored(newsgroup).keys()].filter((id) => !before.has(id))).toEqual(['<n@x.example>']);
    },
  );
});
