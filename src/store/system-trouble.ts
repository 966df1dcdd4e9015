import { accessSync, closeSync, constants, existsSync, lstatSync, openSync, rmSync, writeSync } from 'node:fs';
import { systemCode } from '../wire/system-error.ts';
import { realPathOf } from './real-path.ts';

/** a few pages of a database, octets */
const TRIED = 16_384;

/**
 * Checks whether the file at `path` may be written, and tries to write a file beside it. Returns the system's error
 * code, or `undefined` if both work. SQLite gets the same code, but does not pass it on.
 *
 * The file itself is not opened: closing it again would end SQLite's locks on it (fcntl(2)).
 */
export function systemTrouble(path: string): string | undefined {
  if (path === ':memory:') return undefined;
  const real = realPathOf(path);
  return codeOf(() => accessIfThere(real)) ?? kindTrouble(real) ?? codeOf(() => writeBeside(real));
}

function accessIfThere(path: string): void {
  if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
}

/** Something other than a file is in the way: a folder, a device, a link to nowhere. */
function kindTrouble(path: string): string | undefined {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined || there.isFile()) return undefined;
  if (there.isSymbolicLink()) return 'ENOENT';
  return there.isDirectory() ? 'EISDIR' : 'ENOTBLK';
}

function writeBeside(path: string): void {
  const tried = `${path}.${process.pid}.tried`;
  const file = openSync(tried, 'w', 0o600);
  try {
    writeSync(file, Buffer.alloc(TRIED));
  } finally {
    closeSync(file);
    rmSync(tried, { force: true });
  }
}

function codeOf(attempt: () => void): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return systemCode(error);
  }
}
