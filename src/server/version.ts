/** The running version, and the commit that it was built from. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** `0.1.0` */
export const version = stringIn(join(root, 'package.json'), 'version') ?? 'unknown';

/** The first digits of the commit, from the packed package or the checkout, if either has it. */
function build(): string | undefined {
  return (stringIn(join(root, 'dist', 'build.json'), 'commit') ?? checkedOut(join(root, '.git')))?.slice(0, 10);
}

/** For `--version`. */
export function versionLine(): string {
  return `rgtp-nntp ${version} (build ${build() ?? 'unknown'}, node ${process.versions.node})`;
}

function stringIn(path: string, key: string): string | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const value: unknown = typeof content === 'object' && content !== null ? Reflect.get(content, key) : undefined;
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The commit checked out in a `.git` folder, read without git. */
function checkedOut(git: string): string | undefined {
  const read = (...path: string[]) => {
    try {
      return readFileSync(join(git, ...path), 'utf8').trim();
    } catch {
      return undefined;
    }
  };
  const head = read('HEAD');
  const branch = /^ref: (.*)$/.exec(head ?? '')?.[1];
  if (branch === undefined) return head;
  const packed = () =>
    read('packed-refs')
      ?.split('\n')
      .find((line) => line.endsWith(` ${branch}`))
      ?.split(' ')[0];
  return read(branch) ?? packed();
}
