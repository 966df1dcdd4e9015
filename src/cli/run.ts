/** Runs one command. Exit codes: 0 success, 1 failure, 2 wrong usage or configuration. */
import { CommanderError } from 'commander';
import { complaintOf } from './complaint.ts';
import { watchOutput } from './output.ts';
import { program } from './program.ts';

export async function run(args: readonly string[]): Promise<number> {
  // Databases, keys and backups are readable only by their owner.
  process.umask(0o077);
  watchOutput();
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
