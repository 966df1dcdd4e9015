/** Where the log is written: standard error, which may be a file on a disk that is full. */
import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** Attempts, and ms between them, while a pipe is full: the server waits no longer for the log's reader. */
const PATIENCE = { tries: 3, ms: 5 };

export interface LogOutput extends DestinationStream {
  /** lines that could not be written */
  readonly lost: number;
}

/**
 * Writes lines at once, so that an exit does not lose the last one. A line that can't be written is dropped and
 * counted: no log is worth stopping or delaying the server. The next line that can be written is preceded by the number
 * of those missing.
 */
export function logOutput(
  missing: (lines: number) => string,
  write: (text: string, tries: number) => void = toStandardError,
): LogOutput {
  const counts = { all: 0, unreported: 0 };
  return {
    get lost() {
      return counts.all;
    },
    write(line) {
      try {
        // The last line may be incomplete.
        if (counts.unreported > 0) write(`\n${missing(counts.unreported)}`, 1);
        counts.unreported = 0;
        write(line, PATIENCE.tries);
      } catch {
        counts.all++;
        counts.unreported++;
      }
    },
  };
}

function toStandardError(text: string, most: number): void {
  let rest = Buffer.from(text);
  for (let tries = 0; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(2, rest));
    } catch (error) {
      const full = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!full || ++tries >= most) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PATIENCE.ms);
    }
  }
}
