import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:net';

const LISTENING = 'tracing:net.server.listen:asyncEnd';

/** What `open` listens with: to make it fail as only the operating system can. */
export async function listenersOf<T>(
  open: () => Promise<T>,
): Promise<{ readonly opened: T; readonly servers: Server[] }> {
  const servers: Server[] = [];
  const seen = (message: unknown) => {
    // The channel's documented message.
    servers.push((message as { readonly server: Server }).server);
  };
  subscribe(LISTENING, seen);
  try {
    return { opened: await open(), servers };
  } finally {
    unsubscribe(LISTENING, seen);
  }
}
