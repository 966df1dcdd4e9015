import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NntpClient } from '../support/nntp-client.ts';
import type { Daemon } from './daemon.ts';
import { sampleBoard } from './sample-board.ts';
import { newsgroup, remoteDaemon, sampleDaemon } from './sample-daemon.ts';

const user = 'ann@rgtp.test';
const secret = sampleBoard.users[user] ?? '';

function article(id: string): string[] {
  return [
    'From: Ann at the back <ann@rgtp.test>',
    `Newsgroups: ${newsgroup}`,
    `Subject: Item of ${id.slice(1, id.indexOf('@'))}`,
    `Message-ID: ${id}`,
    '',
    `The text of ${id}`,
  ];
}

/** Everything in the newsgroup after the sample: Message-ID → numbers. */
async function posted(news: NntpClient): Promise<Map<string, number[]>> {
  await news.ask(`GROUP ${newsgroup}`);
  const found = new Map<string, number[]>();
  const status = await news.ask('OVER 3219-');
  if (!status.startsWith('224')) return found;
  for (const line of await news.block()) {
    const [number, , , , id = ''] = line.split('\t');
    found.set(id, [...(found.get(id) ?? []), Number(number)]);
  }
  return found;
}

describe.each(['bridge and board in one process', 'a bridge, its board elsewhere'])('kill -9: %s', (what) => {
  let daemon: Daemon;
  const daemons: Daemon[] = [];
  beforeAll(async () => {
    const { daemon: board, rgtp } = await sampleDaemon();
    daemons.push(board);
    if (what.startsWith('a bridge')) daemons.push(await remoteDaemon(rgtp));
    daemon = daemons.at(-1) ?? board;
  });
  afterAll(() => Promise.all(daemons.map((each) => each[Symbol.asyncDispose]())));

  it('loses no post that was acknowledged, makes none twice, and changes no number', { timeout: 600_000 }, async () => {
    const acknowledged = new Map<string, number | undefined>();
    let sent = 0;
    // Killed after so many answers: with posts on their way on every connection.
    for (const killAfter of [1, 4, 9, 2, 15]) {
      const unanswered = new Set<string>();
      let answers = 0;
      let killed: Promise<unknown> | undefined;
      const poster = async () => {
        const news = await daemon.client();
        expect(await news.login(user, secret)).toMatch(/^281/);
        while (killed === undefined) {
          const id = `<kill.${++sent}@client.example>`;
          unanswered.add(id);
          expect(await news.post(article(id))).toMatch(/^240/);
          unanswered.delete(id);
          acknowledged.set(id, undefined);
          if (++answers === killAfter) killed = daemon.stop('SIGKILL');
        }
      };
      const ends = await Promise.allSettled([poster(), poster(), poster()]);
      for (const end of ends) {
        if (end.status === 'rejected') expect(String(end.reason)).toMatch(/the server ended|ECONNRESET|EPIPE/);
      }
      expect(answers).toBeGreaterThanOrEqual(killAfter);
      await killed;

      await daemon.start();
      const news = await daemon.client();
      const there = await posted(news);
      for (const [id, numbers] of there) {
        expect(numbers, id).toHaveLength(1);
        const known = acknowledged.get(id);
        if (known !== undefined) expect(numbers[0], id).toBe(known);
        if (acknowledged.has(id)) acknowledged.set(id, numbers[0]);
      }
      expect([...acknowledged.keys()].filter((id) => !there.has(id))).toEqual([]);

      // A newsreader that got no answer tries again: either it was there, or it is now.
      expect(await news.login(user, secret)).toMatch(/^281/);
      for (const id of unanswered) {
        const answer = await news.post(article(id));
        expect(answer).toMatch(there.has(id) ? /^441 435 / : /^(240|441 435) /);
        acknowledged.set(id, there.get(id)?.[0]);
      }
      const after = await posted(news);
      for (const id of acknowledged.keys()) {
        expect(after.get(id), id).toHaveLength(1);
        acknowledged.set(id, after.get(id)?.[0]);
        expect(await news.list(`BODY ${id}`, '222')).toEqual([`The text of ${id}`]);
      }
      expect(after.size).toBe(acknowledged.size);
      news.quit();
    }
    expect(sent).toBeGreaterThan(20);
  });

  it('stops on SIGTERM within ten seconds, and tells those who are idle', async () => {
    const news = await daemon.client();
    const stopped = daemon.stop('SIGTERM');
    expect(await news.line()).toMatch(/^400 /);
    // Otherwise it ends with 1.
    expect(await stopped).toBe(0);
    await daemon.start();
  });
});
