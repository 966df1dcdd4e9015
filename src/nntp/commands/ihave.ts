import type { Command } from './command.ts';
import { isOfferable, mayFeed } from './feeding.ts';
import { receive } from './receive.ts';

/** RFC 3977 §6.3.2: a leafnode or INN behind the bridge passes on what its users post. */
export const ihave: Command = {
  head: 'IHAVE',
  syntax: 'message-id',
  words: [1, 1],
  needs: 'nothing',
  run(client, [messageId = '']) {
    // 435 tells a feeder to go on with the next article. Some take 501 to mean that the server has no IHAVE.
    if (!isOfferable(messageId)) return '435 Not a message-id';
    const refused = mayFeed(client);
    if (refused !== undefined) return refused;
    const wanted = client.reader.offer?.(messageId);
    if (wanted === 'held') return '435 Duplicate';
    if (wanted === 'later') return '436 Not now; try again later';
    client.write(`335 Send ${messageId}`);
    return receive(client, messageId, 'feed');
  },
  capability(client, report) {
    if (client.reader.offer && client.access.post) report.push('IHAVE');
  },
};
