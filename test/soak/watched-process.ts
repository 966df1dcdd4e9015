/**
 * Loaded into the processes of a soak before anything else: upon SIGUSR2, collects garbage and writes what is still held
 * into a file, named after the process.
 */
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** In octets. Outside of V8's heap are Buffers above all. */
export interface Held {
  /** counts the answers of this process */
  readonly n: number;
  readonly heap: number;
  readonly external: number;
  readonly arrayBuffers: number;
  readonly rss: number;
  readonly descriptors: number;
}

const folder = process.env['SOAK_MEMORY'];
if (folder !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  let n = 0;
  const tell = () => {
    const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
    const descriptors = readdirSync('/proc/self/fd').length;
    const held: Held = { n: n++, heap: heapUsed, external, arrayBuffers, rss, descriptors };
    const file = join(folder, String(process.pid));
    writeFileSync(`${file}.new`, JSON.stringify(held));
    renameSync(`${file}.new`, file);
  };
  process.on('SIGUSR2', () => {
    // What the first collection frees outside of the heap is given back by the second, a turn later.
    collect();
    setImmediate(() => {
      collect();
      tell();
    });
  });
  // From now on it can be asked.
  tell();
}
