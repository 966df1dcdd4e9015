import type { Observer } from '../observer.ts';
import type { Answer } from '../syntax/answer.ts';
import type { Client } from './client.ts';
import { withId } from './feeding.ts';

type Reception = 'post' | 'feed' | 'stream';
type Unread = Parameters<NonNullable<Observer['articleRefused']>>[0];

const ACCEPTED = { post: 240, feed: 235, stream: 239 } as const satisfies Record<Reception, number>;
const NEVER = { post: 441, feed: 437, stream: 439 } as const satisfies Record<Reception, number>;
const LATER = { post: 441, feed: 436, stream: 400 } as const satisfies Record<Reception, number>;

/**
 * Takes an article off the wire and hands it to the backend: the second half of POST and IHAVE, and TAKETHIS.
 *
 * @param messageId the one suggested in the 340 line, if any, or the one offered
 */
export async function receive(client: Client, messageId: string | undefined, task: Reception): Promise<Answer> {
  const isFeed = task !== 'post';
  const arrived = isFeed && messageId !== undefined ? client.reader.arriving?.(messageId) : undefined;
  try {
    const answer = await posted(client, messageId, task);
    return task === 'stream' && answer !== undefined ? streamed(answer, messageId ?? '') : answer;
  } finally {
    arrived?.();
  }
}

async function posted(client: Client, messageId: string | undefined, task: Reception): Promise<string | undefined> {
  const { limits } = client.shared;
  const article = await client.transport.nextArticle(limits.article);
  // The client has gone: an incomplete article is dropped.
  if (!article) return undefined;
  if (article.refused === 'too large') {
    const reason = `Article larger than ${limits.article} octets`;
    tell(client, 'too-large', reason);
    return `${NEVER[task]} ${reason}`;
  }
  if (article.refused === 'no room') {
    const reason = 'Too many articles are being posted; try again later';
    tell(client, 'too-many', reason);
    return `${LATER[task]} ${reason}`;
  }
  const feed = task !== 'post';
  try {
    const id = await client.reader.post(article.body(), { suggested: messageId, feed });
    return `${ACCEPTED[task]} Article received ${id}`;
  } catch (error) {
    return client.refuse(error, task);
  } finally {
    article.release();
  }
}

/** Reports an article that did not reach the backend, which reports its own refusals. */
function tell({ shared: { log, observer }, peer: { connection, address } }: Client, why: Unread, reason: string): void {
  log.info({ connection, address, reason }, 'post refused');
  observer.articleRefused?.(why);
}

/** RFC 4644 §2.5.2: 239 and 439 begin with the message-id; the only code for a temporary failure is 400. */
function streamed(answer: string, messageId: string): Answer {
  const code = Number(answer.slice(0, 3));
  const reason = answer.slice(4);
  if (code === LATER.stream) return [answer, null];
  return withId(code, messageId, code === ACCEPTED.stream ? '' : reason);
}
