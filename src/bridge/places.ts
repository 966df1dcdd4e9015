/** Which newsgroups show what. */
import type { BoardGroup } from './board.ts';
import { type Place, PostKind } from './model.ts';

export type { Place } from './model.ts';

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
