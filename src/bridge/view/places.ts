/** Which newsgroups show what. */
import type { BoardGroup } from '../board.ts';
import { PostKind } from '../model.ts';

export type Place = 'main' | 'motd' | 'edits';

export const places = ['main', 'motd', 'edits'] as const satisfies readonly Place[];

/** The level that posting takes. What editors did is written by the server alone. */
export const levelToPost = { main: 2, motd: 3, edits: undefined } as const satisfies Record<
  Place,
  BoardGroup['levelToPost']
>;

/** The newsgroups a post is in, the one that `find` names first. */
export const placesOf = {
  [PostKind.Gone]: [],
  [PostKind.Item]: ['main'],
  [PostKind.Reply]: ['main'],
  [PostKind.Continuation]: ['main'],
  [PostKind.Edit]: ['main', 'edits'],
  [PostKind.Motd]: ['motd'],
  [PostKind.Withdrawal]: ['edits'],
  [PostKind.IndexEdit]: ['edits'],
} as const satisfies Record<PostKind, readonly Place[]>;

export function isIn(place: Place, kind: PostKind): boolean {
  const where: readonly Place[] = placesOf[kind];
  return where.includes(place);
}

export function newsgroupName(main: string, place: Place): string {
  return place === 'main' ? main : `${main}.${place}`;
}

/** The names of the newsgroups a post is in, by its kind. */
export function newsgroupsByKind(main: string): readonly (readonly string[])[] {
  const byKind: string[][] = [];
  for (const kind of Object.values(PostKind)) byKind[kind] = placesOf[kind].map((place) => newsgroupName(main, place));
  return byKind;
}

/**
 * Whose high mark a row raises. A mirror that starts afresh can't know the number of a post that was withdrawn or
 * struck from the index; it does know the withdrawal or the index edit, which came later. So these raise the mark
 * of whatever they may have emptied, and what is gone counts as what it was, which in the main newsgroup is
 * anything but a message of the day.
 */
export function raisesHigh(place: Place, kind: PostKind): boolean {
  if (place === 'main') return kind !== PostKind.Motd;
  return isIn(place, kind) || (place === 'motd' && kind === PostKind.IndexEdit);
}
