/** Runs one command. Exit codes: 0 success, 1 failure, 2 wrong usage or configuration. */
import { CommanderError } from 'commander';
import { complaintOf } from './complaint.ts';
import { boundHeap } from './heap.ts';
import { watchOutput } from './output.ts';
import { program } from './program.ts';

export async function run(args: readonly string[]): Promise<number> {
  // Databases, keys and backups are readable only by their owner.
  process.umask(0o077);
  // Everything is loaded.
  boundHeap();
  watchOutput();
  // Node reads what is not UTF-8 as another name.
  const unreadable = args.find((arg) => arg.includes('\uFFFD'));
  if (unreadable !== undefined) {
    process.stderr.write(`rgtp-nntp: "${unreadable}" is not UTF-8\nRename it, or name it in another way.\n`);
    return 2;
  }
  try {
    await program().parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // Commander has printed its message already; all its errors are usage errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { text, exitCode } = complaintOf(error);
    process.stderr.write(`rgtp-nntp: ${text}\n`);
    return exitCode;
  }
}
