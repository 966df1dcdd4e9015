import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NntpClient } from '../support/nntp-client.ts';
import type { Daemon } from './daemon.ts';
import { decodeWords, parseMailbox, splitArticle } from './headers.ts';
import { type ExpectedArticle, expectedArticles } from './sample-board.ts';
import { domain, newsgroup, remoteDaemon, sampleDaemon } from './sample-daemon.ts';

const expected = expectedArticles(newsgroup, domain);
const newsgroups = [newsgroup, `${newsgroup}.motd`, `${newsgroup}.edits`];
const inGroup = (name: string) => [...expected.values()].filter((article) => article.newsgroups.includes(name));

/** Many commands at once, as leafnode and suck do: their answers, in order. */
async function pipelined(client: NntpClient, commands: readonly string[], blocks: boolean): Promise<string[][]> {
  const answers: string[][] = [];
  for (let at = 0; at < commands.length; at += 100) {
    const batch = commands.slice(at, at + 100);
    client.send(...batch);
    for (const command of batch) {
      const status = await client.line();
      if (!status.startsWith('2')) throw new Error(`${command}: ${status}`);
      answers.push(blocks ? [status, ...(await client.block())] : [status]);
    }
  }
  return answers;
}

/** An article in the terms of the expectation, strictly parsed. */
function seen(status: string, lines: readonly string[]) {
  const { headers, body } = splitArticle(lines);
  const header = (name: string) => headers.get(name) ?? '';
  const date = header('date');
  expect(date).toMatch(/^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (\+0000|GMT)$/);
  return {
    number: Number(status.split(' ')[1]),
    messageId: header('message-id'),
    newsgroups: header('newsgroups').split(','),
    subject: decodeWords(header('subject')),
    rawFrom: header('from'),
    from: parseMailbox(header('from')),
    date: Date.parse(date) / 1000,
    references: header('references') === '' ? [] : header('references').split(/ +/),
    path: header('path'),
    xref: header('xref'),
    item: headers.get('x-rgtp-item'),
    sequence: headers.get('x-rgtp-sequence'),
    continuedIn: headers.get('x-rgtp-continued-in'),
    mime: [header('mime-version'), header('content-type').toLowerCase(), header('content-transfer-encoding')],
    // Fatal: the body is UTF-8 or the test fails here.
    body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(body, 'latin1')),
  };
}

/** TAB and blank are one in a header; a reply to `Re: …` may do without a second `Re: `. */
const headerText = (text: string) => text.replaceAll('\t', ' ').replace(/^Re: Re: /, 'Re: ');

function compare(article: ReturnType<typeof seen>, wanted: ExpectedArticle): void {
  const about = `article ${wanted.number}`;
  expect(article.number, about).toBe(wanted.number);
  expect(article.newsgroups.toSorted(), about).toEqual(wanted.newsgroups.toSorted());
  expect(article.messageId, about).toMatch(/^<[!-=?-~]+@[!-=?-~]+>$/);
  if (wanted.messageId !== undefined) expect(article.messageId, about).toBe(wanted.messageId);
  if (wanted.subject !== undefined) expect(headerText(article.subject), about).toBe(headerText(wanted.subject));
  if (wanted.from !== undefined) {
    const { name, address } = wanted.from;
    expect({ ...article.from, name: headerText(article.from.name) }, about).toEqual({
      name: headerText(name),
      address,
    });
  }
  expect(article.date, about).toBeGreaterThanOrEqual(wanted.date[0]);
  expect(article.date, about).toBeLessThanOrEqual(wanted.date[1]);
  if (wanted.references !== undefined) expect(article.references, about).toEqual(wanted.references);
  if (wanted.body !== undefined) expect(article.body, about).toBe(wanted.body);
  for (const text of wanted.mentions) expect(article.body, about).toContain(text);
  expect(article.item, about).toBe(wanted.item);
  expect(Number.parseInt(article.sequence ?? '', 16), about).toBe(wanted.number);
  if (wanted.kind !== 'E') expect(article.continuedIn, about).toBe(wanted.continuedIn);
  expect(article.path, about).toBe('news.example!not-for-mail');
  expect(article.xref.split(' ').slice(1).toSorted(), about).toEqual(
    wanted.newsgroups.map((name) => `${name}:${wanted.number}`).toSorted(),
  );
  expect(article.mime, about).toEqual(['1.0', 'text/plain; charset=utf-8', '8bit']);
}

describe('every event of the sample board, read over the wire', () => {
  const bridges = new Map<string, Daemon>();
  beforeAll(async () => {
    const { daemon, rgtp } = await sampleDaemon();
    bridges.set('embedded', daemon);
    bridges.set('remote', await remoteDaemon(rgtp));
  });
  afterAll(() => Promise.all([...bridges.values()].map((daemon) => daemon[Symbol.asyncDispose]())));

  async function client(bridge: string): Promise<NntpClient> {
    const daemon = bridges.get(bridge);
    if (daemon === undefined) throw new Error(`no bridge: ${bridge}`);
    return daemon.client();
  }

  describe.each(['embedded', 'remote'])('through a bridge whose board is %s', (bridge) => {
    it.each(newsgroups)('is one article in %s, as the mapping says; none is missing, none invented', async (name) => {
      const wanted = inGroup(name);
      const news = await client(bridge);
      const [code, count, low, high] = (await news.ask(`GROUP ${name}`)).split(' ').map(Number);
      expect([code, count, low]).toEqual([211, wanted.length, wanted[0]?.number]);
      expect(high).toBeGreaterThanOrEqual(wanted.at(-1)?.number ?? 0);

      const listed = await news.list(`LISTGROUP ${name}`, '211');
      expect(listed.map(Number)).toEqual(wanted.map(({ number }) => number));

      const answers = await pipelined(
        news,
        listed.map((number) => `ARTICLE ${number}`),
        true,
      );
      const articles = answers.map(([status = '', ...lines]) => ({ ...seen(status, lines), lines }));
      for (const [at, article] of articles.entries()) {
        const want = wanted[at];
        if (want !== undefined) compare(article, want);
      }
      expect(new Set(articles.map(({ messageId }) => messageId)).size).toBe(wanted.length);

      // The overview says the same as the articles do, and its sizes are those of the articles.
      const overview = await news.list(`OVER 1-${high}`, '224');
      expect(overview).toHaveLength(wanted.length);
      for (const [at, line] of overview.entries()) {
        const article = articles[at];
        const [number, subject, from, , messageId, references, bytes, lines, xref] = line.split('\t');
        expect(Number(number)).toBe(article?.number);
        expect(headerText(decodeWords(subject ?? ''))).toBe(headerText(article?.subject ?? ''));
        expect([from, messageId, references]).toEqual([
          article?.rawFrom,
          article?.messageId,
          article?.references.join(' '),
        ]);
        expect(xref).toBe(`Xref: ${article?.xref}`);
        const end = article?.lines.indexOf('') ?? 0;
        expect(Number(lines), line).toBe((article?.lines.length ?? 0) - end - 1);
        expect(Number(bytes), line).toBe(article?.lines.reduce((sum, text) => sum + text.length + 2, 0));
      }

      // Every Message-ID finds its article.
      const stats = await pipelined(
        news,
        articles.map(({ messageId }) => `STAT ${messageId}`),
        false,
      );
      expect(stats.map(([status]) => status?.split(' ')[2])).toEqual(articles.map(({ messageId }) => messageId));
      news.quit();
    });

    it('has nothing where a withdrawn item was', async () => {
      const news = await client(bridge);
      await news.ask(`GROUP ${newsgroup}`);
      for (const number of [88, 304, 752]) expect(await news.ask(`STAT ${number}`)).toMatch(/^423 /);
      expect(await news.ask(`ARTICLE <O1050542.00000130@${domain}>`)).toMatch(/^430 /);
      news.quit();
    });

    it('has every reference that an article makes', async () => {
      const news = await client(bridge);
      const references = new Set([...expected.values()].flatMap((article) => article.references ?? []));
      await pipelined(
        news,
        [...references].map((id) => `STAT ${id}`),
        false,
      );
      news.quit();
    });
  });

  it('is the same, byte for byte, through both', async () => {
    const texts: string[][] = [];
    for (const bridge of bridges.keys()) {
      const news = await client(bridge);
      const lines: string[] = [];
      for (const name of newsgroups) {
        const listed = await news.list(`LISTGROUP ${name}`, '211');
        lines.push(
          ...(
            await pipelined(
              news,
              listed.map((number) => `ARTICLE ${number}`),
              true,
            )
          ).flat(),
        );
      }
      texts.push(lines);
      news.quit();
    }
    expect(texts[0]).toEqual(texts[1]);
  });
});
