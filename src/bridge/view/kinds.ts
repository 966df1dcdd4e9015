import { type BoardModel, PostKind } from '../model.ts';

export function kindAt(model: BoardModel, row: number): PostKind {
  // The column holds nothing else.
  return (model.posts.kinds[row] ?? PostKind.Gone) as PostKind;
}
