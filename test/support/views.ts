/** Boards as newsgroups, for tests. */
import { onTestFinished } from 'vitest';
import type { MirrorOptions } from '../../src/bridge/mirror/options.ts';

import type { OwnIds, OwnPosts, PostKey } from '../../src/bridge/ports.ts';
import { type BoardParts, BoardView } from '../../src/bridge/view/board-view.ts';
import type { GroupView } from '../../src/bridge/view/group-view.ts';
import type { BoardOptions } from '../../src/bridge/view/options.ts';
import { LiveBoard } from './live-board.ts';

export const boardOptions: BoardOptions = {
  newsgroup: 'groggs.test',
  overlap: 0,
  description: 'A test board',
  created: 1_740_816_000,
  creator: 'rgtp-nntp',
  host: 'news.example.org',
  domain: 'rgtp.example.org',
  threading: 'flat',
  addresses: 'plain',
  archivedAt: '',
};

/** Own posts in a map. */
export class MemoryOwnPosts implements OwnPosts {
  readonly #posts: { readonly key: PostKey; readonly post: OwnIds }[] = [];
  readonly #listeners = new Set<(post: PostKey) => void>();

  add(key: PostKey, post: OwnIds): void {
    this.#posts.push({ key, post });
    for (const listener of this.#listeners) listener(key);
  }

  idOf(newsgroup: string, epoch: number, sequence: number): OwnIds | undefined {
    return this.#posts.find(
      ({ key }) => key.newsgroup === newsgroup && key.epoch === epoch && key.sequence === sequence,
    )?.post;
  }

  find(messageId: string): PostKey | undefined {
    return this.#posts.find(({ post }) => post.messageId === messageId)?.key;
  }

  subscribe(listener: (post: PostKey) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export interface TestBoard {
  readonly model: LiveBoard;
  readonly view: BoardView;
  readonly main: GroupView;
  readonly motd: GroupView;
  readonly edits: GroupView;
}

/** A board, its mirror, and its newsgroups. Closed after the test. */
export async function testBoard(
  options: Partial<BoardOptions> = {},
  parts: Partial<BoardParts> = {},
  mirror: Partial<MirrorOptions> = {},
): Promise<TestBoard> {
  const model = await LiveBoard.open(mirror);
  const view = new BoardView({ model: model.mirror, options: { ...boardOptions, ...options }, ...parts });
  onTestFinished(async () => {
    view.close();
    await model.mirror.close();
  });
  const [main, motd, edits] = view.groups;
  if (main === undefined || motd === undefined || edits === undefined) throw new Error('a board has three newsgroups');
  return { model, view, main, motd, edits };
}

/** All of an overview or HDR answer, as lines. */
export async function linesOf(pieces: Iterable<Buffer | Promise<Buffer>>): Promise<string[]> {
  let text = '';
  for (const piece of pieces) text += (await piece).toString('latin1');
  return text.split('\r\n').slice(0, -1);
}
