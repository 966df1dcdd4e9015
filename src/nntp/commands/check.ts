import type { Command } from './command.ts';
import { isOfferable, mayFeed, withId } from './feeding.ts';

/** RFC 4644 §2.4. */
export const check: Command = {
  head: 'CHECK',
  syntax: 'message-id',
  words: [1, 1],
  needs: 'nothing',
  run(client, [messageId = '']) {
    const refused = mayFeed(client);
    if (refused !== undefined) return refused;
    if (!isOfferable(messageId)) return withId(438, messageId, 'Not a message-id');
    const wanted = client.reader.offer?.(messageId);
    if (wanted === 'held') return withId(438, messageId, 'Duplicate');
    return wanted === 'later' ? withId(431, messageId, 'Not now; try again later') : withId(238, messageId);
  },
};
