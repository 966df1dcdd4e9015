/** Runs one command. Exit codes: 0 success, 1 failure, 2 wrong usage or configuration. */
import { CommanderError } from 'commander';
import { AccountError } from '../bridge/login/local-accounts.ts';
import { ConfigError } from '../config/problem.ts';
import { Failure } from '../server/failure.ts';
import { StoreError } from '../store/errors.ts';
import { program } from './program.ts';

export async function run(args: readonly string[]): Promise<number> {
  // Databases, keys and backups are readable by their owner alone.
  process.umask(0o077);
  try {
    await program().parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // Commander has already printed its message; all its errors are usage errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof ConfigError) {
      process.stderr.write(`rgtp-nntp: the configuration has mistakes:\n${indented(error.message)}\n`);
      return 2;
    }
    if (error instanceof Failure) {
      process.stderr.write(`rgtp-nntp: ${error.message}\n${error.remedy === undefined ? '' : `${error.remedy}\n`}`);
      return error.exitCode;
    }
    // Their messages are written for people, and name the file or field.
    if (error instanceof StoreError || error instanceof AccountError) {
      process.stderr.write(`rgtp-nntp: ${error.message}\n`);
      return 1;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`rgtp-nntp: this is a bug:\n${text}\n`);
    return 1;
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}
