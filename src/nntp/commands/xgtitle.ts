import { listing } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import { Wildmat } from '../syntax/wildmat.ts';
import type { Command } from './command.ts';

/** RFC 2980 §2.3: lynx sends it for every group. Without a wildmat it shows the selected one. */
export const xgtitle: Command = {
  head: 'XGTITLE',
  syntax: '[wildmat]',
  words: [0, 1],
  needs: 'read',
  run({ reader, selected }, [pattern]) {
    const wildmat = pattern === undefined ? undefined : Wildmat.parse(pattern);
    if (pattern !== undefined && !wildmat) return status.syntax;
    if (!wildmat && !selected) return status.notSelected;
    const groups = wildmat
      ? reader.newsgroups().filter(({ name }) => wildmat.matches(name))
      : [selected?.newsgroup].filter((group) => group !== undefined);
    return listing(
      '282 List of groups and descriptions follows',
      groups.map(({ name, description }) => `${name} ${description}`),
    );
  },
};
