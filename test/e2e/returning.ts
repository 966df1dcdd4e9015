import type { Daemon } from './daemon.ts';
import type { Known } from './known.ts';
import { highest, postsMeanwhile } from './posted.ts';
import { befalls, TROUBLES } from './sample-daemon.ts';

/** A newsreader that stays open while things happen to the server. */
interface OpenReader {
  markAllRead(): Promise<void>;
  /** Looks for news, and resolves when exactly one article is unread. */
  findsOne(): Promise<void>;
}

/** Tests that it takes one new article for unread, and no other, whatever befell the server. */
export function returns(client: Known, daemon: () => Daemon, reader: OpenReader): void {
  for (const trouble of TROUBLES) {
    client.can('return', `shows nothing as unread again after the server ${trouble}`, async () => {
      await reader.markAllRead();
      await befalls(daemon(), trouble, await highest(daemon()));
      await postsMeanwhile(daemon(), `After it ${trouble}`, 'Text.');
      await reader.findsOne();
    });
  }
}
