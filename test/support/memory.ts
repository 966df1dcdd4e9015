import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Octets in use, on the heap and in Buffers. Garbage is collected first: how much of it lies about is no matter of ours. */
export function octetsInUse(): number {
  // Buffers found dead by the first collection are given back by the second.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
