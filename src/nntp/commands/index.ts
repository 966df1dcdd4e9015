import type { Command } from '../command.ts';
import { status } from '../status.ts';
import { article } from './article.ts';
import { authinfo } from './authinfo.ts';
import { authinfoPass } from './authinfo-pass.ts';
import { authinfoSasl } from './authinfo-sasl.ts';
import { authinfoUser } from './authinfo-user.ts';
import { body } from './body.ts';
import { capabilities } from './capabilities.ts';
import { compress } from './compress.ts';
import { date } from './date.ts';
import { group } from './group.ts';
import { hdr } from './hdr.ts';
import { head } from './head.ts';
import { helpOf } from './help.ts';
import { ihave } from './ihave.ts';
import { last } from './last.ts';
import { list } from './list.ts';
import { listActive } from './list-active.ts';
import { listActiveTimes } from './list-active-times.ts';
import { listCounts } from './list-counts.ts';
import { listHeaders } from './list-headers.ts';
import { listDistributions, listModerators } from './list-maintained.ts';
import { listMotd } from './list-motd.ts';
import { listNewsgroups } from './list-newsgroups.ts';
import { listOverviewFmt } from './list-overview-fmt.ts';
import { listSubscriptions } from './list-subscriptions.ts';
import { listgroup } from './listgroup.ts';
import { mode } from './mode.ts';
import { modeReader } from './mode-reader.ts';
import { newgroups } from './newgroups.ts';
import { newnews } from './newnews.ts';
import { next } from './next.ts';
import { over } from './over.ts';
import { post } from './post.ts';
import { quit } from './quit.ts';
import { starttls } from './starttls.ts';
import { stat } from './stat.ts';
import { xgtitle } from './xgtitle.ts';
import { xhdr } from './xhdr.ts';
import { xover } from './xover.ts';
import { xpat } from './xpat.ts';

/** Every command. The order is that of CAPABILITIES. */
const all: readonly Command[] = [
  capabilities,
  modeReader,
  mode,
  authinfo,
  authinfoUser,
  authinfoPass,
  authinfoSasl,
  starttls,
  compress,
  date,
  quit,
  list,
  listActive,
  listActiveTimes,
  listCounts,
  listDistributions,
  listHeaders,
  listModerators,
  listMotd,
  listNewsgroups,
  listOverviewFmt,
  listSubscriptions,
  group,
  listgroup,
  newgroups,
  newnews,
  article,
  head,
  body,
  stat,
  next,
  last,
  over,
  hdr,
  xover,
  xhdr,
  xpat,
  xgtitle,
  post,
  ihave,
];

/** By head (`LIST ACTIVE`), as the package's server wants them. */
export const commands: Readonly<Record<string, Command>> = Object.fromEntries(
  [...all, helpOf(all)].map((command) => [command.head, command]),
);

interface Verb {
  readonly command: Command | undefined;
  /** commands with a keyword after the verb, by keyword */
  readonly keywords: ReadonlyMap<string, Command>;
}

const verbs = tableOf(Object.values(commands));

function tableOf(heads: readonly Command[]): ReadonlyMap<string, Verb> {
  const table = new Map<string, { command: Command | undefined; keywords: Map<string, Command> }>();
  for (const command of heads) {
    const [verb = '', keyword] = command.head.split(' ');
    const entry = table.get(verb) ?? { command: undefined, keywords: new Map<string, Command>() };
    table.set(verb, entry);
    if (keyword === undefined) entry.command = command;
    else entry.keywords.set(keyword, command);
  }
  return table;
}

export interface Found {
  readonly command: Command;
  /** how many words its head takes */
  readonly keywords: 1 | 2;
}

/** The command that the words of a line name, or 500 (no such verb) or 501 (no such keyword of it). */
export function findCommand(words: readonly string[]): Found | string {
  const [first = '', second] = words;
  const verb = verbs.get(first) ?? verbs.get(first.toUpperCase());
  if (!verb) return status.unknown;
  const byKeyword = second === undefined ? undefined : verb.keywords.get(second.toUpperCase());
  if (byKeyword) return { command: byKeyword, keywords: 2 };
  return verb.command ? { command: verb.command, keywords: 1 } : status.syntax;
}
