/**
 * Loaded into the processes of a soak before anything else: upon SIGUSR2, collects garbage and writes what is still held
 * into a file, named after the process.
 */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** In octets. Outside of V8's heap are Buffers above all. */
export interface Held {
  /** counts the answers of this process */
  readonly n: number;
  readonly heap: number;
  /** what V8 has of the system for its heap, holes included */
  readonly heapTaken: number;
  readonly external: number;
  readonly arrayBuffers: number;
  /** resident, and of nobody else: V8's heap with the holes in it, what malloc has, stacks */
  readonly own: number;
  /** resident pages of files, node itself and databases: the system takes them back when it likes */
  readonly ofFiles: number;
  readonly descriptors: number;
}

/** In octets, what Linux counts under this name. */
function pages(name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'latin1'));
  return Number(line?.[1]) * 1024;
}

const folder = process.env['SOAK_MEMORY'];
if (folder !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  let n = 0;
  const tell = () => {
    const { heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
    const descriptors = readdirSync('/proc/self/fd').length;
    const resident = { own: pages('RssAnon'), ofFiles: pages('RssFile') };
    const held: Held = {
      n: n++,
      heap: heapUsed,
      heapTaken: heapTotal,
      external,
      arrayBuffers,
      ...resident,
      descriptors,
    };
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
