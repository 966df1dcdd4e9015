import { expect } from 'vitest';
import { boardPost } from './board-text.ts';
import type { Daemon } from './daemon.ts';
import { decodeWords, parseMailbox, splitArticle } from './headers.ts';
import { sampleBoard } from './sample-board.ts';
import { newsgroup } from './sample-daemon.ts';
import { until } from './until.ts';
import { mime, stored, text } from './written.ts';

/** The newest article of the sample board's newsgroup, once there is one above `after`. */
export async function newest(daemon: Daemon, after: number) {
  const news = await daemon.client();
  try {
    const number = await until(async () => {
      const high = Number((await news.ask(`GROUP ${newsgroup}`)).split(' ')[3]);
      return high > after && high;
    }, `an article above ${after}`);
    const { headers, body } = splitArticle(await news.list(`ARTICLE ${number}`, '220'));
    return {
      number,
      headers,
      messageId: headers.get('message-id') ?? '',
      from: parseMailbox(headers.get('from') ?? ''),
      subject: decodeWords(headers.get('subject') ?? ''),
      references: headers.get('references'),
      body: Buffer.from(body, 'latin1').toString('utf8'),
    };
  } finally {
    news.quit();
  }
}

/**
 * The item that Ann has just written with a newsreader. What she wrote is on the board.
 *
 * @param by her userid
 * @param who the newsreader, whose name is in the text
 */
export async function newestItem(
  { daemon, rgtp }: { readonly daemon: Daemon; readonly rgtp: number },
  after: number,
  { by, subject, who }: { readonly by: string; readonly subject: string; readonly who: string },
) {
  const item = await newest(daemon, after);
  expect(item.subject).toBe(subject);
  expect(item.from).toEqual({ name: 'Ann at the back', address: by });
  const id = item.headers.get('x-rgtp-item') ?? '';
  const post = await boardPost(rgtp, id, item.headers.get('x-rgtp-sequence') ?? '');
  expect(text(post.heading)).toContain(`Subject: ${subject}`);
  expect(text(post.lines)).toBe(stored(who).join('\n'));
  return { ...item, id };
}

/** The highest article number now. */
export async function highest(daemon: Daemon): Promise<number> {
  const news = await daemon.client();
  const high = Number((await news.ask(`GROUP ${newsgroup}`)).split(' ')[3]);
  news.quit();
  expect(high).toBeGreaterThan(0);
  return high;
}

/** Whether an article is there. */
export async function isThere(daemon: Daemon, number: number): Promise<boolean> {
  const news = await daemon.client();
  await news.ask(`GROUP ${newsgroup}`);
  const answer = await news.ask(`STAT ${number}`);
  news.quit();
  return answer.startsWith('223');
}

/** Resolves when an article has been withdrawn. */
export async function gone(daemon: Daemon, number: number): Promise<void> {
  await until(async () => !(await isThere(daemon, number)), `article ${number} to be gone`);
}

/** Posts a new item as somebody, in another session than the newsreader's: its number. */
export async function postsMeanwhile(
  daemon: Daemon,
  subject: string,
  text: string,
  user = 'ann@rgtp.test',
): Promise<number> {
  const news = await daemon.client();
  expect(await news.login(user, sampleBoard.users[user] ?? '')).toMatch(/^281/);
  const head = [`From: Ann Elsewhere <${user}>`, `Newsgroups: ${newsgroup}`, `Subject: ${subject}`];
  const body = Buffer.from(text, 'utf8').toString('latin1').split('\n');
  expect(await news.post([...head, ...mime, '', ...body])).toMatch(/^240/);
  news.quit();
  return highest(daemon);
}
