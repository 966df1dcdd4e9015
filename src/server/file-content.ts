/** Files that the configuration names. */
import { StoreError, storeErrorFrom } from '../store/errors.ts';
import { readSmallFile } from '../wire/small-file.ts';
import { messageOf } from '../wire/trouble.ts';
import { Failure } from './failure.ts';

/** The file's text, trimmed. @param what names it in messages: `the secret of groggs.gossip` @throws Failure */
export function fileContent(file: string, what: string): string {
  try {
    return readSmallFile(file).toString('utf8').trim();
  } catch (error) {
    const known = storeErrorFrom(error, file);
    const reason = known instanceof StoreError ? known.message : `${file}: ${messageOf(error)}`;
    const denied = known instanceof StoreError && known.kind === 'denied';
    const remedy = denied
      ? `Let the user that this runs as (uid ${process.geteuid?.() ?? '?'}) read it.`
      : 'Correct its name in the configuration, or put the file there.';
    throw new Failure(`${what} can't be read: ${reason}`, remedy, { cause: error, exitCode: 2 });
  }
}
