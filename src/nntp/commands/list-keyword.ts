import type { Newsgroup } from '../backend.ts';
import type { Answer } from '../syntax/answer.ts';
import { listing } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import { Wildmat } from '../syntax/wildmat.ts';
import type { Client } from './client.ts';
import type { Command } from './command.ts';

/** A LIST keyword that shows one line for each newsgroup, or for each that a wildmat matches (RFC 3977 §7.6.1). */
export function listByGroup(keyword: string, lineOf: (group: Newsgroup, client: Client) => string): Command {
  return listCommand(keyword, '[wildmat]', [0, 1], (client, [pattern]) => {
    const wildmat = pattern === undefined ? undefined : Wildmat.parse(pattern);
    if (pattern !== undefined && !wildmat) return status.syntax;
    const groups = client.reader.newsgroups();
    const shown = wildmat ? groups.filter(({ name }) => wildmat.matches(name)) : groups;
    return listing(
      status.list,
      shown.map((group) => lineOf(group, client)),
    );
  });
}

/** A LIST keyword, with its place in CAPABILITIES. */
export function listCommand(
  keyword: string,
  syntax: string,
  words: Command['words'],
  run: (client: Client, words: readonly string[]) => Answer | Promise<Answer>,
): Command {
  return {
    head: `LIST ${keyword}`,
    syntax,
    words,
    needs: 'read',
    run,
    capability(_session, report) {
      report.push(['LIST', keyword]);
    },
  };
}
