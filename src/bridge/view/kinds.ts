import { type BoardModel, PostKind } from '../model.ts';

export function kindAt(model: BoardModel, row: number): PostKind {
  // The column holds nothing else.
  return (model.posts.kinds[row] ?? PostKind.Gone) as PostKind;
}

/** Whether it is a post in an item, to which one can reply. */
export function isPost(kind: PostKind): boolean {
  return kind === PostKind.Item || kind === PostKind.Reply || kind === PostKind.Continuation;
}
