/** Which newsgroups show which posts. */
import type { BoardGroup } from './board.ts';
import { type Place, PostKind } from './model.ts';

export type { Place } from './model.ts';

export const places = ['main', 'motd', 'edits'] as const satisfies readonly Place[];

/** The level needed to post. Only the server writes to `.edits`. */
export const levelToPost = { main: 2, motd: 3, edits: undefined } as const satisfies Record<
  Place,
  BoardGroup['levelToPost']
>;

/** The newsgroups of each kind of post; `find` names the first. */
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

/** The names of a post's newsgroups, by its kind. */
export function newsgroupsByKind(main: string): readonly (readonly string[])[] {
  const byKind: string[][] = [];
  for (const kind of Object.values(PostKind)) byKind[kind] = placesOf[kind].map((place) => newsgroupName(main, place));
  return byKind;
}
