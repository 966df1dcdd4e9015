import { PostingError } from '../../news/posting/error.ts';
import type { Posting } from '../../news/posting/posting.ts';
import type { BoardGroup } from '../board.ts';

/** A newsgroup that can be posted to, and its board. */
export interface Destination<B> {
  readonly board: B;
  readonly group: Pick<BoardGroup, 'name'> & { readonly levelToPost: 2 | 3 };
}

/**
 * The destination in an article's Newsgroups header. An article is one post in one newsgroup: one that names several is
 * refused, not trimmed. Throws `PostingError`.
 */
export function destinationOf<
  B extends { readonly view: { readonly groups: readonly Pick<BoardGroup, 'name' | 'levelToPost'>[] } },
>({ newsgroups }: Posting, boards: readonly B[]): Destination<B> {
  const found = newsgroups.map((name) => {
    for (const board of boards) {
      const group = board.view.groups.find((candidate) => candidate.name === name);
      if (group !== undefined) return { board, group };
    }
    throw new PostingError(`Newsgroups: there is no newsgroup ${name} here`);
  });
  if (found.length > 1) {
    throw new PostingError(`Newsgroups: one newsgroup only, not ${found.length}: cross-posts can't be carried`);
  }
  const [only] = found;
  if (only === undefined) throw new PostingError('Newsgroups: this article names no newsgroup');
  const { name, levelToPost } = only.group;
  if (levelToPost === undefined) {
    throw new PostingError(`Newsgroups: ${name} takes no posts: only the server writes to it`);
  }
  return { board: only.board, group: { name, levelToPost } };
}
