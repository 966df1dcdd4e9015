import type { Writable } from 'node:stream';

type Part = Buffer | string;

/**
 * Parts up to this size in total are joined into one write. Beyond it, or if one part is this long, nothing is copied:
 * the same part may be on its way to hundreds of clients. Nor if they have this many octets on average: then copying
 * them into new memory takes longer than naming each to the kernel.
 */
const COPY_OCTETS = 256 * 1024;
const COPY_PART = 16 * 1024;
const COPY_MEAN = 4 * 1024;

/** Writes parts as one piece, in memory of its own. Returns false if it has written nothing. */
export type WriteJoined = (stream: Writable, parts: readonly Part[], octets: number) => boolean;

/**
 * Writes parts so that they leave together; text as UTF-8.
 * @param octets octets of all parts, or a little less
 * @param writeJoined where parts are joined, it is asked first; default: they are joined in new memory
 * @returns what `write()` returns: false if the client must read before more is written
 */
export function writeTogether(
  stream: Writable,
  parts: readonly Part[],
  octets: number,
  writeJoined: WriteJoined = () => false,
): boolean {
  const [first] = parts;
  if (first === undefined) return true;
  if (parts.length === 1 && typeof first !== 'string') return stream.write(first);
  const isSmall = (part: Part) => typeof part === 'string' || part.length <= COPY_PART;
  const most = Math.min(COPY_OCTETS, parts.length * COPY_MEAN);
  if (parts.length === 1 || (octets <= most && parts.every(isSmall))) {
    if (writeJoined(stream, parts, octets)) return !stream.writableNeedDrain;
    return stream.write(joined(parts));
  }
  let more = true;
  stream.cork();
  for (const part of parts) more = stream.write(bytesOf(part));
  stream.uncork();
  return more;
}

function bytesOf(part: Part): Buffer {
  return typeof part === 'string' ? Buffer.from(part) : part;
}

function joined(parts: readonly Part[]): Buffer {
  let length = 0;
  for (const part of parts) length += typeof part === 'string' ? Buffer.byteLength(part) : part.length;
  const all = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'string') at += all.write(part, at);
    else {
      all.set(part, at);
      at += part.length;
    }
  }
  return all;
}
