/** Which newsgroups show which posts. */
import type { BoardGroup } from './board.ts';
import { type GroupKind, PostKind } from './model.ts';

export type { GroupKind } from './model.ts';

export const groupKinds = ['main', 'motd', 'edits'] as const satisfies readonly GroupKind[];

/** The level needed to post. Only the server writes to `.edits`. */
export const levelToPost = { main: 2, motd: 3, edits: undefined } as const satisfies Record<
  GroupKind,
  BoardGroup['levelToPost']
>;

/** The newsgroups of each kind of post; `find` names the first. */
export const groupKindsOf = {
  [PostKind.Gone]: [],
  [PostKind.Item]: ['main'],
  [PostKind.Reply]: ['main'],
  [PostKind.Continuation]: ['main'],
  [PostKind.Edit]: ['main', 'edits'],
  [PostKind.Motd]: ['motd'],
  [PostKind.Withdrawal]: ['edits'],
  [PostKind.IndexEdit]: ['edits'],
} as const satisfies Record<PostKind, readonly GroupKind[]>;

/** By newsgroup: for each kind of post, whether it is there. Asked of a million rows at the start. */
const shown: Readonly<Record<GroupKind, readonly boolean[]>> = {
  main: shownIn('main'),
  motd: shownIn('motd'),
  edits: shownIn('edits'),
};

function shownIn(group: GroupKind): boolean[] {
  const kinds: boolean[] = [];
  for (const kind of Object.values(PostKind)) {
    const where: readonly GroupKind[] = groupKindsOf[kind];
    kinds[kind] = where.includes(group);
  }
  return kinds;
}

export function isIn(group: GroupKind, kind: PostKind): boolean {
  return shown[group][kind] === true;
}

export function newsgroupName(main: string, group: GroupKind): string {
  return group === 'main' ? main : `${main}.${group}`;
}

/** The names of a post's newsgroups, by its kind. */
export function newsgroupsByKind(main: string): readonly (readonly string[])[] {
  const byKind: string[][] = [];
  for (const kind of Object.values(PostKind))
    byKind[kind] = groupKindsOf[kind].map((group) => newsgroupName(main, group));
  return byKind;
}
