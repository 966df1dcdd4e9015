import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { TLSSocket } from 'node:tls';

/** The most octets of UTF-8 per UTF-16 unit. */
const PER_UNIT = 3;

/** One piece of memory, used again and again. */
class Scratch {
  readonly least: number;
  readonly size: number;
  #memory: Buffer | undefined;

  /** @param least octets that are worth so much memory: a client that does not read keeps all of it */
  constructor(least: number, size: number) {
    this.least = least;
    this.size = size;
  }

  /** Returns false if the parts are longer than this. */
  write(stream: Writable, parts: readonly (Buffer | string)[]): boolean {
    this.#memory ??= Buffer.allocUnsafeSlow(this.size);
    const memory = this.#memory;
    let at = 0;
    for (const part of parts) {
      if (!fits(part, this.size - at)) return false;
      if (typeof part === 'string') at += memory.write(part, at);
      else {
        memory.set(part, at);
        at += part.length;
      }
    }
    stream.write(memory.subarray(0, at));
    // The kernel had no room for all of it: these octets are no longer ours.
    if (stream.writableLength > 0) this.#memory = undefined;
    return true;
  }
}

/** For the answer to one command, and for those to many commands, as `Outgoing` gathers them. */
const scratches = [new Scratch(0, 8 * 1024), new Scratch(60 * 1024, 80 * 1024)];

/**
 * Writes answers from memory that is used again as soon as the kernel has taken them: to allocate some each time takes
 * longer than the rest of making an answer, and V8 must collect it. Text as UTF-8.
 *
 * @param octets octets of all parts, or a little less
 * @returns false: nothing is written. No memory has this size, or the connection may keep what it gets
 */
export function writeFromScratch(stream: Writable, parts: readonly (Buffer | string)[], octets: number): boolean {
  // A layer may pass octets on, and not say when it is done with them.
  if (!(stream instanceof Socket) || stream instanceof TLSSocket || stream.writableLength > 0) return false;
  for (const scratch of scratches) {
    if (octets >= scratch.least && octets <= scratch.size) return scratch.write(stream, parts);
  }
  return false;
}

function fits(part: Buffer | string, room: number): boolean {
  if (typeof part !== 'string') return part.length <= room;
  return part.length * PER_UNIT <= room || Buffer.byteLength(part) <= room;
}
