/** How the person who started this program starts its other commands. */
import { resolve } from 'node:path';

/** A checkout has TypeScript, and no `rgtp-nntp` on the path; npm runs its scripts on the node that it fetched. */
const program = import.meta.filename.endsWith('.ts') ? 'npm run rgtp-nntp --' : 'rgtp-nntp';

/** @param config what `--config` was; by name npm would look for it at the top of the checkout */
export function invocation(command: string, config: string | undefined): string {
  return `${program} ${command}${config === undefined ? '' : ` --config ${quoted(resolve(config))}`}`;
}

/** For a shell. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
