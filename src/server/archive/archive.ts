/** A board's articles in a file or folder that mail programs read. */
import { join } from 'node:path';
import type { BoardConfig, Config } from '../../config/config.ts';
import { Refusal } from '../../nntp/backend.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import { storeErrorFrom } from '../../store/errors.ts';
import { type Kept, safeFolder, safeTarget, TargetError } from '../../store/target.ts';
import { WorkFolder } from '../../store/work-folder.ts';
import type { Log } from '../../wire/log.ts';
import { Failure } from '../failure.ts';
import { type ArchivedArticle, type ArticleSource, withArticles } from './articles.ts';
import { requireMaildirTarget, writeMaildir } from './maildir.ts';
import { writeMbox } from './mbox.ts';

export interface ArchiveTarget {
  readonly kind: 'mbox' | 'maildir';
  readonly path: string;
  /** replaces an archive that is there */
  readonly force: boolean;
  /** never written over */
  readonly kept: Kept;
}

export interface ArchiveOptions {
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress: (phase: 'items' | 'articles', done: number, total: number) => void;
}

export interface Archived {
  /** articles in it */
  readonly count: number;
  /** articles that the index shows, but whose text the board does not supply: they are left out */
  readonly missing: number;
  /** the first of these, and why */
  readonly unread: readonly string[];
}

const MOST_NAMED = 100;

/**
 * Writes all articles of a board, as ARTICLE gives them. The archive gets its name only once it is complete.
 * @throws Failure, StoreError
 */
export async function archiveArticles(
  config: Config,
  board: BoardConfig,
  { kind, path: wanted, force, kept }: ArchiveTarget,
  { log, signal, onProgress }: ArchiveOptions,
): Promise<Archived> {
  const unread: string[] = [];
  let missing = 0;
  const onUnread = (place: string, reason: string) => {
    missing++;
    if (unread.length < MOST_NAMED) unread.push(`${place}: ${reason}`);
  };
  try {
    const path = await targetOf({ kind, path: wanted, force, kept });
    await using work = await WorkFolder.beside(path);
    const count = await withArticles(
      config,
      board,
      work.path,
      { log, signal, onFetched: (done, total) => onProgress('items', done, total) },
      (source) => {
        const articles = watched(source, { signal, onProgress, onUnread });
        const partial = join(work.path, 'archive');
        return kind === 'mbox'
          ? writeMbox({ path, partial, force }, articles)
          : writeMaildir({ path, partial, force }, articles, board.newsgroup);
      },
    );
    return { count, missing, unread };
  } catch (error) {
    if (signal.aborted) throw new Failure(`interrupted: ${wanted} was not written`);
    if (error instanceof TargetError) throw new Failure(error.message, error.remedy, { cause: error });
    if (error instanceof RgtpError || error instanceof Refusal) {
      const remedy = 'Nothing was written. rgtp-nntp doctor can find the reason.';
      throw new Failure(`the articles of ${board.newsgroup} can't be read: ${error.message}`, remedy, { cause: error });
    }
    throw storeErrorFrom(error, wanted);
  }
}

async function targetOf({ kind, path: wanted, force, kept }: ArchiveTarget): Promise<string> {
  if (kind === 'mbox') return await safeTarget(wanted, kept, { force });
  const path = await safeFolder(wanted, kept);
  await requireMaildirTarget(path, force);
  return path;
}

async function* watched(
  source: ArticleSource,
  {
    signal,
    onProgress,
    onUnread,
  }: Pick<ArchiveOptions, 'signal' | 'onProgress'> & {
    readonly onUnread: (place: string, reason: string) => void;
  },
): AsyncGenerator<ArchivedArticle> {
  let done = 0;
  for await (const article of source.articles(onUnread)) {
    signal.throwIfAborted();
    yield article;
    onProgress('articles', ++done, source.count);
  }
}
