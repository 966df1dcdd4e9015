/** Backups: of the embedded board alone, or of everything that must be kept. */
import { existsSync } from 'node:fs';
import { readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { backupBoard } from '../board/upkeep/backup.ts';
import type { Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import { type CopyProgress, DatabaseSnapshot } from '../store/copy.ts';
import { StoreError, storeErrorFrom } from '../store/errors.ts';
import { takeLock } from '../store/lock.ts';
import { newFolder, syncFolder, writeSynced } from '../store/new-file.ts';
import { readOwnFile } from '../store/own-file.ts';
import { isIn, type Kept, TargetError } from '../store/target.ts';
import { withBoardFile } from './board-file.ts';
import { Failure } from './failure.ts';
import { noteBackup } from './last-backup.ts';
import { isInDatabase, refuseLostFiles } from './lost-files.ts';
import { type BackupFile, KINDS, MANIFEST, type Manifest, readManifest, sha256Of } from './manifest.ts';
import { version } from './version.ts';

const LOCK = 'lock';
/** a time: the name that `backupAll` gives a backup's folder */
const FOLDER = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/;
const FILE = /\.(?:sqlite(?:-journal|-wal|-shm)?|key|secret)$/;

export interface BackupChoices {
  /** replaces an older backup */
  readonly force: boolean;
  readonly onProgress: (what: string, progress: CopyProgress) => void;
}

/**
 * Copies the embedded board into one file.
 *
 * @returns the key file that decrypts the users' secrets in it
 * @throws Failure, StoreError
 */
export function backupEmbedded(
  config: Config,
  file: string,
  { force, onProgress, kept }: BackupChoices & { readonly kept: Kept },
): Promise<string> {
  return withBoardFile(config, async (store, { boardKey }) => {
    try {
      await backupBoard(store, file, (progress) => onProgress('pages', progress), { force, kept });
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      throw new Failure(error.message, error.remedy);
    }
    return boardKey;
  });
}

/**
 * Copies boards, permanent files and keys, all as of one moment, into a new subfolder of a folder. The manifest,
 * written last, makes them the backup: an older one is replaced as a whole or not at all.
 *
 * @throws Failure, StoreError
 */
export async function backupAll(config: Config, directory: string, choices: BackupChoices): Promise<Manifest> {
  // Files that belong together are backed up together or not at all.
  for (const board of config.boards) refuseLostFiles(config, board);
  const sources = sourcesOf(config);
  if (sources.length === 0) throw new Failure(`there is nothing to back up in ${config.data} yet`);
  await refuseOwnFolders(config, directory);
  await newFolder(directory);
  await refuseOther(directory, choices.force);
  using _lock = lockBackups(directory);
  await refuseOther(directory, choices.force);
  const made = new Date().toISOString();
  const folder = made.replace(/[:.]/g, '-');
  const into = join(directory, folder);
  await newFolder(into);
  try {
    const files = await copyAll(sources, into, choices.onProgress);
    syncFolder(into);
    const manifest: Manifest = { format: 1, program: version, made, folder, files };
    await writeManifest(directory, manifest);
    noteBackup(config, made);
    for (const other of await ownFolders(directory)) {
      if (other !== folder) await rm(join(directory, other), { recursive: true, force: true });
    }
    return manifest;
  } catch (error) {
    await rm(into, { recursive: true, force: true });
    throw error;
  }
}

type Source = Pick<BackupFile, 'board' | 'kind'> & { readonly path: string };

function sourcesOf(config: Config): Source[] {
  const all = KINDS.flatMap((kind) =>
    config.boards
      // PostgreSQL is backed up with its own tools. Any file beside it is out of date.
      .filter((board) => kind !== 'permanent' || !isInDatabase(config, board))
      .map((board) => ({ board: board.name, kind, path: pathsOf(config, board)[kind] })),
  );
  return all.filter(({ path }) => existsSync(path));
}

async function refuseOwnFolders({ data, keys }: Config, directory: string): Promise<void> {
  // The folder may be new: follow links in the part of its path that exists.
  let existing = resolve(directory);
  while (!existsSync(existing)) existing = dirname(existing);
  const path = join(await realpath(existing), relative(existing, resolve(directory)));
  if (await isIn(path, [resolve(data), resolve(keys)]))
    throw new Failure(
      `${directory} is in the folder that is to be backed up`,
      'Name another one, best on another disk.',
    );
}

/** @throws Failure if something is there that must not be replaced */
async function refuseOther(directory: string, force: boolean): Promise<void> {
  const there = await readdir(directory);
  if (there.includes(MANIFEST)) {
    if (force) await readManifest(directory);
    else
      throw new Failure(
        `${directory} holds a backup already`,
        'Name another folder, or replace the backup with --force.',
      );
    return;
  }
  // A killed backup leaves nothing else.
  const ours = new Set([LOCK, `${MANIFEST}.partial`, ...(await ownFolders(directory))]);
  if (there.some((name) => !ours.has(name))) {
    throw new Failure(`${directory} is neither empty nor a backup`, 'Name an empty or a new folder.');
  }
}

/** Folders of backups, complete or not: nothing else has such a name, and only such files. */
async function ownFolders(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const own: string[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory() && FOLDER.test(entry.name))) {
    const files = await readdir(join(directory, name), { withFileTypes: true });
    if (files.every((file) => file.isFile() && FILE.test(file.name))) own.push(name);
  }
  return own;
}

function lockBackups(directory: string): Disposable {
  try {
    return takeLock(join(directory, LOCK));
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'locked') throw error;
    throw new Failure(`another backup into ${directory} is being made`, 'Wait until it has finished.', {
      cause: error,
    });
  }
}

async function copyAll(
  sources: readonly Source[],
  into: string,
  onProgress: BackupChoices['onProgress'],
): Promise<BackupFile[]> {
  // All snapshots are taken before anything is copied.
  using snapshots = new DisposableStack();
  const views = sources.map((source) => ({
    ...source,
    snapshot: isDatabase(source) ? snapshots.use(new DatabaseSnapshot(source.path)) : undefined,
  }));
  const files: BackupFile[] = [];
  for (const { board, kind, path, snapshot } of views) {
    const file = basename(path);
    const copy = join(into, file);
    if (snapshot === undefined) await copySmall(path, copy);
    else await snapshot.copyTo(copy, (progress) => onProgress(file, progress));
    files.push({ board, kind, file, octets: (await stat(copy)).size, sha256: await sha256Of(copy) });
  }
  return files;
}

function isDatabase({ kind }: Pick<BackupFile, 'kind'>): boolean {
  return kind === 'board' || kind === 'permanent';
}

async function copySmall(path: string, copy: string): Promise<void> {
  await writeNew(copy, readOwnFile(path));
}

/** Resolves once the file is on disk. @throws StoreError */
async function writeNew(path: string, content: string | Buffer): Promise<void> {
  await writeSynced(path, content).catch((error: unknown) => {
    throw storeErrorFrom(error, path);
  });
}

async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  const partial = join(directory, `${MANIFEST}.partial`);
  await rm(partial, { force: true });
  await writeNew(partial, `${JSON.stringify(manifest, undefined, 2)}\n`);
  await rename(partial, join(directory, MANIFEST));
  syncFolder(directory);
}
