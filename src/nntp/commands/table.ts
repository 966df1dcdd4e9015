import { status } from '../syntax/status.ts';
import { article } from './article.ts';
import { authinfo } from './authinfo.ts';
import { authinfoPass } from './authinfo-pass.ts';
import { authinfoSasl } from './authinfo-sasl.ts';
import { authinfoUser } from './authinfo-user.ts';
import { body } from './body.ts';
import { capabilities } from './capabilities.ts';
import { check } from './check.ts';
import type { Command } from './command.ts';
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
import { modeStream } from './mode-stream.ts';
import { newgroups } from './newgroups.ts';
import { newnews } from './newnews.ts';
import { next } from './next.ts';
import { over } from './over.ts';
import { post } from './post.ts';
import { quit } from './quit.ts';
import { starttls } from './starttls.ts';
import { stat } from './stat.ts';
import { takethis } from './takethis.ts';
import { xgtitle } from './xgtitle.ts';
import { xhdr } from './xhdr.ts';
import { xover } from './xover.ts';
import { xpat } from './xpat.ts';

/** Every command, in the order of CAPABILITIES. */
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
  modeStream,
  check,
  takethis,
];

/** By head (`LIST ACTIVE`), as the package's server expects them. */
export const commands: Readonly<Record<string, Command>> = Object.fromEntries(
  [...all, helpOf(all)].map((command) => [command.head, command]),
);

/** A command, and the number of words in its head. */
export interface Found {
  readonly command: Command;
  readonly keywords: number;
}

interface Verb {
  readonly own: Found | undefined;
  /** commands with a keyword after the verb, by keyword */
  readonly keywords: ReadonlyMap<string, Found>;
}

const verbs = tableOf(Object.values(commands));

function tableOf(heads: readonly Command[]): ReadonlyMap<string, Verb> {
  const table = new Map<string, { own: Found | undefined; keywords: Map<string, Found> }>();
  for (const command of heads) {
    const [verb = '', keyword] = command.head.split(' ');
    const entry = table.get(verb) ?? { own: undefined, keywords: new Map<string, Found>() };
    table.set(verb, entry);
    if (keyword === undefined) entry.own = { command, keywords: 1 };
    else entry.keywords.set(keyword, { command, keywords: 2 });
  }
  return table;
}

/** The command that a line names, or 500 (no such verb) or 501 (the verb has no such keyword). */
export function findCommand(words: readonly string[]): Found | string {
  const [first = '', second] = words;
  const verb = verbs.get(first) ?? verbs.get(first.toUpperCase());
  if (!verb) return status.unknown;
  const mayBeKeyword = second !== undefined && verb.keywords.size > 0;
  return (mayBeKeyword ? verb.keywords.get(second.toUpperCase()) : undefined) ?? verb.own ?? status.syntax;
}
