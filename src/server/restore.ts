/** Restores a backup. The server must not be running. */
import { existsSync } from 'node:fs';
import { access, constants, copyFile, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { boardSchema } from '../board/schema.ts';
import { BoardStore } from '../board/store.ts';
import type { Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import { carryNumbering } from '../store/carry-numbering.ts';
import { DATABASE_ENDINGS } from '../store/database.ts';
import { StoreError, storeErrorFrom } from '../store/errors.ts';
import { syncFolder } from '../store/new-file.ts';
import { giveToFolderOwner } from '../store/ownership.ts';
import { PERMANENT } from '../store/permanent-schema.ts';
import { checkPages } from '../store/whole.ts';
import { embeddedBoardOf } from './embedded-board.ts';
import { Failure } from './failure.ts';
import { takeFolders } from './folders.ts';
import { markHalfRestored, setAsideBefore, unmarkHalfRestored } from './half-restored.ts';
import { type BackupFile, type Manifest, readManifest, sha256Of } from './manifest.ts';

/** A file to be put in place. */
interface Piece {
  readonly kind: BackupFile['kind'];
  readonly from: string;
  readonly to: string;
  /** undefined: not known */
  readonly sha256?: string;
}

interface Staged extends Piece {
  /** its temporary name */
  readonly staged: string;
}

export interface Restored {
  /** the files restored */
  readonly files: readonly string[];
  /** folders with the old files */
  readonly replaced: readonly string[];
  /** files that do not know the article numbers shown since the backup */
  readonly forgetful: readonly string[];
}

/** Replaces the embedded board by a copy made by `board backup`. @throws Failure, StoreError */
export async function restoreEmbedded(
  config: Config,
  file: string,
  { force }: { readonly force: boolean },
): Promise<Restored> {
  using _taken = takeFolders(config);
  const { board, boardKey, cache } = pathsOf(config, embeddedBoardOf(config));
  if (!existsSync(boardKey)) {
    throw new Failure(
      `the key file ${boardKey} is missing: without it the users' secrets can't be read`,
      'Put your copy of it there, or use `rgtp-nntp restore`, which restores everything.',
    );
  }
  return replace(config, [{ kind: 'board', from: file, to: board }], [cache], boardKey, force);
}

/** Restores everything that `backup` saved. @throws Failure, StoreError */
export async function restoreAll(
  config: Config,
  directory: string,
  { force }: { readonly force: boolean },
): Promise<Restored> {
  const manifest = await readManifest(directory);
  using _taken = takeFolders(config);
  const pieces = manifest.files.map((file) => pieceOf(config, manifest, directory, file));
  const caches = config.boards.map((board) => pathsOf(config, board).cache);
  const key = pieces.find(({ kind }) => kind === 'boardKey')?.from;
  return replace(config, pieces, caches, key, force);
}

function pieceOf(
  config: Config,
  { folder }: Manifest,
  directory: string,
  { board, kind, file, sha256 }: BackupFile,
): Piece {
  const wanted = config.boards.find(({ name }) => name === board);
  if (wanted === undefined) {
    throw new Failure(
      `the backup holds the board ${board}, which the configuration does not have`,
      'Restore with the configuration that the backup was made with.',
    );
  }
  return { kind, from: join(directory, folder, file), to: pathsOf(config, wanted)[kind], sha256 };
}

async function replace(
  config: Config,
  pieces: readonly Piece[],
  caches: readonly string[],
  key: string | undefined,
  force: boolean,
): Promise<Restored> {
  const there = pieces.flatMap(({ to }) => withSiblings(to)).filter((path) => existsSync(path));
  if (there.length > 0 && !force) {
    throw new Failure(
      `there is something to lose: ${there.map((path) => basename(path)).join(', ')}`,
      'Restore into an empty data folder, or with --force, which moves these files into a folder beside them.',
    );
  }
  const staged = pieces.map((piece) => ({ ...piece, staged: `${piece.to}.restoring` }));
  try {
    for (const piece of staged) await stage(piece);
    for (const piece of staged) check(piece, key);
    const before = setAsideBefore(config);
    const forgetful = staged.filter(({ kind, to, staged: copied }) => {
      const known = [to, ...before.map((folder) => join(dirname(to), folder, basename(to)))];
      return kind === 'permanent' && !known.some((path) => carryNumbering(path, copied));
    });
    for (const { staged: path } of staged) await sync(path);
    // Caches are derived from the board, and will be rebuilt.
    const old = [...there, ...caches.flatMap(withSiblings).filter((path) => existsSync(path))];
    const aside = `replaced-${new Date().toISOString().replace(/[:.]/g, '-')}`;
    markHalfRestored(config, aside);
    const replaced = await setAside(old, aside);
    for (const { staged: from, to } of staged) await rename(from, to);
    for (const folder of new Set(staged.map(({ to }) => dirname(to)))) syncFolder(folder);
    unmarkHalfRestored(config);
    return { files: staged.map(({ to }) => to), replaced, forgetful: forgetful.map(({ to }) => to) };
  } finally {
    for (const { staged: path } of staged) for (const one of withSiblings(path)) await rm(one, { force: true });
  }
}

/**
 * A database with all that SQLite keeps beside it. A log or journal that stayed there would be written into the file that
 * gets its name (https://www.sqlite.org/howtocorrupt.html, "Mispairing database files and hot journals").
 */
function withSiblings(path: string): string[] {
  const isDatabase = path.endsWith('.sqlite') || path.endsWith('.restoring');
  return isDatabase ? DATABASE_ENDINGS.map((ending) => path + ending) : [path];
}

/** Copies a file beside its destination and syncs it. @throws Failure if it is not what the backup wrote */
async function stage({ from, staged, sha256 }: Staged): Promise<void> {
  const entry = await lstat(from).catch(() => undefined);
  if (entry === undefined) throw new Failure(`${from} does not exist`);
  if (!entry.isFile()) throw new Failure(`${from} is not a regular file`);
  if (existsSync(`${from}-wal`)) {
    throw new Failure(
      `${from} is in use, or was not closed: ${basename(from)}-wal exists`,
      'Restore a backup, not a live file.',
    );
  }
  await access(from, constants.R_OK).catch((error: unknown) => {
    throw storeErrorFrom(error, from);
  });
  try {
    await copy(from, staged);
  } catch (error) {
    throw storeErrorFrom(error, staged);
  }
  if (sha256 !== undefined && (await sha256Of(staged)) !== sha256) {
    throw new Failure(`${from} is damaged: it is not what the backup wrote`, 'Restore another backup.');
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function copy(from: string, to: string): Promise<void> {
  // Left by a restore that was killed.
  for (const one of withSiblings(to)) await rm(one, { force: true });
  await copyFile(from, to);
  const file = await open(to, 'r+');
  try {
    await file.chmod(0o600);
    giveToFolderOwner(to);
    await file.sync();
  } finally {
    await file.close();
  }
}

function check({ kind, from, staged }: Staged, key: string | undefined): void {
  if (kind === 'board') checkBoard(staged, from, key);
  if (kind === 'permanent') checkDatabase(staged, from, PERMANENT);
}

function checkDatabase(
  path: string,
  from: string,
  schema: { readonly name: string; readonly applicationId: number },
): void {
  const db = new DatabaseSync(path);
  try {
    if (db.prepare('PRAGMA application_id').get()?.['application_id'] !== schema.applicationId) {
      throw new StoreError('foreign', from, `it is not a ${schema.name} file of rgtp-nntp`);
    }
    checkPages(db, from);
  } finally {
    db.close();
  }
}

/** Checks that the board is sound, not of a newer version, and matches its key. */
function checkBoard(path: string, from: string, key: string | undefined): void {
  checkDatabase(path, from, boardSchema);
  if (key === undefined) throw new Failure(`the backup has no key file for ${from}`);
  let store: BoardStore | undefined;
  try {
    store = BoardStore.open(path, { keyFile: key });
  } catch (cause) {
    // The fault is in the board, not in the key.
    if (cause instanceof StoreError && cause.path !== key) throw cause;
    throw new Failure(
      `the users' secrets in ${from} can't be read with the key ${key}`,
      'Put the key file that belongs to this copy there.',
      { cause },
    );
  } finally {
    store?.close();
  }
}

/** Moves files into a new folder beside them. */
async function setAside(paths: readonly string[], name: string): Promise<string[]> {
  const folders = new Set<string>();
  for (const path of paths) {
    const folder = join(dirname(path), name);
    if (!folders.has(folder)) {
      await mkdir(folder, { mode: 0o700 });
      giveToFolderOwner(folder);
    }
    folders.add(folder);
    await rename(path, join(folder, basename(path)));
  }
  return [...folders];
}
