import type { Command } from './command.ts';
import { mayFeed } from './feeding.ts';

/** RFC 4644 §2.3. CHECK and TAKETHIS need no mode, but peers ask for it. */
export const modeStream: Command = {
  head: 'MODE STREAM',
  syntax: '',
  words: [0, 0],
  needs: 'nothing',
  run: (client) => mayFeed(client) ?? '203 Streaming permitted',
  capability(client, report) {
    if (client.reader.offer && client.access.post) report.push('STREAMING');
  },
};
