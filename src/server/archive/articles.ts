/** All articles of a board, as its newsgroups give them, read from copies of its files. */
import { existsSync } from 'node:fs';
import { BoardServer } from '../../board/server.ts';
import type { BoardGroup } from '../../bridge/board.ts';
import { SharedMemory } from '../../bridge/memory.ts';
import { OwnPostRegister } from '../../bridge/posting/own-posts.ts';
import type { BoardConfig, Config } from '../../config/config.ts';
import { type BoardPaths, pathsOf } from '../../config/paths.ts';
import { storedArticle } from '../../news/archive.ts';
import { Refusal } from '../../nntp/backend.ts';
import { Metrics } from '../../ops/metrics.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import { DatabaseSnapshot } from '../../store/copy.ts';
import { StoreError } from '../../store/errors.ts';
import type { Log } from '../../wire/log.ts';
import { noBoardYet } from '../board-file.ts';
import { isInDatabase, refuseLostFiles } from '../lost-files.ts';
import { ownAccount } from '../own-account.ts';
import { copyToFile } from '../permanent-store.ts';
import { RgtpBoard } from '../rgtp-board.ts';
import { Undo } from '../undo.ts';

export interface ArchivedArticle {
  /** unique on the board, and the same in every export */
  readonly number: number;
  readonly content: Buffer;
}

export interface ArticleSource {
  /** roughly how many there are: some may come or go */
  readonly count: number;
  /** @param onUnread called for each article that the board does not supply, with the reason */
  articles(onUnread: (place: string, reason: string) => void): AsyncGenerator<ArchivedArticle>;
}

export interface SourceOptions {
  readonly log: Log;
  readonly signal: AbortSignal;
  /** items whose text is here */
  readonly onFetched: (done: number, total: number) => void;
}

/** octets: it is read once, from its beginning to its end */
const SMALL = { itemCache: 2 ** 22, indexCache: 2 ** 22 } as const;
/** ms between reports of what has been fetched */
const REPORT = 100;

/**
 * Opens a board for a task, as the server would, but on copies of its files in `folder`: so a running server is not
 * disturbed, and nothing that this does is kept.
 *
 * @throws Failure, StoreError; RgtpError where the board is away
 */
export async function withArticles<T>(
  config: Config,
  board: BoardConfig,
  folder: string,
  { log, signal, onFetched }: SourceOptions,
  task: (source: ArticleSource) => Promise<T>,
): Promise<T> {
  refuseLostFiles(config, board);
  const undo = new Undo(log);
  try {
    const copied = { ...config, data: folder, keys: keysOf(config, board) ?? folder, permanent: '' };
    const [source, target] = [pathsOf(config, board), pathsOf(copied, board)];
    // In this order: the board may be newer than what the bridge knows of it, and never older.
    await copyFile('cache', source, target);
    if (isInDatabase(config, board)) await copyToFile(config, board, target.permanent);
    else await copyFile('permanent', source, target);
    await copyFile('board', source, target);
    const opened = await openCopy(copied, board, log, undo);
    await fetched(opened, signal, onFetched);
    return await task({
      count: countOf(opened),
      articles: (onUnread) => articlesOf(opened, onUnread),
    });
  } finally {
    await undo.run();
  }
}

/** Resolves when all texts are here. @throws the signal's reason; RgtpError */
async function fetched(opened: RgtpBoard, signal: AbortSignal, onFetched: SourceOptions['onFetched']): Promise<void> {
  const report = setInterval(() => {
    const { held, items } = opened.status();
    if (held < items) onFetched(held, items);
  }, REPORT);
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    signal.throwIfAborted();
    await Promise.race([opened.complete(), aborted.promise]);
  } finally {
    clearInterval(report);
    signal.removeEventListener('abort', abort);
  }
}

/** Keys are used where they are, so that no copy of one is left lying about; `undefined`: there is none. */
function keysOf(config: Config, board: BoardConfig): string | undefined {
  const { boardKey, accountsKey } = pathsOf(config, board);
  return existsSync(boardKey) || existsSync(accountsKey) ? config.keys : undefined;
}

async function copyFile(name: 'cache' | 'permanent' | 'board', source: BoardPaths, target: BoardPaths): Promise<void> {
  if (!existsSync(source[name])) return;
  try {
    using snapshot = new DatabaseSnapshot(source[name]);
    await snapshot.copyTo(target[name]);
  } catch (error) {
    // A damaged cache is rebuilt.
    if (name !== 'cache' || !(error instanceof StoreError) || error.kind !== 'corrupt') throw error;
  }
}

async function openCopy(config: Config, board: BoardConfig, log: Log, undo: Undo): Promise<RgtpBoard> {
  const { board: path, boardKey: keyFile } = pathsOf(config, board);
  const isEmbedded = board.rgtp === 'embedded';
  if (isEmbedded && !existsSync(path)) throw noBoardYet(path);
  const server = isEmbedded ? await BoardServer.open({ path, keyFile, empty: true, ...SMALL }) : undefined;
  undo.add(() => server?.close(0));
  const opened = await RgtpBoard.open(config, board, {
    log,
    own: new OwnPostRegister(),
    // Only texts are asked for twice.
    memory: new SharedMemory(1 << 20),
    embedded: server && { server, account: await ownAccount(server.store) },
    ident: undefined,
    postgres: undefined,
    metrics: new Metrics(),
  });
  undo.add(() => opened.close());
  return opened;
}

/** Newsgroup by newsgroup, in the order of their numbers; a cross-posted article only once. */
function* placesOf({ view }: RgtpBoard): Generator<{ readonly group: BoardGroup; readonly number: number }> {
  for (const [n, group] of view.groups.entries()) {
    const before = view.groups.slice(0, n);
    for (const numbers of group.numbers(group.low, group.high)) {
      for (const number of numbers) {
        const id = group.messageId(number);
        const isKnown = id !== undefined && before.some((other) => other.messageId(number) === id);
        if (!isKnown) yield { group, number };
      }
    }
  }
}

async function* articlesOf(
  board: RgtpBoard,
  onUnread: (place: string, reason: string) => void,
): AsyncGenerator<ArchivedArticle> {
  for (const { group, number } of placesOf(board)) {
    try {
      const article = await group.article(number);
      // It may have been withdrawn meanwhile.
      if (article !== undefined) yield { number, content: storedArticle(article.bytes) };
    } catch (error) {
      // An article whose item the board can't send must not cost all others.
      if (!(error instanceof Refusal) || isAway(error.cause)) throw error;
      onUnread(`${group.name}:${number}`, error.message);
    }
  }
}

/** Whether all further articles would fail, too. For nonsense, only the item is to blame. */
function isAway(cause: unknown): boolean {
  const kind = cause instanceof RgtpError ? cause.kind : undefined;
  return cause !== undefined && kind !== 'nonsense' && kind !== 'internal';
}

function countOf(board: RgtpBoard): number {
  let count = 0;
  for (const _ of placesOf(board)) count++;
  return count;
}
