import { listing } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';

/** What each command is for, in the words of somebody who types it. */
const SUMMARIES: Readonly<Record<string, string>> = {
  ARTICLE: 'a whole article; no argument: the current one',
  'AUTHINFO PASS': 'log in: the password',
  'AUTHINFO SASL': 'log in: user and password in base64',
  'AUTHINFO USER': 'log in: the name',
  BODY: 'the text of an article',
  CAPABILITIES: 'what this server can do, and you may do, now',
  CHECK: 'ask whether an article from another server is wanted',
  COMPRESS: 'compress all that follows',
  DATE: 'the time here, UTC',
  GROUP: 'select a newsgroup and its first article',
  HDR: 'one header of many articles; :bytes and :lines count as headers',
  HEAD: 'the headers of an article',
  HELP: 'this',
  IHAVE: 'offer an article from another server',
  LAST: 'go back to the previous article',
  LIST: 'newsgroups with their last and first number, and whether you may post (y, n)',
  'LIST ACTIVE': 'the same, of some newsgroups',
  'LIST ACTIVE.TIMES': 'when newsgroups were created, and by whom',
  'LIST COUNTS': 'the same as LIST ACTIVE, with the number of articles',
  'LIST DISTRIBUTIONS': 'what a Distribution header may contain',
  'LIST HEADERS': 'what HDR knows',
  'LIST MODERATORS': 'where posts to moderated newsgroups go',
  'LIST MOTD': 'the message of the day',
  'LIST NEWSGROUPS': 'what newsgroups are about',
  'LIST OVERVIEW.FMT': 'the fields in a line of OVER',
  'LIST SUBSCRIPTIONS': 'newsgroups recommended to new readers',
  LISTGROUP: 'select a newsgroup and list the numbers of its articles',
  'MODE READER': 'say that you are a reader',
  'MODE STREAM': 'say that you are another server, which will not wait for answers',
  NEWGROUPS: 'newsgroups created since a time',
  NEWNEWS: 'message-ids of articles that have arrived since a time',
  NEXT: 'go on to the next article',
  OVER: 'one line about each of many articles',
  POST: 'post an article; a dot on a line of its own ends it',
  QUIT: 'goodbye',
  STARTTLS: 'encrypt all that follows',
  STAT: 'whether an article exists; a number makes it the current one',
  TAKETHIS: 'send an article from another server, which follows at once',
  XGTITLE: 'what newsgroups are about',
  XHDR: 'the older form of HDR',
  XOVER: 'the older form of OVER',
  XPAT: 'XHDR for the articles whose header matches',
};

/** Commands that do nothing without a keyword. Each keyword has a line of its own. */
const HEADINGS: ReadonlySet<string> = new Set(['AUTHINFO', 'MODE']);

/** RFC 3977 §7.2: every command, its arguments, and what it is for. Throws if a command is not explained. */
export function helpOf(others: readonly Command[]): Command {
  const help: Command = {
    head: 'HELP',
    syntax: '',
    words: [0, 0],
    needs: 'nothing',
    run: () => text,
  };
  const explained = [...others, help].filter(({ head }) => !HEADINGS.has(head));
  const calls = explained.map(({ head, syntax }) => ({ head, call: `${head} ${syntax}`.trimEnd() }));
  const width = Math.max(...calls.map(({ call }) => call.length));
  const lines = calls.map(({ head, call }) => `  ${call.padEnd(width)}  ${summaryOf(head)}`);
  const text = listing(status.help, lines.sort());
  return help;
}

function summaryOf(head: string): string {
  const summary = SUMMARIES[head];
  if (summary === undefined) throw new Error(`HELP does not explain ${head}`);
  return summary;
}
