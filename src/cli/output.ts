/** Standard output, which may be a pipe that nobody reads, or a file on a full disk. */
import { writeSync } from 'node:fs';
import { complaintOf } from './complaint.ts';

/** A closed pipe (`| head`) is not an error. Any other error is reported once. */
export function watchOutput(): void {
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    process.stdout.on('error', () => {});
    if (error.code === 'EPIPE') return;
    process.exitCode = 1;
    process.stderr.write(`rgtp-nntp: standard output: ${complaintOf(error).text}\n`);
  });
  // There is nowhere left to report it.
  process.stderr.on('error', () => {});
}

/** Prints for a server, which goes on even if nobody reads. Returns false if not everything was written. */
export function announce(text: string): boolean {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
    return true;
  } catch {
    return false;
  }
}
