import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { giveInput } from '../support/child-input.ts';
import { boardPost, onBoard } from './board-text.ts';
import { present, unpacked, unpackedVersion } from './clients.ts';
import type { Daemon } from './daemon.ts';
import { known } from './known.ts';
import { highest, newest } from './posted.ts';
import { sampleBoard } from './sample-board.ts';
import { newsgroup, sampleDaemon } from './sample-daemon.ts';
import { Unpacked } from './unpacked.ts';
import { annsHead, stored, subjectOf, written } from './written.ts';

describe.skipIf(!present('inews', unpacked('usr/lib/news/bin/inews')))("INN's inews", () => {
  const client = known({
    name: 'inews',
    kind: 'tool',
    version: () => unpackedVersion('inn2-inews'),
    quirks: ['Logs in when asked to, or at greeting 201; with `-Y` at once.'],
  });
  const world = new Unpacked();
  let daemon: Daemon;
  let rgtp: number;
  beforeAll(async () => {
    ({ daemon, rgtp } = await sampleDaemon());
    world.configure('news/inn.conf', [
      ...['mta: "/bin/true %s"', 'pathhost: reader.rgtp.test', 'domain: rgtp.test', 'server: 127.0.0.1'],
      ...['ovmethod: tradindexed', 'hismethod: hisv6', 'pathnews: /usr/lib/news', 'pathetc: /etc/news'],
    ]);
  });
  afterAll(() => {
    world[Symbol.dispose]();
    return daemon[Symbol.asyncDispose]();
  });

  /** Gives an article to inews. */
  function inews(lines: readonly string[], user: string, ...more: string[]): Promise<string> {
    world.configure('news/passwd.nntp', [`127.0.0.1:${user}:${sampleBoard.users[user]}:authinfo`]);
    const [program, args] = world.inside(
      '/usr/lib/news/bin/inews',
      '-h',
      '-O',
      '-P',
      '-S',
      ...more,
      '-p',
      `${daemon.port}`,
    );
    return new Promise((resolve, reject) => {
      const child = execFile(program, args, (error, stdout, stderr) => {
        if (error) reject(new Error(stdout + stderr));
        else resolve(stdout + stderr);
      });
      giveInput(child, `${lines.join('\n')}\n`);
    });
  }

  client.can(
    ['log in', 'post', 'reply', 'cancel'],
    'posts an item and a reply; the board has them exactly; an editor cancels',
    async () => {
      const before = await highest(daemon);
      const title = 'An item by “inews” – naïve';
      const head = annsHead(newsgroup);
      await inews([...head, subjectOf(title), '', ...written('inews')], 'ann@rgtp.test');
      const item = await newest(daemon, before);
      const posted = await onBoard(rgtp, item.headers);
      expect(posted.heading).toContain(`Subject: ${title}`);
      expect(posted.lines).toEqual(stored('inews'));

      const references = `References: ${item.messageId}`;
      await inews([...head, subjectOf(title, 'Re: '), references, '', ...written('a reply')], 'ann@rgtp.test', '-Y');
      const reply = await newest(daemon, item.number);
      expect(reply.references).toBe(item.messageId);
      expect((await onBoard(rgtp, reply.headers)).lines).toEqual(stored('a reply'));

      const cancel = [...head, 'Subject: cancel', `Control: cancel ${item.messageId}`, '', 'Cancelled.'];
      await expect(inews(cancel, 'ann@rgtp.test')).rejects.toThrow(/441/);
      expect((await onBoard(rgtp, item.headers)).lines).not.toEqual([]);
      await inews(cancel, 'ed@rgtp.test');
      await expect(boardPost(rgtp, item.headers.get('x-rgtp-item') ?? '', '')).rejects.toThrow(/410/);
    },
  );
});
