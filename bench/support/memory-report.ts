/**
 * Where a process's memory is. Loaded into it with `--import`, this file answers each message of its parent with what Node knows;
 * `memoryOf` adds what the kernel knows (Linux).
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';

interface Known {
  readonly heap: number;
  readonly heapUsed: number;
  readonly buffers: number;
}

/** MB */
export interface Memory {
  /** VmRSS: all of the others. It counts pages of files that are mapped, which the kernel can drop at any time */
  readonly resident: number;
  /** pages of files: the program itself, and what SQLite shares with other processes */
  readonly files: number;
  /** what JavaScript's heap has taken, and what is in it (what is not yet collected included) */
  readonly heap: number;
  readonly heapUsed: number;
  /** what is in Buffers and typed arrays (likewise) */
  readonly buffers: number;
  /** all that is left: of Node, V8's compiler, SQLite; and what malloc has and nobody uses */
  readonly rest: number;
}

const MB = 1e6;

export async function memoryOf(child: ChildProcess): Promise<Memory> {
  child.send('memory');
  // What the other end of this file sends.
  const [{ heap, heapUsed, buffers }] = (await once(child, 'message')) as [Known];
  const resident = residentOf(child, 'VmRSS');
  const files = residentOf(child, 'RssFile') + residentOf(child, 'RssShmem');
  return {
    ...{ resident, files, heap: heap / MB, heapUsed: heapUsed / MB, buffers: buffers / MB },
    rest: resident - files - (heap + buffers) / MB,
  };
}

/** MB. @param field of /proc/…/status */
export function residentOf(child: ChildProcess, field: string): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return (Number(new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(status)?.[1]) * 1024) / MB;
}

if (process.channel !== undefined && process.channel !== null) {
  process.on('message', () => {
    const { total_physical_size, used_heap_size } = getHeapStatistics();
    const known: Known = {
      heap: total_physical_size,
      heapUsed: used_heap_size,
      buffers: process.memoryUsage().arrayBuffers,
    };
    process.send?.(known);
  });
  process.channel.unref();
}
