/** Secrets that are kept in files of their own. */
import { readFileSync } from 'node:fs';
import { Failure } from './failure.ts';

/** What the file holds, without white space around it. @param what for the message: `the secret of groggs.gossip` */
export function secretFromFile(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(`${what} can't be read: ${reason}`, undefined, { cause: error, exitCode: 2 });
  }
}
