import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';

const ROOT = join(import.meta.dirname, '../..');

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
      // What was deleted and is not committed is listed, too.
      if (textOf(ROOT, path) !== undefined) cpSync(join(ROOT, path), join(this.folder, path));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Runs `task` while the file is broken. */
  async broken<T>({ file, find, replace }: Mutant, task: () => Promise<T>): Promise<T> {
    const path = join(this.folder, file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
    try {
      return await task();
    } finally {
      writeFileSync(path, text);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** where the programs of the dependencies are */
  static program(name: string): string {
    return join(ROOT, 'node_modules', '.bin', name);
  }
}
