import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { TLSSocket } from 'node:tls';

/** The most octets of UTF-8 per UTF-16 unit. */
const PER_UNIT = 3;

/** One piece of memory, used for one write after another. */
class Scratch {
  readonly least: number;
  readonly size: number;
  #memory: Buffer | undefined;

  /** @param least the fewest octets to use it for: a client that does not read holds on to all of the memory */
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
 * Writes answers from memory that is reused as soon as the kernel has taken them: allocating memory for each would take
 * longer than the rest of making an answer, and V8 would have to collect it. Strings are written as UTF-8.
 *
 * @param octets octets of all parts, or a little less
 * @returns false if nothing was written, because neither piece has this size or the stream may hold on to it
 */
export function writeFromScratch(stream: Writable, parts: readonly (Buffer | string)[], octets: number): boolean {
  // A layer (TLS, DEFLATE) may hold on to octets, and does not say when it is done with them.
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
