/** How the person who started this program can start its other commands. */
import { resolve } from 'node:path';

/** A checkout has TypeScript and no `rgtp-nntp` on the path; npm runs its scripts with the pinned node. */
const program = import.meta.filename.endsWith('.ts') ? 'npm run rgtp-nntp --' : 'rgtp-nntp';

/** @param config the value of `--config`; npm would resolve a relative path from the top of the checkout */
export function invocation(command: string, config: string | undefined): string {
  return `${program} ${command}${config === undefined ? '' : ` --config ${quoted(resolve(config))}`}`;
}

/** Quoted for a shell. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
