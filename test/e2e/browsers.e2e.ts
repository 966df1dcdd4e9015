import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { present } from './clients.ts';
import type { Daemon } from './daemon.ts';
import { known } from './known.ts';
import { Person } from './person.ts';
import { postsMeanwhile } from './posted.ts';
import { expectedArticles } from './sample-board.ts';
import { certificate, domain, newsgroup, secureDaemon } from './sample-daemon.ts';

const articles = expectedArticles(newsgroup, domain);

/** What a page says, however it is broken into lines. */
const words = (page: string) => page.replace(/\s+/g, ' ');

/**
 * Web browsers in a terminal that read news: each page with a call of its own, as a person who follows links sees it.
 */
describe('web browsers that read news', () => {
  let daemon: Daemon;
  let tlsPort: number;
  beforeAll(async () => {
    ({ daemon, tlsPort } = await secureDaemon());
  });
  afterAll(() => daemon[Symbol.asyncDispose]());

  async function page(
    program: string,
    options: readonly string[],
    scheme: string,
    path: string,
    port = daemon.port,
  ): Promise<string> {
    using person = new Person();
    const url = `${scheme}://127.0.0.1:${port}/${path}`;
    const locale = { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TERM: 'dumb' };
    const env = { ...process.env, ...locale, HOME: person.home, SSL_CERT_FILE: certificate };
    const { stdout } = await promisify(execFile)(program, [...options, url], { env, maxBuffer: 1 << 24 });
    return words(stdout);
  }

  /** An article whose text is not ASCII, and one whose author is not. */
  const [accents] = [...articles.values()].filter(({ body }) => body?.includes("« Voilà », dit l'élève."));
  const [author] = [...articles.values()].filter(({ from, number }) => from?.name === 'Naïve résumé' && number > 3100);

  describe.skipIf(!present('lynx', 'lynx'))('lynx', () => {
    const lynx = known({
      name: 'lynx',
      kind: 'terminal',
      version: 'lynx',
      quirks: [
        'Lists the last 30 numbers, with a line of its own for each that is no article.',
        'Shows encoded words as they are.',
        'NNTPS as `snews://`. Logs in and posts by forms of its own, not tried.',
      ],
    });
    const options = ['-dump', '-nolist', '-display_charset=utf-8'];
    const show = (path: string) => page('lynx', options, 'news', path);

    lynx.can(['subscribe', 'list'], 'lists newsgroups and articles', async () => {
      const groups = await show('');
      for (const name of [newsgroup, `${newsgroup}.motd`, `${newsgroup}.edits`]) expect(groups).toContain(name);
      const group = await show(newsgroup);
      expect(group).toContain('sample.board, Articles 3188-3217');
      expect(group).toContain('"Four header lines"');
    });
    lynx.can('read', 'reads an article by its Message-ID', async () => {
      const shown = await show(accents?.messageId?.slice(1, -1) ?? '');
      expect(shown).toContain(words(accents?.body ?? '?').trim());
      expect(await show(author?.messageId?.slice(1, -1) ?? '')).toContain(
        'From: =?UTF-8?Q?Na=C3=AFve_r=C3=A9sum=C3=A9?=',
      );
    });
    lynx.can('follow', 'sees what has come since', async () => {
      const number = await postsMeanwhile(daemon, 'While lynx was away', 'Text.');
      expect(await show(newsgroup)).toMatch(new RegExp(`Articles \\d+-${number} .*"While lynx was away"`));
    });
    lynx.can('NNTPS', 'reads over NNTPS', async () => {
      const shown = await page('lynx', options, 'snews', accents?.messageId?.slice(1, -1) ?? '', tlsPort);
      expect(shown).toContain(words(accents?.body ?? '?').trim());
    });
    it('shows every message of the day, between thousands of numbers that are none', async () => {
      const shown = await show(`${newsgroup}.motd`);
      expect(shown).toMatch(/message of the day/i);
    });
  });

  describe.skipIf(!present('w3m', 'w3m'))('w3m', () => {
    const w3m = known({
      name: 'w3m',
      kind: 'terminal',
      version: 'w3m',
      quirks: [
        'Wants `nntp://` addresses; `news:` only with NNTP_SERVER set. No NNTPS.',
        'Cuts a quoted name at a backslash.',
      ],
    });
    const show = (path: string) => page('w3m', ['-dump', '-O', 'UTF-8', '-cols', '200'], 'nntp', path);

    w3m.can('list', 'lists articles, by pages', async () => {
      expect(await show(newsgroup)).toContain('3215 (11/20) A grogname as lo Four header lines');
      expect(await show(`${newsgroup}/3168-3173`)).toMatch(/3172 \(10\/31\) £1 note .*3173 \(10\/31\) Naïve résumé/);
    });
    w3m.can('read', 'reads an article', async () => {
      expect(await show(`${newsgroup}/${accents?.number}`)).toContain(words(accents?.body ?? '?').trim());
      expect(await show(`${newsgroup}/${author?.number}`)).toContain('From: Naïve résumé <mq1@trin>');
    });
    w3m.can('follow', 'sees what has come since', async () => {
      const number = await postsMeanwhile(daemon, 'While w3m was away', 'Text.');
      expect(await show(newsgroup)).toMatch(new RegExp(`${number} \\(\\d+/\\d+\\) Ann Elsewhere While w3m was away`));
    });
  });

  describe.skipIf(!present('elinks', 'elinks'))('elinks', () => {
    const elinks = known({
      name: 'elinks',
      kind: 'terminal',
      version: 'elinks',
      quirks: [
        'Wants `nntp://` and `nntps://` addresses.',
        'Asks for the HEAD of every article it lists.',
        'Reads encoded words as Latin-1.',
      ],
    });
    const options = ['-dump', '-dump-charset', 'utf-8', '-dump-width', '200'];
    const show = (path: string) => page('elinks', options, 'nntp', path);

    elinks.can('list', 'lists articles', async () => {
      const list = await show(`${newsgroup}/3200-3215`);
      // elinks says 3201, and lists 3200.
      expect(list).toMatch(/Articles in the range 320[01] to 3215/);
      expect(list).toMatch(/3202\. \[\d+\]In praise of a missing umbrella "J\. D\. Oakes"/);
      expect(list).toMatch(/3215\. \[\d+\]Four header lines/);
    });
    elinks.can('read', 'reads an article', async () => {
      expect(await show(`${newsgroup}/${accents?.number}`)).toContain(words(accents?.body ?? '?').trim());
    });
    elinks.can('NNTPS', 'reads over NNTPS', async () => {
      const shown = await page('elinks', options, 'nntps', `${newsgroup}/${accents?.number}`, tlsPort);
      expect(shown).toContain(words(accents?.body ?? '?').trim());
    });
    elinks.can('follow', 'sees what has come since', async () => {
      const number = await postsMeanwhile(daemon, 'While elinks was away', 'Text.');
      expect(await show(`${newsgroup}/${number - 1}-${number}`)).toContain('While elinks was away');
    });
  });
});
