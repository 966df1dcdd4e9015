import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** far above a chain of certificates, or the configuration of a hundred boards */
const MOST = 2 ** 20;
const CHUNK = 65_536;

/**
 * Reads a whole file that people name, even a pipe or device, for `-c <(…)`: these have no size to check in advance,
 * and some have no end.
 *
 * @throws Error from the system, or if it is larger than 1 MiB
 */
export function readSmallFile(path: string): Buffer<ArrayBuffer> {
  return read(openSync(path, 'r'));
}

/**
 * Reads a whole file that programs write: a pipe or device in its place is refused, not waited for.
 *
 * @throws Error from the system, or if it is no regular file, or larger than 1 MiB
 */
export function readRegularFile(path: string): Buffer<ArrayBuffer> {
  // Otherwise, opening a pipe would wait until somebody writes to it.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if (fstatSync(file).isFile()) return read(file);
  closeSync(file);
  throw new Error('it is not a regular file');
}

function read(file: number): Buffer<ArrayBuffer> {
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; length <= MOST; ) {
      const chunk = Buffer.alloc(CHUNK);
      const octets = readSync(file, chunk);
      if (octets === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, octets));
      length += octets;
    }
  } finally {
    closeSync(file);
  }
  throw new Error(`it is larger than ${MOST.toLocaleString('en-GB')} octets, so it can't be the file that is meant`);
}
