import type { Duplex } from 'node:stream';
import { eventLoop } from './fair-share.ts';

/**
 * Takes a connection that its client breaks off down in turns with everything else. Node does so at once, which costs
 * some 20 µs each, with its session more: thousands that are reset in one moment would hold the event loop.
 *
 * @param owner as of `FairShare.belongs()`
 */
export function endInTurns(stream: Duplex, owner: unknown): void {
  const { destroy } = stream;
  let isDue = false;
  stream.destroy = (error) => {
    // Without an error it is this server that wants it closed.
    if (error === undefined) return destroy.call(stream);
    if (isDue) return stream;
    isDue = true;
    const task = () => void destroy.call(stream, error);
    eventLoop.belongs(task, owner);
    eventLoop.run(task);
    return stream;
  };
}
