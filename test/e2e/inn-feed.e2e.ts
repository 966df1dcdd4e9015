import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RgtpConnection } from '../../src/rgtp/client/connection.ts';
import { latin1, octets } from '../../src/wire/octets.ts';
import type { NntpClient } from '../support/nntp-client.ts';
import { present, unpacked } from './clients.ts';
import { decodeWords, splitArticle } from './headers.ts';
import { InnAndBridge, page } from './inn-and-bridge.ts';
import { commandsOfPage } from './inn-page.ts';
import { expectedArticles, sampleBoard } from './sample-board.ts';
import { until } from './until.ts';
import { mime, octets as octetsOf, text, written } from './written.ts';

/** Articles in the newsgroup on both sides at the end, and how many of them are posted on INN. */
const ARTICLES = Number(process.env['FEED_ARTICLES'] ?? 10_000);
const POSTED_ON_INN = ARTICLES / 10;
const POSTED_IN_THE_DARK = 50;
/** ms: on a busy machine everything takes long */
const PATIENCE = 200_000;
const ON_THE_BOARD = ARTICLES - POSTED_ON_INN - POSTED_IN_THE_DARK;

const { newsgroup } = page;
/** articles of the sample board's own in the newsgroup */
const SAMPLE = [...expectedArticles(newsgroup, page.bridge).values()].filter(({ newsgroups }) =>
  newsgroups.includes(newsgroup),
).length;
const editor = 'ed@rgtp.test';
const writer = 'ann@rgtp.test';

describe.skipIf(!present('INN', unpacked('usr/lib/news/bin/innfeed'), 'root'))('INN as a peer', () => {
  let both: InnAndBridge;
  beforeAll(async () => {
    both = await InnAndBridge.open(fillBoard);
  });
  afterAll(() => both[Symbol.asyncDispose]());

  /** Waits until both have so many articles, the same. */
  async function bothHave(count: number): Promise<void> {
    const [here, there] = await until(
      async () => {
        const lists = [await both.here(), await both.there()] as const;
        return lists.every(({ size }) => size >= count) && lists;
      },
      `${count} articles`,
      PATIENCE,
    );
    expect(here.size).toBe(count);
    expect(there).toEqual(here);
  }

  it('the board’s articles are on INN, each once, though the network is cut and both are killed in mid-stream', async () => {
    let recovered = Promise.resolve();
    both.toInn.cutAfter(500, 'TAKETHIS');
    both.toInn.after(1000, 'TAKETHIS', () => {
      // Not in the middle of an article: innd writes its overview and its history one after the other, and killed in
      // between it takes the article a second time.
      const throttled = both.inn.shell('ctlinnd throttle killed');
      recovered = throttled.then(() => both.inn.kill()).then(() => both.inn.start());
    });
    both.toInn.after(2000, 'TAKETHIS', () => {
      recovered = both.daemon.stop('SIGKILL').then(() => both.daemon.start());
    });
    await until(() => both.toInn.pending === 0, 'all that happens', PATIENCE);
    await recovered;
    await bothHave(ON_THE_BOARD);
  });

  it('INN refuses nothing of what a board has: items, replies, continuations, notices, messages of the day', async () => {
    for (const name of [`${newsgroup}.motd`, `${newsgroup}.edits`]) {
      const here = await both.here(name);
      const there = await until(
        async () => {
          const list = await both.there(name);
          return list.size >= here.size && list;
        },
        name,
        PATIENCE,
      );
      expect(there).toEqual(here);
      expect(here.size).toBeGreaterThan(0);
    }
    expect(both.daemon.output).not.toContain('a peer refused an article');
    const stored = both.inn.stored(newsgroup);
    const kinds = new Set<string>();
    for (const { messageId = '', body, kind, newsgroups } of expectedArticles(newsgroup, page.bridge).values()) {
      if (body === undefined || !newsgroups.includes(newsgroup)) continue;
      kinds.add(kind);
      const article = stored.get(messageId) ?? [];
      expect(text(article.slice(article.indexOf('') + 1)), messageId).toBe(
        body.replaceAll('\r\n', '\n').replace(/\n$/, ''),
      );
    }
    expect([...kinds].sort()).toEqual(['C', 'I', 'R']);
  });

  it('INN’s articles are on the board, each once, though the network is cut and both are killed in mid-stream', async () => {
    let recovered = Promise.resolve();
    both.toBridge.cutAfter(POSTED_ON_INN / 10, 'IHAVE');
    both.toBridge.after(POSTED_ON_INN / 5, 'IHAVE', () => {
      recovered = both.daemon.stop('SIGKILL').then(() => both.daemon.start());
    });
    both.toBridge.after(POSTED_ON_INN / 5, 'IHAVE', () => {
      recovered = both.inn.kill().then(() => both.inn.start());
    });
    const reader = await both.inn.client();
    await postOnInn(reader, 'inn', POSTED_ON_INN);
    reader.quit();
    await until(() => both.toBridge.pending === 0, 'all that happens', PATIENCE);
    await recovered;
    await bothHave(ON_THE_BOARD + POSTED_ON_INN);
  });

  it('what innfeed lost when the power went is offered again by innxmit', async () => {
    both.inn.signalInnfeed('SIGSTOP');
    const reader = await both.inn.client();
    await postOnInn(reader, 'dark', POSTED_IN_THE_DARK);
    reader.quit();
    await both.inn.kill();
    both.inn.signalInnfeed('SIGKILL');
    await both.inn.start();
    expect((await both.here()).size).toBe(ON_THE_BOARD + POSTED_ON_INN);
    for (const command of commandsOfPage('again')) await both.inn.shell(command);
    await bothHave(ARTICLES);
  });

  it('a thread grows on both sides within seconds; what an editor withdraws is gone on both', async () => {
    const [ours, theirs, editors] = [await both.daemon.client(), await both.inn.client(), await both.daemon.client()];
    expect(await ours.login(writer, sampleBoard.users[writer] ?? '')).toMatch(/^281/);
    expect(await editors.login(editor, sampleBoard.users[editor] ?? '')).toMatch(/^281/);
    const ids: string[] = [];
    const subject = `=?utf-8?B?${Buffer.from('“Łódź” – naïve').toString('base64')}?=`;
    const old = Array.from({ length: 15 }, (_, n) => `<${n}.gone.long.ago@an.old.client.example>`);
    const say = async (client: NntpClient) => {
      const id = `<${ids.length}.thread@client.example>`;
      const follows = ids.length === 0 ? [] : [`References: ${[ids[0], ...old, ...ids.slice(1)].join('\r\n ')}`];
      const head = [`From: Ann <${writer}>`, `Newsgroups: ${newsgroup}`, `Message-ID: ${id}`];
      const line = `Subject: ${ids.length === 0 ? '' : 'Re: '}${subject}`;
      expect(await client.post([...head, line, ...follows, ...mime, '', ...written(id).map(octetsOf)])).toMatch(/^240/);
      ids.push(id);
      for (const reader of [ours, theirs])
        await until(async () => (await reader.ask(`STAT ${id}`)).startsWith('223'), `${id} on both`, PATIENCE);
    };
    for (const client of [ours, theirs, ours, theirs]) await say(client);
    for (const id of ids) {
      const board = splitArticle(await ours.list(`ARTICLE ${id}`, '220'));
      const inn = splitArticle(await theirs.list(`ARTICLE ${id}`, '220'));
      expect(inn.headers.get('references')).toBe(board.headers.get('references'));
      expect(decodeWords(inn.headers.get('subject') ?? '')).toBe(decodeWords(board.headers.get('subject') ?? ''));
      expect(text(inn.body.split('\r\n')).trimEnd()).toBe(text(board.body.split('\r\n')).trimEnd());
    }
    const head = [`From: Ed <${editor}>`, `Newsgroups: ${newsgroup}`, 'Subject: cancel'];
    expect(await editors.post([...head, `Control: cancel ${ids[0]}`, '', 'Off topic.'])).toMatch(/^240/);
    for (const id of ids) {
      expect(await ours.ask(`STAT ${id}`)).toMatch(/^430/);
      await until(async () => (await theirs.ask(`STAT ${id}`)).startsWith('430'), `${id} gone on INN`, PATIENCE);
    }
    expect(both.daemon.output).not.toContain('a peer refused an article');
    for (const client of [ours, theirs, editors]) client.quit();
  });

  it('an editor’s new text supersedes the old one on INN, where the peer is to have that', async () => {
    await both.feedWith({ supersedes: true });
    const [theirs, editors] = [await both.inn.client(), await both.daemon.client()];
    expect(await editors.login(editor, sampleBoard.users[editor] ?? '')).toMatch(/^281/);
    const head = [`From: Ed <${editor}>`, `Newsgroups: ${newsgroup}`, 'Subject: Minutes'];
    const id = '<minutes@client.example>';
    expect(await editors.post([...head, `Message-ID: ${id}`, '', 'The wrong text.'])).toMatch(/^240/);
    await until(async () => (await theirs.ask(`STAT ${id}`)).startsWith('223'), 'the old text on INN', PATIENCE);
    const amended = [...head, `Supersedes: ${id}`, 'X-RGTP-Reason: Wrong', '', 'The right text.'];
    expect(await editors.post(amended)).toMatch(/^240/);
    await until(async () => (await theirs.ask(`STAT ${id}`)).startsWith('430'), 'the old text gone', PATIENCE);
    const revised = () => [...both.inn.stored(newsgroup).values()].find((lines) => lines.includes(`Supersedes: ${id}`));
    await until(() => revised() !== undefined, 'the new text on INN', PATIENCE);
    expect(revised()).toContain('The right text.');
    expect(both.daemon.output).not.toContain('a peer refused an article');
    for (const client of [theirs, editors]) client.quit();
  });

  it.skipIf(!present('lynx', 'lynx'))('a newsreader shows on INN what the board has', async () => {
    const articles = [...expectedArticles(newsgroup, page.bridge).values()];
    const one = articles.find(
      ({ body, newsgroups }) => newsgroups.includes(newsgroup) && /^[ -~]{40}/.test(body ?? ''),
    );
    const url = `news://127.0.0.1:${both.inn.port}/${one?.messageId?.slice(1, -1)}`;
    const { stdout } = await promisify(execFile)('lynx', ['-dump', '-nolist', url], {
      env: { ...process.env, TERM: 'dumb' },
    });
    expect(stdout.replace(/\s+/g, ' ')).toContain(one?.body?.split('\r\n')[0]?.replace(/\s+/g, ' ').trim());
  });

  it('doctor finds that INN takes articles', async () => {
    const found = await both.daemon.command('doctor').catch((error: { readonly stdout: string }) => error.stdout);
    expect(found).toMatch(/peer inn\.example\.net at \S+ takes articles, streamed/);
  });
});

/** Items, beside those of the sample, by RGTP. */
async function fillBoard(port: number): Promise<void> {
  const secret = Buffer.from(sampleBoard.users[writer] ?? '', 'hex');
  let next = SAMPLE;
  const poster = async () => {
    const connection = await RgtpConnection.open({ host: '127.0.0.1', port, user: latin1(writer), secret });
    for (let n = next++; n < ON_THE_BOARD; n = next++) {
      await connection.data(octets`Ann`, [octets`Text of ${n}`]);
      await connection.newItem(octets`Number ${n}`);
    }
    await connection.close();
  };
  await Promise.all(Array.from({ length: 8 }, poster));
}

/** Threads of five articles. */
async function postOnInn(client: NntpClient, name: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const root = n - (n % 5);
    const article = [
      'From: Bob <bob@example.net>',
      `Newsgroups: ${newsgroup}`,
      `Subject: ${n === root ? '' : 'Re: '}Number ${root}`,
      `Message-ID: <${n}.${name}@client.example>`,
      ...(n === root ? [] : [`References: <${root}.${name}@client.example>`]),
      '',
      `Article ${n}`,
    ];
    expect(await client.post(article)).toMatch(/^240/);
  }
}
