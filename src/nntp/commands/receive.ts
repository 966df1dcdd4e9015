import type { Answer } from '../syntax/answer.ts';
import type { Client } from './client.ts';

const ANSWERS = {
  post: { accepted: 240, tooLarge: 441, noRoom: 441 },
  feed: { accepted: 235, tooLarge: 437, noRoom: 436 },
} as const;

/**
 * Takes an article off the wire and hands it to the backend: the second half of POST and IHAVE.
 *
 * @param messageId the one suggested in the 340 line, if any, or the one IHAVE offered
 */
export async function receive(
  client: Client,
  messageId: string | undefined,
  task: keyof typeof ANSWERS,
): Promise<Answer> {
  const { limits } = client.shared;
  const { accepted, tooLarge, noRoom } = ANSWERS[task];
  const article = await client.transport.nextArticle();
  // The client has gone: an incomplete article is dropped.
  if (!article) return undefined;
  if (article.refused === 'too large') return `${tooLarge} Article larger than ${limits.article} octets`;
  if (article.refused === 'no room') return `${noRoom} Too many articles are being posted; try again later`;
  try {
    const posted = await client.reader.post(article.body(), { suggested: messageId, feed: task === 'feed' });
    return `${accepted} Article received ${posted}`;
  } catch (error) {
    return client.refuse(error, task);
  } finally {
    article.release();
  }
}
