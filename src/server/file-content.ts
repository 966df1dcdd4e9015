/** Parts of the configuration in files of their own. */
import { readFileSync } from 'node:fs';
import { Failure } from './failure.ts';

/** The file's text, trimmed. @param what names it in messages: `the secret of groggs.gossip` @throws Failure */
export function fileContent(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(`${what} can't be read: ${reason}`, undefined, { cause: error, exitCode: 2 });
  }
}
