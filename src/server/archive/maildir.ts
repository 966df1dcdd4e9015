import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { timeOfArticle } from '../../news/archive.ts';
import { storeErrorFrom } from '../../store/errors.ts';
import { syncFolder, writeSynced } from '../../store/new-file.ts';
import { nameBeside, TargetError } from '../../store/target.ts';
import type { ArchivedArticle } from './articles.ts';
import type { ArchivePlace } from './mbox.ts';

/** files written at once: their syncs share the disk's work */
const AT_ONCE = 32;
const PARTS = ['cur', 'new', 'tmp'] as const;

/** @throws TargetError if something is there that must not be replaced */
export async function requireMaildirTarget(path: string, force: boolean): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) return;
  const names = there.isDirectory() ? await readdir(path) : undefined;
  if (names === undefined || names.some((name) => !PARTS.some((part) => part === name))) {
    throw new TargetError(`${path} exists, and is not a Maildir`, 'Name another folder.');
  }
  if (!force) throw new TargetError(`${path} exists already`, 'Name another folder, or replace this one with --force.');
}

/**
 * Writes a Maildir. An article's file has the same name each time. All articles are marked as read: nothing in an archive is new.
 *
 * @param host what the names end with
 */
export async function writeMaildir(
  { path, partial, force }: ArchivePlace,
  articles: AsyncIterable<ArchivedArticle>,
  host: string,
): Promise<number> {
  let count = 0;
  try {
    for (const part of PARTS) await mkdir(join(partial, part), { recursive: true, mode: 0o700 });
    let writing: Promise<void>[] = [];
    for await (const { number, content } of articles) {
      const name = `${timeOfArticle(content)}.${number}.${host}:2,S`;
      writing.push(writeSynced(join(partial, 'cur', name), content));
      count++;
      if (writing.length < AT_ONCE) continue;
      await Promise.all(writing);
      writing = [];
    }
    await Promise.all(writing);
    for (const folder of [join(partial, 'cur'), partial]) syncFolder(folder);
    await requireMaildirTarget(path, force);
    await putInPlace(partial, path);
    return count;
  } catch (error) {
    throw storeErrorFrom(error, path);
  }
}

/** The old Maildir goes only once the new one has its name. */
async function putInPlace(complete: string, path: string): Promise<void> {
  const old = nameBeside(path);
  const hadOne = await rename(path, old).then(
    () => true,
    () => false,
  );
  await rename(complete, path);
  syncFolder(join(path, '..'));
  if (hadOne) await rm(old, { recursive: true, force: true });
}
