import type { Duplex } from 'node:stream';
import { eventLoop } from './fair-share.ts';

/**
 * Takes turns with everything else when cleaning up connections that clients break off. Node cleans up at once, which
 * costs some 20 µs per connection, and more with a session: thousands reset at one moment would block the event loop.
 *
 * @param owner as of `FairShare.belongs()`
 */
export function endInTurns(stream: Duplex, owner: unknown): void {
  const { destroy } = stream;
  let isDue = false;
  stream.destroy = (error) => {
    // Without an error, this server is closing the connection.
    if (error === undefined) return destroy.call(stream);
    if (isDue) return stream;
    isDue = true;
    const task = () => void destroy.call(stream, error);
    eventLoop.belongs(task, owner);
    eventLoop.run(task);
    return stream;
  };
}
