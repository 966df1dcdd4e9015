/** One command from its arguments to its exit code: 0 fine, 1 failed, 2 usage or configuration. */
import { CommanderError } from 'commander';
import { AccountError } from '../bridge/login/local-accounts.ts';
import { ConfigError } from '../config/problem.ts';
import { Failure } from '../server/failure.ts';
import { StoreError } from '../store/errors.ts';
import { program } from './program.ts';

export async function run(args: readonly string[]): Promise<number> {
  // Databases, keys, backups: what this program writes is for its own user.
  process.umask(0o077);
  try {
    await program().parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // Commander has printed its message (or the help) already; every one of its errors is one of usage.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof ConfigError) {
      process.stderr.write(`rgtp-nntp: the configuration has mistakes:\n${indented(error.message)}\n`);
      return 2;
    }
    if (error instanceof Failure) {
      process.stderr.write(`rgtp-nntp: ${error.message}\n${error.remedy === undefined ? '' : `${error.remedy}\n`}`);
      return error.exitCode;
    }
    // What these say is meant for people, and names the file or the field.
    if (error instanceof StoreError || error instanceof AccountError) {
      process.stderr.write(`rgtp-nntp: ${error.message}\n`);
      return 1;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`rgtp-nntp: this should not have happened:\n${text}\n`);
    return 1;
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}
