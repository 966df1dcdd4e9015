/**
 * When thousands of connections send at the same moment, Node reads from all of them, and from those that have more to say
 * or hang up again, before anything else happens: 15 µs each. So once a round of the event loop has read for long enough,
 * all other connections wait, and are read from in turns in later rounds: a few at a time, their owners alternately.
 */
import type { Duplex } from 'node:stream';
import { eventLoop } from './fair-share.ts';
import { inLaterRounds } from './later-rounds.ts';
import { WaitingLine } from './waiting-line.ts';

/** Connections that are read from again in one round of the event loop: some 2 ms, if all of them have said something. */
const AT_ONCE = 128;

/** Those that may be made to wait, with their owners. */
const members = new Map<Duplex, unknown>();
const waiting = new Set<Duplex>();
/** what reads again from those that wait */
const line = new WaitingLine();
const goOnLater = inLaterRounds(AT_ONCE, () => {
  const readOn = line.take();
  readOn?.();
  return readOn !== undefined;
});

/**
 * Makes a connection one of those that wait while there is a crowd.
 *
 * @param owner as of `FairShare.belongs()`
 */
export function joinCrowd(stream: Duplex, owner: unknown): void {
  if (!members.has(stream)) stream.on('close', leave);
  members.set(stream, owner);
}

/** one for all: a closure each would add to an idle connection's memory */
function leave(this: Duplex): void {
  members.delete(this);
}

/**
 * What is below a socket. Node has no public way to stop reading at once: a socket that is paused is still read from,
 * once. Node's own flag, `reading`, stays as it is, so that nothing but this file reads on.
 */
interface Handle {
  readonly reading: boolean;
  readStop(): unknown;
  readStart(): unknown;
}

function handleOf(stream: Duplex): Handle | undefined {
  const handle: unknown = Reflect.get(stream, '_handle');
  return isHandle(handle) ? handle : undefined;
}

function isHandle(handle: unknown): handle is Handle {
  return typeof handle === 'object' && handle !== null && 'readStop' in handle && 'readStart' in handle;
}

function holdAll(): void {
  for (const [stream, owner] of members) {
    const handle = handleOf(stream);
    // Others are read from when they have had their turns.
    if (handle?.reading !== true || waiting.has(stream)) continue;
    handle.readStop();
    waiting.add(stream);
    line.add(() => {
      waiting.delete(stream);
      if (!stream.destroyed) handle.readStart();
    }, owner);
  }
  goOnLater();
}

eventLoop.whenCrowded(holdAll);
