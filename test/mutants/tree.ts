import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';

const ROOT = join(import.meta.dirname, '../..');
export const MODULES = join(ROOT, 'node_modules');

/** Why an entry of the list no longer fits the code; undefined: it fits. */
export function stale({ file, find, tests }: Mutant, root = ROOT): string | undefined {
  const missing = [file, ...tests].find((path) => textOf(root, path) === undefined);
  if (missing !== undefined) return `there is no ${missing}`;
  const count = (textOf(root, file)?.split(find).length ?? 0) - 1;
  return count === 1 ? undefined : `${file} has the line ${count} times: ${find}`;
}

function textOf(root: string, path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

/** A copy of the checkout, as it is now, to break things in. */
export class Tree {
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'mutants-'));
    // Some tests run the program as another user.
    chmodSync(this.folder, 0o755);
    const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    for (const path of new Set(listed.split('\0').filter((name) => name !== ''))) {
      // What was deleted and is not committed is listed, too. With its age: npm would install anew for a new lockfile.
      if (textOf(ROOT, path) !== undefined)
        cpSync(join(ROOT, path), join(this.folder, path), { preserveTimestamps: true });
    }
    symlinkSync(MODULES, join(this.folder, 'node_modules'));
  }

  /** Runs `task` while their files are broken: at most one mutant for each. */
  async broken<T>(mutants: readonly Mutant[], task: () => Promise<T>): Promise<T> {
    const whole = mutants.map(({ file }) => [join(this.folder, file), readFileSync(join(this.folder, file))] as const);
    for (const { file, find, replace } of mutants) {
      const path = join(this.folder, file);
      const text = readFileSync(path, 'utf8').replace(find, () => replace);
      writeFileSync(path, text);
    }
    try {
      return await task();
    } finally {
      for (const [path, text] of whole) writeFileSync(path, text);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
