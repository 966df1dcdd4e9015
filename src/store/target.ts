/** Where a copy may be written. */
import { randomBytes } from 'node:crypto';
import { link, lstat, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { systemCode } from '../wire/system-error.ts';
import { Trouble } from '../wire/trouble.ts';
import { syncFolder } from './new-file.ts';

/** A file must not be written to the place requested. */
export class TargetError extends Trouble {
  /** what to do */
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'TargetError';
    this.remedy = remedy;
  }
}

export interface Kept {
  /** nothing may be written into these, nor over a link to anything in them */
  readonly folders?: readonly string[];
  /** nothing may be written over these, nor over a link to them */
  readonly files?: readonly string[];
}

/**
 * Makes sure that writing to `target` destroys nothing in `kept`, neither by its name, nor through symbolic links, nor
 * as a hard link. Without `force`, nothing may exist there yet. Returns its real path.
 *
 * @throws TargetError
 */
export async function safeTarget(
  target: string,
  { folders = [], files = [] }: Kept,
  { force }: { readonly force: boolean },
): Promise<string> {
  if (target.endsWith('/')) throw new TargetError(`${target} names a folder`, 'Name a file in it.');
  const path = await realPlace(target);
  const own = new TargetError(
    `${target} is, or leads to, a file that this server needs`,
    'Name a file outside its data folder, best on another disk.',
  );
  const homes = await realFolders(folders);
  if (await isIn(path, homes)) throw own;
  if ((await lstat(path).catch(() => undefined)) === undefined) return path;
  // Where a link leads: a new file in its place would take the link away, which may be the system's (/dev/stdout).
  const there = await stat(path).catch(() => undefined);
  if (there === undefined) {
    throw new TargetError(`${target} is a link that leads nowhere`, 'Create its target, or name another file.');
  }
  // The same file under another name, by a symbolic or a hard link.
  const contents = await Promise.all(homes.map((home) => readdir(home, { recursive: true }).catch(() => [])));
  const precious = [...files, ...contents.flatMap((names, i) => names.map((name) => join(homes[i] ?? '', name)))];
  for (const file of precious) {
    const one = await stat(file).catch(() => undefined);
    if (one?.dev === there.dev && one.ino === there.ino) throw own;
  }
  if (!there.isFile()) throw new TargetError(`${target} is not a regular file`, 'Name another one.');
  if (!force) throw exists(path);
  return realpath(path);
}

/**
 * The same for a folder: none of `kept` may be it, hold it, or be in it. Returns its real path, except where its own name is
 * a link.
 *
 * @throws TargetError
 */
export async function safeFolder(target: string, { folders = [] }: Pick<Kept, 'folders'>): Promise<string> {
  const path = await realPlace(target);
  const led = await realpath(path).catch(() => path);
  const homes = await realFolders(folders);
  const places = [path, led];
  const within = places.map((place) => isIn(place, homes));
  const around = homes.map((home) => isIn(home, places));
  if ((await Promise.all([...within, ...around])).includes(true))
    throw new TargetError(`${target} is a part of this server's data`, 'Name another folder, best on another disk.');
  return path;
}

async function realPlace(target: string): Promise<string> {
  const parent = await realpath(dirname(resolve(target))).catch(() => {
    throw new TargetError(`the folder ${dirname(resolve(target))} does not exist`, 'Create it, or name another one.');
  });
  return join(parent, basename(resolve(target)));
}

function realFolders(folders: readonly string[]): Promise<string[]> {
  return Promise.all(folders.map((folder) => realpath(folder).catch(() => resolve(folder))));
}

/**
 * Is it one of these folders, or in one? Also where a bind mount leads there, which no path shows.
 *
 * @param path a real path; its end may be new
 */
export async function isIn(path: string, folders: readonly string[]): Promise<boolean> {
  const own = await Promise.all(folders.map((folder) => stat(folder).catch(() => undefined)));
  for (let place = path; ; place = dirname(place)) {
    if (folders.includes(place)) return true;
    const there = await stat(place).catch(() => undefined);
    if (there !== undefined && own.some((one) => one?.dev === there.dev && one.ino === there.ino)) return true;
    if (place === dirname(place)) return false;
  }
}

function exists(path: string): TargetError {
  return new TargetError(`${path} exists already`, 'Name another file, or replace this one with --force.');
}

/** An unused name beside `path`. */
export function nameBeside(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.partial`;
}

/**
 * Gives a complete file its final name. Once this resolves, it is there for good.
 *
 * @param force replaces a file of that name; without it that is an error
 * @throws TargetError
 */
export async function giveName(complete: string, path: string, force: boolean): Promise<void> {
  for (const ending of ['-wal', '-journal']) {
    if ((await lstat(path + ending).catch(() => undefined)) === undefined) continue;
    throw new TargetError(
      `${path}${ending} exists: a program has ${path} open, or did not close it`,
      'Close that program, or name another file.',
    );
  }
  if (force) await rename(complete, path);
  else {
    try {
      // Unlike `rename`, this never replaces a file.
      await link(complete, path);
    } catch (error) {
      if ((await lstat(path).catch(() => undefined)) !== undefined) throw exists(path);
      // FAT and some network file systems have no hard links.
      if (systemCode(error) === 'ENOENT') throw error;
      await rename(complete, path);
    }
    await rm(complete, { force: true });
  }
  syncFolder(dirname(path));
}
