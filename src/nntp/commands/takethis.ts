import type { Answer } from '../syntax/answer.ts';
import type { Client } from './client.ts';
import type { Command } from './command.ts';
import { isOfferable, mayFeed, withId } from './feeding.ts';
import { receive } from './receive.ts';

/** RFC 4644 §2.5. The article is on its way already: it is read whatever the answer. */
export const takethis: Command = {
  head: 'TAKETHIS',
  syntax: 'message-id',
  words: [1, 1],
  needs: 'nothing',
  async run(client, [messageId = '']) {
    const refused = refusalOf(client, messageId);
    if (refused === undefined) return receive(client, messageId, 'stream');
    return (await client.transport.nextArticle(0)) && refused;
  },
};

function refusalOf(client: Client, messageId: string): Answer {
  try {
    const refused = mayFeed(client);
    if (refused !== undefined) return refused;
    if (!isOfferable(messageId)) return withId(439, messageId, 'Not a message-id');
    // If another session is sending the article, that may yet fail: this copy is taken, and waits for the outcome.
    return client.reader.offer?.(messageId) === 'held' ? withId(439, messageId, 'Duplicate') : undefined;
  } catch (error) {
    return client.refuse(error, 'read');
  }
}
