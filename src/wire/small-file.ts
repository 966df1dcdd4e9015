import { closeSync, openSync, readSync } from 'node:fs';

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
  const file = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; length <= MOST; ) {
      const chunk = Buffer.alloc(CHUNK);
      const read = readSync(file, chunk);
      if (read === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, read));
      length += read;
    }
  } finally {
    closeSync(file);
  }
  throw new Error(`it is larger than ${MOST.toLocaleString('en-GB')} octets, so it can't be the file that is meant`);
}
