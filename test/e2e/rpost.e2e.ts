import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { giveInput } from '../support/child-input.ts';
import { boardPost } from './board-text.ts';
import { present } from './clients.ts';
import { known } from './known.ts';
import { highest, newest } from './posted.ts';
import { sampleBoard } from './sample-board.ts';
import { befalls, domain, newsgroup, secureDaemon, TROUBLES } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { annsHead, stored, subjectOf, text, written } from './written.ts';

const ann = 'ann@rgtp.test';
const head = annsHead(newsgroup);

/** suck brings news to a private server; rpost sends back what was written there. */
describe.skipIf(!present('suck and rpost', 'suck', 'rpost'))('suck and rpost', () => {
  const client = known({
    name: 'suck and rpost',
    kind: 'tool',
    version: 'suck',
    quirks: [
      'rpost gives up at greeting 201. Its `-z` (TLS) comes before `-N` (port). suck reports it as an error if there is nothing new.',
    ],
  });
  const folder = mkdtempSync(join(tmpdir(), 'suck-'));
  const board = serving(secureDaemon);
  beforeAll(async () => {
    for (const name of ['tmp', 'lists', 'articles']) mkdirSync(join(folder, name));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
  });

  function run(program: string, args: readonly string[], input = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { cwd: folder, maxBuffer: 1 << 26 };
      const child = execFile(program, args, options, (error, stdout, stderr) => {
        if (error) reject(new Error(`${program}: ${stdout}${stderr}`));
        else resolve(stdout + stderr);
      });
      giveInput(child, input);
    });
  }

  const login = (user: string) => ['-U', user, '-P', sampleBoard.users[user] ?? ''];
  const rpost = (lines: readonly string[], user = ann, ...more: string[]) =>
    run('rpost', ['127.0.0.1', '-N', String(board().daemon.port), ...login(user), ...more], `${lines.join('\n')}\n`);

  /** The Message-IDs of what suck brings now, and no more; what it brought is gone after that. */
  async function suck(port = board().daemon.port, ...more: string[]): Promise<string[]> {
    const at = (name: string) => join(folder, name);
    const places = ['-dt', at('tmp'), '-dd', at('lists'), '-dm', at('articles')];
    const args = ['127.0.0.1', ...more, '-N', String(port), '-m', '-c', ...login(ann), ...places];
    // It reports an error if there is nothing new.
    await run('suck', args).catch((error: unknown) => {
      if (!String(error).includes('\n0 Articles to download\n')) throw error;
    });
    const names = readdirSync(at('articles'));
    const texts = names.map((name) => readFileSync(join(at('articles'), name), 'latin1'));
    for (const name of names) rmSync(join(at('articles'), name));
    return texts.map((article) => /^Message-ID: (.*?)\r?$/im.exec(article)?.[1] ?? '').toSorted();
  }
  const mark = (from: number) => writeFileSync(join(folder, 'lists', 'sucknewsrc'), `${newsgroup} ${from}\n`);

  client.can(
    ['log in', 'post', 'reply', 'cancel'],
    'rpost posts an item and a reply; the board has them exactly; an editor cancels',
    async () => {
      const before = await highest(board().daemon);
      const title = 'An item by “rpost” – naïve';
      await rpost([...head, subjectOf(title), '', ...written('rpost')]);
      const item = await newest(board().daemon, before);
      const itemId = item.headers.get('x-rgtp-item') ?? '';
      const there = await boardPost(board().rgtp, itemId, item.headers.get('x-rgtp-sequence') ?? '');
      expect(text(there.heading)).toContain(`Subject: ${title}`);
      expect(text(there.lines)).toBe(stored('rpost').join('\n'));

      // It logs in when it is asked to, or at once.
      await rpost(
        [...head, subjectOf(title, 'Re: '), `References: ${item.messageId}`, '', ...written('a reply')],
        ann,
        '-u',
      );
      const reply = await newest(board().daemon, item.number);
      expect(reply.references).toBe(item.messageId);
      const replied = await boardPost(board().rgtp, itemId, reply.headers.get('x-rgtp-sequence') ?? '');
      expect(text(replied.lines)).toBe(stored('a reply').join('\n'));

      mark(3200);
      const first = await suck();
      expect(first).toEqual(expect.arrayContaining([item.messageId, reply.messageId, `<P3231710.00000C91@${domain}>`]));
      expect(await suck()).toEqual([]);

      const cancel = [...head, 'Subject: cancel', `Control: cancel ${item.messageId}`, '', 'Cancelled.'];
      await expect(rpost(cancel)).rejects.toThrow(/441/);
      expect((await boardPost(board().rgtp, itemId, item.headers.get('x-rgtp-sequence') ?? '')).lines).not.toEqual([]);
      await rpost(cancel, 'ed@rgtp.test');
      await expect(boardPost(board().rgtp, itemId, '')).rejects.toThrow(/410/);
    },
  );

  client.can(
    ['return', 'follow'],
    'suck fetches nothing again, and loses nothing, after a restart, kill -9 and the loss of the cache',
    async () => {
      mark(3200);
      expect((await suck()).length).toBeGreaterThan(10);
      for (const trouble of TROUBLES) {
        await befalls(board().daemon, trouble);
        expect(await suck(), trouble).toEqual([]);
      }
      await rpost([...head, 'Subject: News', 'Message-ID: <suck.new@client.example>', '', 'New.']);
      expect(await suck()).toEqual(['<suck.new@client.example>']);
    },
  );

  client.can('NNTPS', 'both over TLS', async () => {
    const before = await highest(board().daemon);
    const article = [...head, 'Subject: Over TLS', 'Message-ID: <rpost.tls@client.example>', '', 'Encrypted.'];
    await run('rpost', ['127.0.0.1', '-z', '-N', String(board().tlsPort), ...login(ann)], `${article.join('\n')}\n`);
    mark(before);
    expect(await suck(board().tlsPort, '-ssl')).toContain('<rpost.tls@client.example>');
  });
});
