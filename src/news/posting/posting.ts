import { addressParser } from 'postal-mime';
import { parseDate } from './date.ts';
import { PostingError, quoted } from './error.ts';
import { type Field, guessText, oneLine, only, raw, readable, splitEntity } from './fields.ts';
import { readText } from './mime.ts';

/** What an article asks for, read and checked; nothing of the board's is decided yet. */
export interface Posting {
  /** with its angle brackets; `undefined` where the poster left it to the server */
  readonly messageId: string | undefined;
  /** at least one, in the poster's order, without repetition */
  readonly newsgroups: readonly string[];
  /** decoded; the name may be empty */
  readonly from: { readonly name: string; readonly address: string };
  /** decoded, on one line, not empty */
  readonly subject: string;
  /** Message-IDs, oldest first */
  readonly references: readonly string[];
  /** of `Control: cancel` */
  readonly cancels: string | undefined;
  readonly supersedes: string | undefined;
  /** X-RGTP-Reason: why an editor cancels or supersedes */
  readonly reason: string | undefined;
  /** decoded, unfolded, without line ends; empty for a cancel message */
  readonly text: readonly string[];
}

export interface PostingRules {
  /** ms */
  readonly now: number;
  /** IHAVE: the article was injected elsewhere, and carries what injection adds (RFC 5537 §3.6) */
  readonly feed: boolean;
}

const HOUR = 3_600_000;
/** Offline newsreaders post days later; what is older has gone astray. */
const MAX_AGE = 30 * 24 * HOUR;
/** RFC 5537 §3.5: more than 24 hours ahead should be refused. */
const MAX_AHEAD = 24 * HOUR;
const MAX_REFERENCES = 100;

/**
 * Reads an article as POST or IHAVE received it (dots unstuffed) by the rules for injecting agents (RFC 5537 §3.5),
 * lenient where newsreaders differ. Throws `PostingError` with a reason for its author.
 */
export function readPosting(article: Buffer, rules: PostingRules): Posting {
  const { fields, body } = splitEntity(article);
  // slrn learns from an empty article whether it may post.
  if (fields.length === 0) throw new PostingError('the article is empty');
  if (rules.feed) checkInjected(fields, rules.now);
  else {
    refuseInjected(fields);
    checkDate('Date', raw(only(fields, 'date', 'Date')), rules.now);
  }
  const cancels = readControl(raw(only(fields, 'control', 'Control')));
  const newsgroups = readNewsgroups(only(fields, 'newsgroups', 'Newsgroups'));
  checkFollowupTo(raw(only(fields, 'followup-to', 'Followup-To')), newsgroups);
  const superseded = raw(only(fields, 'supersedes', 'Supersedes'));
  if (cancels !== undefined && superseded !== '') throw new PostingError('Supersedes: not in a control message');
  const reason = readable(only(fields, 'x-rgtp-reason', 'X-RGTP-Reason'));
  return {
    messageId: readMessageId(only(fields, 'message-id', 'Message-ID')),
    newsgroups,
    from: readFrom(only(fields, 'from', 'From')),
    subject: readSubject(only(fields, 'subject', 'Subject')),
    references: readReferences(fields),
    cancels,
    supersedes: superseded === '' ? undefined : checkMessageId('Supersedes', superseded),
    reason: reason === '' ? undefined : reason,
    text: cancels === undefined ? readText({ fields, body }) : [],
  };
}

/** RFC 5537 §3.5: what says that an article is injected already. */
function refuseInjected(fields: readonly Field[]): void {
  for (const name of ['Injection-Date', 'Injection-Info', 'Xref']) {
    if (fields.some((field) => field.name === name.toLowerCase())) {
      throw new PostingError(`${name}: not in an article that is yet to be posted`);
    }
  }
  if (/(?:^|!)\.POSTED(?:[.!]|$)/i.test(raw(only(fields, 'path', 'Path')))) {
    throw new PostingError('Path: says that the article has been posted already');
  }
}

/** RFC 5537 §3.6: what injection gives an article and a feed must bring; how old it is counts from then. */
function checkInjected(fields: readonly Field[], now: number): void {
  for (const name of ['Date', 'Message-ID', 'Path']) {
    if (raw(only(fields, name.toLowerCase(), name)) === '') throw new PostingError(`${name}: is missing or empty`);
  }
  const injected = raw(only(fields, 'injection-date', 'Injection-Date'));
  if (injected !== '') checkDate('Injection-Date', injected, now);
  else checkDate('Date', raw(only(fields, 'date', 'Date')), now);
}

function checkDate(header: string, text: string, now: number): void {
  // The board dates the post; the poster's own date only shows whether the article has gone astray.
  if (text === '') return;
  const date = parseDate(text);
  if (date === undefined) throw new PostingError(`${header}: ${quoted(text)} is no date`);
  if (date > now + MAX_AHEAD) throw new PostingError(`${header}: ${quoted(text)} lies in the future`);
  if (date < now - MAX_AGE) throw new PostingError(`${header}: ${quoted(text)} is more than 30 days ago`);
}

function readControl(text: string): string | undefined {
  if (text === '') return undefined;
  const [verb = '', ...args] = text.split(/\s+/);
  if (verb.toLowerCase() !== 'cancel') throw new PostingError(`Control: ${quoted(verb)} is not honoured here`);
  if (args.length !== 1) throw new PostingError('Control: cancel takes one Message-ID');
  return checkMessageId('Control', args[0] ?? '');
}

function readMessageId(body: Buffer | undefined): string | undefined {
  const text = raw(body);
  return text === '' ? undefined : checkMessageId('Message-ID', text);
}

/** RFC 5536 §3.1.3: printable US-ASCII within angle brackets, an `@`, at most 250 octets. */
function checkMessageId(header: string, text: string): string {
  if (text.length > 250) throw new PostingError(`${header}: a Message-ID of more than 250 octets`);
  if (!/^<[!-;=?-~]+@[!-;=?-~]+>$/.test(text)) throw new PostingError(`${header}: ${quoted(text)} is no Message-ID`);
  return text;
}

function readNewsgroups(body: Buffer | undefined): string[] {
  const names = raw(body)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new PostingError('Newsgroups: is missing or empty');
  const bad = names.find((name) => !/^[A-Za-z0-9+_.\x80-\xff-]+$/.test(name));
  if (bad !== undefined) throw new PostingError(`Newsgroups: ${quoted(bad)} is no newsgroup name`);
  return [...new Set(names)];
}

/** `poster` is a wish to readers, who see the author's address; a board can't send replies to another newsgroup. */
function checkFollowupTo(text: string, newsgroups: readonly string[]): void {
  if (text === '' || text.toLowerCase() === 'poster') return;
  const names = text.split(',').map((name) => name.trim());
  const other = names.find((name) => !newsgroups.includes(name));
  if (other !== undefined) throw new PostingError(`Followup-To: replies can't be sent to ${quoted(other)}`);
}

function readFrom(body: Buffer | undefined): { name: string; address: string } {
  if (body === undefined || raw(body) === '') throw new PostingError('From: is missing or empty');
  const text = guessText(body).trim();
  const [mailbox] = addressParser(text.slice(0, 2000), { flatten: true });
  if (mailbox?.address === undefined || !/^[^\s@<>]+@[^\s@<>]+$/.test(mailbox.address)) {
    throw new PostingError(`From: ${quoted(text)} has no address like name@example.org`);
  }
  return { name: oneLine(mailbox.name), address: mailbox.address };
}

function readSubject(body: Buffer | undefined): string {
  const subject = readable(body);
  if (subject === '') throw new PostingError('Subject: is missing or empty');
  return subject;
}

/** References; In-Reply-To where mail programs leave them out. The first and the newest of very many. */
function readReferences(fields: readonly Field[]): string[] {
  const given = raw(only(fields, 'references', 'References')) || raw(only(fields, 'in-reply-to', 'In-Reply-To'));
  const ids = [...new Set(given.match(/<[!-;=?-~]{3,248}>/g) ?? [])].filter((id) => id.includes('@'));
  return ids.length > MAX_REFERENCES ? [...ids.slice(0, 1), ...ids.slice(1 - MAX_REFERENCES)] : ids;
}
