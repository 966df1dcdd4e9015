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

/** By newsgroup: for each kind of post, whether it is there. Asked of a million rows at the start. */
const shown: Readonly<Record<Place, readonly boolean[]>> = {
  main: shownIn('main'),
  motd: shownIn('motd'),
  edits: shownIn('edits'),
};

function shownIn(place: Place): boolean[] {
  const kinds: boolean[] = [];
  for (const kind of Object.values(PostKind)) {
    const where: readonly Place[] = placesOf[kind];
    kinds[kind] = where.includes(place);
  }
  return kinds;
}

export function isIn(place: Place, kind: PostKind): boolean {
  return shown[place][kind] === true;
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
