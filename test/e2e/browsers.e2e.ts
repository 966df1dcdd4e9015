import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { onBoard } from './board-text.ts';
import { present } from './clients.ts';
import { known } from './known.ts';
import { Person, withoutOuterBlanks } from './person.ts';
import { highest, newest, postsMeanwhile } from './posted.ts';
import { expectedArticles } from './sample-board.ts';
import { certificate, domain, newsgroup, secureDaemon } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { Terminal } from './terminal.ts';

const articles = expectedArticles(newsgroup, domain);

/** What a page says, however it is broken into lines. */
const words = (page: string) => page.replace(/\s+/g, ' ');

/**
 * Web browsers in a terminal that read news: each page with a call of its own, as a person who follows links sees it.
 */
describe('web browsers that read news', () => {
  const board = serving(secureDaemon);

  async function page(
    program: string,
    options: readonly string[],
    scheme: string,
    path: string,
    port = board().daemon.port,
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

  describe.skipIf(!present('lynx', 'lynx', 'tmux'))('lynx', () => {
    const lynx = known({
      name: 'lynx',
      kind: 'terminal',
      version: 'lynx',
      quirks: [
        'Lists the last 30 numbers, with a line for each, even if there is no such article.',
        'Shows encoded words as they are.',
        'NNTPS as `snews://`. Asks for a login if a post needs one. Quotes the displayed headers, too; a new item goes to a `newspost://` address.',
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
      const number = await postsMeanwhile(board().daemon, 'While lynx was away', 'Text.');
      expect(await show(newsgroup)).toMatch(new RegExp(`Articles \\d+-${number} .*"While lynx was away"`));
    });
    lynx.can('NNTPS', 'reads over NNTPS', async () => {
      const shown = await page('lynx', options, 'snews', accents?.messageId?.slice(1, -1) ?? '', board().tlsPort);
      expect(shown).toContain(words(accents?.body ?? '?').trim());
    });
    lynx.can(['log in', 'post', 'reply'], 'asks for a login, posts a reply and a new item', async () => {
      using person = new Person();
      person.write('.lynxsig', 'Ann – at the back\n');
      const start = (scheme: string, path: string) => {
        const url = `${scheme}://127.0.0.1:${board().daemon.port}/${path}`;
        return new Terminal(['lynx', '-display_charset=utf-8', `-editor=${person.editor}`, url], {
          env: person.environment,
        });
      };
      /** Answers what it asks before the text, and after: `subject` is typed behind the one that is there. */
      const posts = async (terminal: Terminal, subject: string, isReply: boolean) => {
        await terminal.shows(/^From: *$/m);
        await terminal.type(`Ann Reader <${person.userid}>`);
        await terminal.keys('Enter');
        await terminal.shows(/^Subject:/m);
        if (subject !== '') await terminal.type(subject);
        await terminal.keys('Enter');
        await terminal.shows(/^Organization: *$/m);
        await terminal.keys('Enter');
        if (isReply) {
          await terminal.shows(/include the original message\?/);
          await terminal.keys('y');
        }
        for (const question of [/Post this message\?/, /Append '.*\.lynxsig'\?/]) {
          await terminal.shows(question);
          await terminal.keys('y');
        }
        await terminal.shows(/Username for news host/);
        await terminal.type(person.userid);
        await terminal.keys('Enter');
        await terminal.shows(/Password for news host/);
        await terminal.type(person.secret);
        await terminal.keys('Enter');
      };
      const before = await highest(board().daemon);
      const root = `<O1562243.00000200@${domain}>`;
      using replying = start('news', root.slice(1, -1));
      await replying.shows(/Followup to: newsgroup[\s\S]*a naïve crêpe/);
      await replying.keys('Down', 'Down', 'Enter');
      await posts(replying, '', true);
      const reply = await newest(board().daemon, before);
      expect(reply.subject).toBe('Re: Whither the great marmalade debate');
      expect(reply.from).toEqual({ name: 'Ann Reader', address: person.userid });
      expect(reply.references).toBe(root);
      const replied = withoutOuterBlanks((await onBoard(board().rgtp, reply.headers)).lines);
      expect(replied).toContain('>The café charges £2.50 for a naïve crêpe.');
      expect(replied.slice(-3)).toEqual([person.typed, '--', 'Ann – at the back']);

      using posting = start('newspost', newsgroup);
      await posts(posting, 'Größe: a new item from lynx', false);
      const item = await newest(board().daemon, reply.number);
      expect(item.references).toBeUndefined();
      const posted = await onBoard(board().rgtp, item.headers);
      expect(posted.heading).toContain('Subject: Größe: a new item from lynx');
      expect(withoutOuterBlanks(posted.lines)).toEqual([person.typed, '--', 'Ann – at the back']);
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
      const number = await postsMeanwhile(board().daemon, 'While w3m was away', 'Text.');
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
      const shown = await page('elinks', options, 'nntps', `${newsgroup}/${accents?.number}`, board().tlsPort);
      expect(shown).toContain(words(accents?.body ?? '?').trim());
    });
    elinks.can('follow', 'sees what has come since', async () => {
      const number = await postsMeanwhile(board().daemon, 'While elinks was away', 'Text.');
      expect(await show(`${newsgroup}/${number - 1}-${number}`)).toContain('While elinks was away');
    });
  });
});
