import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Daemon } from './daemon.ts';
import { splitArticle } from './headers.ts';
import { sampleBoard } from './sample-board.ts';
import { domain, newsgroup, remoteDaemon, sampleDaemon } from './sample-daemon.ts';
import { until } from './until.ts';
import { mime } from './written.ts';

/** Posts as somebody; the answer. */
async function post(daemon: Daemon, user: string, lines: readonly string[]): Promise<string> {
  const news = await daemon.client();
  expect(await news.login(user, sampleBoard.users[user] ?? '')).toMatch(/^281/);
  const answer = await news.post(lines);
  news.quit();
  return answer;
}

async function ask(daemon: Daemon, ...commands: string[]): Promise<string> {
  const news = await daemon.client();
  let answer = '';
  for (const command of commands) answer = await news.ask(command);
  news.quit();
  return answer;
}

async function article(daemon: Daemon, id: string) {
  const news = await daemon.client();
  await news.ask(`GROUP ${newsgroup}`);
  const split = splitArticle(await news.list(`ARTICLE ${id}`, '220'));
  news.quit();
  return split;
}

describe('what editors do, from a newsreader', () => {
  let board: Daemon;
  let bridge: Daemon;
  beforeAll(async () => {
    const { daemon, rgtp } = await sampleDaemon();
    board = daemon;
    bridge = await remoteDaemon(rgtp);
  });
  afterAll(() => Promise.all([board[Symbol.asyncDispose](), bridge[Symbol.asyncDispose]()]));

  const from = 'From: The Editors <ed@rgtp.test>';
  /** “Re: The last item”, 3217 */
  const reply = `<P3231710.00000C91@${domain}>`;
  const secretText = 'unrepeatable-libel-of-the-bursar';

  it('Supersedes replaces a text: everywhere, and nothing of the old one stays in any cache', async () => {
    const id = '<libel@client.example>';
    const written = ['From: Ann <ann@rgtp.test>', `Newsgroups: ${newsgroup}`, 'Subject: Bursar', `Message-ID: ${id}`];
    expect(await post(bridge, 'ann@rgtp.test', [...written, '', secretText])).toMatch(/^240/);
    expect((await article(bridge, id)).body).toBe(`${secretText}\r\n`);
    const derived = await until(async () => {
      const news = await board.client();
      await news.ask(`GROUP ${newsgroup}`);
      const [line] = await news.list('OVER 3219', '224').catch(() => []);
      news.quit();
      return line?.split('\t')[4];
    }, 'the post to be seen on the board');
    expect((await article(board, derived)).body).toBe(`${secretText}\r\n`);

    const amended = [from, `Newsgroups: ${newsgroup}`, 'Subject: Bursar', `Supersedes: ${id}`, 'X-RGTP-Reason: Libel'];
    expect(await post(bridge, 'ann@rgtp.test', [...amended, '', 'Not by me.'])).toMatch(/^441 /);
    expect(await post(bridge, 'ed@rgtp.test', [...amended, '', 'Nothing to see here.'])).toMatch(/^240/);
    expect((await article(bridge, id)).body).toBe('Nothing to see here.\r\n');
    await until(
      async () => (await article(board, derived)).body === 'Nothing to see here.\r\n',
      'the new text on the other bridge',
    );
    const notice = await article(bridge, '3220');
    expect(notice.headers.get('newsgroups')?.split(',')).toEqual([newsgroup, `${newsgroup}.edits`]);
    expect(notice.body).toContain('Libel');

    for (const daemon of [board, bridge]) {
      const caches = readdirSync(daemon.data).filter((name) => name.includes('.cache.sqlite'));
      expect(caches.length).toBeGreaterThan(0);
      for (const name of caches) expect(readFileSync(join(daemon.data, name), 'latin1')).not.toContain(secretText);
    }
  });

  it('a cancel withdraws an item: its articles are gone, their numbers too, for good', async () => {
    const cancel = (id: string) => [
      from,
      `Newsgroups: ${newsgroup}`,
      `Subject: cmsg cancel ${id}`,
      `Control: cancel ${id}`,
      'X-RGTP-Reason: Asked for',
      '',
      'Withdrawn.',
    ];
    const first = `<P3231710.00000C90@${domain}>`;
    expect(await post(bridge, 'ann@rgtp.test', cancel(first))).toMatch(/^441 /);
    expect(await ask(bridge, `STAT ${first}`)).toMatch(/^223 /);
    expect(await post(bridge, 'ed@rgtp.test', cancel(first))).toMatch(/^240/);
    for (const daemon of [bridge, board]) {
      await until(async () => (await ask(daemon, `STAT ${reply}`)).startsWith('430'), 'the reply to be gone');
      expect(await ask(daemon, `STAT ${first}`)).toMatch(/^430 /);
      expect(await ask(daemon, `GROUP ${newsgroup}`, 'STAT 3216')).toMatch(/^423 /);
      expect(await ask(daemon, `GROUP ${newsgroup}.edits`, 'STAT 3221')).toMatch(/^223 3221 /);
    }
  });

  it('a post to .motd is the new message of the day', async () => {
    const motd = `${newsgroup}.motd`;
    const lines = [from, `Newsgroups: ${motd}`, 'Subject: Message of the day', '', 'The café is closed.', '.', '^'];
    const octets = lines.map((line) => Buffer.from(line, 'utf8').toString('latin1'));
    octets.splice(1, 0, ...mime);
    expect(await post(bridge, 'ann@rgtp.test', octets)).toMatch(/^44[01] /);
    expect(await post(bridge, 'ed@rgtp.test', octets)).toMatch(/^240/);
    for (const daemon of [bridge, board]) {
      await until(async () => {
        const news = await daemon.client();
        const said = await news.list('LIST MOTD', '215');
        news.quit();
        return Buffer.from(said.join('\n'), 'latin1').toString('utf8') === 'The café is closed.\n.\n^';
      }, 'the new message of the day');
    }
  });
});
