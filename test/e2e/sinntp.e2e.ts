import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { giveInput } from '../support/child-input.ts';
import { boardPost } from './board-text.ts';
import { present } from './clients.ts';
import type { Daemon } from './daemon.ts';
import { known } from './known.ts';
import { highest, newest } from './posted.ts';
import { expectedArticles, sampleBoard } from './sample-board.ts';
import { befalls, domain, newsgroup, sampleDaemon, TROUBLES } from './sample-daemon.ts';
import { annsHead, stored, subjectOf, text, written } from './written.ts';

const ann = 'ann@rgtp.test';
const head = annsHead(newsgroup);
const expected = [...expectedArticles(newsgroup, domain).values()]
  .filter((a) => a.newsgroups.includes(newsgroup))
  .toSorted((a, b) => a.number - b.number);

describe.skipIf(!present('sinntp', 'nntp-pull'))('sinntp', () => {
  const client = known({
    name: 'sinntp',
    kind: 'tool',
    version: 'sinntp',
    quirks: ['Asks with STAT, ARTICLE and NEXT for each article; `--limit` keeps the first time short. No TLS.'],
  });
  const home = mkdtempSync(join(tmpdir(), 'sinntp-'));
  let daemon: Daemon;
  let rgtp: number;
  beforeAll(async () => {
    ({ daemon, rgtp } = await sampleDaemon());
  });
  afterAll(async () => {
    rmSync(home, { recursive: true, force: true });
    await daemon[Symbol.asyncDispose]();
  });

  /** One of its commands: what it prints. */
  function sinntp(command: string, args: readonly string[], input?: string, user = ann): Promise<string> {
    const login = ['--no-netrc', '-S', `127.0.0.1:${daemon.port}`, '-U', user, '-P', sampleBoard.users[user] ?? ''];
    const env = { ...process.env, HOME: home, XDG_DATA_HOME: home, LC_ALL: 'C.UTF-8' };
    return new Promise((resolve, reject) => {
      const options = { cwd: home, env, maxBuffer: 1 << 26 };
      const child = execFile(`nntp-${command}`, [...login, ...args], options, (error, stdout, stderr) => {
        if (error) reject(new Error(stderr));
        else resolve(stdout);
      });
      giveInput(child, input ?? '');
    });
  }

  /** The Message-IDs in its mailbox. */
  const pulled = () =>
    [...readFileSync(join(home, newsgroup), 'utf8').matchAll(/^Message-ID: (.*)$/gim)].map(([, id]) => id);

  client.can(
    ['list', 'thread', 'read', 'log in'],
    'lists, gets an article, pulls a newsgroup into a mailbox',
    async () => {
      expect((await sinntp('list', [])).split('\n').filter(Boolean).toSorted()).toEqual([
        newsgroup,
        `${newsgroup}.edits`,
        `${newsgroup}.motd`,
      ]);
      const continued = expected.find(({ kind }) => kind === 'C');
      const article = await sinntp('get', [continued?.messageId ?? '']);
      expect(article.slice(article.indexOf('\n\n') + 2)).toBe(continued?.body?.replaceAll('\r\n', '\n'));
      expect(article).toContain(`References: ${continued?.references?.join(' ')}`);
      // Its mailbox costs it more than the whole board costs the bridge: the last articles are enough.
      await sinntp('pull', ['--limit', '200', newsgroup]);
      const { number: high = 0 } = expected.at(-1) ?? {};
      const last = expected.filter(({ number }) => number > high - 200);
      expect(pulled()).toEqual(last.map(({ messageId }) => messageId));
    },
  );

  client.can(
    ['post', 'reply', 'cancel', 'follow'],
    'pushes an item and a reply; the board has them exactly; an editor cancels',
    async () => {
      const before = await highest(daemon);
      const title = 'An item by “sinntp” – naïve';
      const article = (...lines: string[]) => `${lines.join('\n')}\n`;
      await sinntp('push', [], article(...head, subjectOf(title), '', ...written('sinntp')));
      const item = await newest(daemon, before);
      const itemId = item.headers.get('x-rgtp-item') ?? '';
      const there = await boardPost(rgtp, itemId, item.headers.get('x-rgtp-sequence') ?? '');
      expect(text(there.heading)).toContain(`Subject: ${title}`);
      expect(text(there.lines)).toBe(stored('sinntp').join('\n'));

      const references = `References: ${item.messageId}`;
      await sinntp('push', [], article(...head, subjectOf(title, 'Re: '), references, '', ...written('a reply')));
      const reply = await newest(daemon, item.number);
      expect(reply.references).toBe(item.messageId);
      const replied = await boardPost(rgtp, itemId, reply.headers.get('x-rgtp-sequence') ?? '');
      expect(text(replied.lines)).toBe(stored('a reply').join('\n'));

      // What came since the last time, and nothing twice.
      const had = pulled();
      await sinntp('pull', [newsgroup]);
      expect(pulled()).toEqual([...had, item.messageId, reply.messageId]);

      const cancel = article(...head, 'Subject: cancel', `Control: cancel ${item.messageId}`, '', 'Cancelled.');
      await expect(sinntp('push', [], cancel)).rejects.toThrow(/441/);
      expect(await sinntp('get', [item.messageId])).toContain(item.messageId);
      await sinntp('push', [], cancel, 'ed@rgtp.test');
      await expect(sinntp('get', [item.messageId])).rejects.toThrow(/430/);
      await expect(boardPost(rgtp, itemId, '')).rejects.toThrow(/410/);
    },
  );

  client.can('return', 'pulls nothing again after a restart, kill -9 and the loss of the cache', async () => {
    const before = pulled();
    for (const trouble of TROUBLES) {
      await befalls(daemon, trouble);
      await sinntp('pull', [newsgroup]);
      expect(pulled(), trouble).toEqual(before);
    }
  });
});
