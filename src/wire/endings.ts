import type { Duplex } from 'node:stream';
import { eventLoop } from './fair-share.ts';
import { inLaterRounds } from './later-rounds.ts';

/** Connections whose input is dropped in one round of the event loop: of each, up to two reads, 30 µs. */
const AT_ONCE = 50;

/** those that have had their round */
const stopped = new Set<Duplex>();
const goOnLater = inLaterRounds(AT_ONCE, () => {
  const [stream] = stopped;
  if (stream === undefined) return false;
  stopped.delete(stream);
  stream.resume();
  return true;
});

/**
 * Reads and drops whatever else a client sends, so that no reset overtakes the last answer; in turns with everything
 * else. Node would read two megabytes at a time from each.
 */
export function dropInTurns(stream: Duplex): void {
  stream.on('data', () => {
    stream.pause();
    stopped.add(stream);
    goOnLater();
  });
  stream.once('close', () => stopped.delete(stream));
  stream.resume();
}

/** Callers for whom there is no room, and who have not hung up yet. */
export class TurnedAway {
  readonly #leaving = new Set<Duplex>();
  readonly #patience: number;

  /** @param patience ms that each has to hang up */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Says why; if `most` are leaving already, only hangs up. */
  add(socket: Duplex, words: string, most: number): void {
    if (this.#leaving.size >= most) {
      socket.destroy();
      return;
    }
    this.#leaving.add(socket);
    socket.end(words);
    dropInTurns(socket);
    const clock = setTimeout(() => socket.destroy(), this.#patience).unref();
    socket.once('close', () => {
      this.#leaving.delete(socket);
      clearTimeout(clock);
    });
  }

  close(): void {
    for (const socket of this.#leaving) socket.destroy();
  }
}

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
