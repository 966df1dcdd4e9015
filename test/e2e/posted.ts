import { expect } from 'vitest';
import type { Daemon } from './daemon.ts';
import { decodeWords, parseMailbox, splitArticle } from './headers.ts';
import { newsgroup } from './sample-daemon.ts';
import { until } from './until.ts';

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

/** The highest article number now. */
export async function highest(daemon: Daemon): Promise<number> {
  const news = await daemon.client();
  const high = Number((await news.ask(`GROUP ${newsgroup}`)).split(' ')[3]);
  news.quit();
  expect(high).toBeGreaterThan(0);
  return high;
}
