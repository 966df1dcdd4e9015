import { ascii, type Octets, octets } from '../../wire/octets.ts';
import { showsNothing, turnsText } from '../deceptive.ts';
import { type Mailbox, readMailbox } from './address.ts';
import { parseDate } from './date.ts';
import { codePoint, PostingError, quoted } from './error.ts';
import { type Field, only, readable, shown, splitEntity } from './fields.ts';
import type { TextLine } from './flowed.ts';
import { readText, type TextRules } from './mime.ts';
import { type FollowUp, readFollowUp } from './references.ts';
import { withoutComments } from './structured.ts';

/** What an article asks for, read and checked, though not yet against a board. */
export interface Posting extends FollowUp {
  /** with its angle brackets; `undefined` if the poster left it to the server */
  readonly messageId: string | undefined;
  /** at least one, in the poster's order, without repetition */
  readonly newsgroups: readonly string[];
  readonly from: Mailbox;
  /** decoded, on one line, not empty */
  readonly subject: string;
  /** the servers that an article from another server has passed (RFC 5536 §3.1.5); '' if it is posted here */
  readonly path: string;
  /** from `Control: cancel` */
  readonly cancels: string | undefined;
  readonly supersedes: string | undefined;
  /** X-RGTP-Reason: why an editor cancels or supersedes */
  readonly reason: string | undefined;
  /** decoded, unfolded, without line ends; empty for a cancel message */
  readonly text: readonly TextLine[];
}

export interface PostingRules {
  /** ms */
  readonly now: number;
  /** IHAVE: the article was injected elsewhere, and has what injection adds (RFC 5537 §3.6) */
  readonly feed: boolean;
  /** what the board that the article is for accepts; default: `usualTextRules` */
  readonly textRules?: (newsgroups: readonly string[]) => TextRules;
}

const HOUR = 3_600_000;
/** Offline newsreaders post days later; an older article has gone astray. */
const MAX_AGE = 30 * 24 * HOUR;
/** RFC 5537 §3.5: more than 24 hours ahead should be refused. */
const MAX_AHEAD = 24 * HOUR;

/**
 * Reads an article received by POST or IHAVE (dots unstuffed) by the rules for injecting agents (RFC 5537 §3.5),
 * leniently where newsreaders differ. The cost is bounded by the size of the header and by what a board accepts, not by
 * the article's size. Throws `PostingError` with a reason for the author.
 */
export function readPosting(article: Buffer, rules: PostingRules): Posting {
  // RFC 5536 §2.2, RFC 3977 §3.6
  if (article.includes(0)) throw new PostingError('the article contains a NUL character');
  const { fields, body } = splitEntity(article);
  // slrn sends an empty article to find out whether it may post.
  if (fields.length === 0) throw new PostingError('the article is empty');
  if (rules.feed) checkInjected(fields, rules.now);
  else {
    refuseInjected(fields);
    checkDate('Date', only(fields, 'Date'), rules.now);
  }
  checkExpires(only(fields, 'Expires'));
  const cancels = readControl(structured(fields, 'Control'));
  const newsgroups = readNewsgroups(shown(structured(fields, 'Newsgroups')));
  checkFollowupTo(shown(structured(fields, 'Followup-To')), newsgroups);
  const superseded = structured(fields, 'Supersedes');
  if (cancels !== undefined && superseded !== '') throw new PostingError('Supersedes: not in a control message');
  const reason = readable(fields, 'X-RGTP-Reason');
  return {
    messageId: readMessageId(structured(fields, 'Message-ID')),
    newsgroups,
    from: readFrom(only(fields, 'From')),
    subject: readSubject(fields),
    ...readFollowUp(fields),
    path: rules.feed ? readPath(only(fields, 'Path')) : '',
    cancels,
    supersedes: superseded === '' ? undefined : checkMessageId('Supersedes', superseded),
    reason: reason === '' ? undefined : reason,
    text: cancels === undefined ? readText({ fields, body }, rules.textRules?.(newsgroups)) : [],
  };
}

function structured(fields: readonly Field[], name: string): Octets {
  const field = only(fields, name);
  if (!field.includes('(')) return field;
  // In brackets it is a Message-ID, which may contain anything.
  return field.startsWith('<') ? (field.match(/^<[^<>]*>/)?.[0] ?? field) : withoutComments(field);
}

/** RFC 5537 §3.5: headers that only an injected article has. */
function refuseInjected(fields: readonly Field[]): void {
  for (const name of ['Injection-Date', 'Injection-Info', 'Xref']) {
    if (fields.some((field) => field.name === name.toLowerCase())) {
      throw new PostingError(`${name}: not in an article that is yet to be posted`);
    }
  }
  if (/(?:^|!)\.POSTED(?:[.!]|$)/i.test(only(fields, 'Path'))) {
    throw new PostingError('Path: says that the article has been posted already');
  }
}

/** RFC 5537 §3.6: checks what injection adds and a feed must bring. An article's age counts from its injection. */
function checkInjected(fields: readonly Field[], now: number): void {
  for (const name of ['Date', 'Message-ID', 'Path']) {
    if (only(fields, name) === '') throw new PostingError(`${name}: is missing or empty`);
  }
  const injected = only(fields, 'Injection-Date');
  if (injected !== '') checkDate('Injection-Date', injected, now);
  else checkDate('Date', only(fields, 'Date'), now);
}

/** Octets of a Path that are kept: with the header's name and this server's, it fits a line of 998. */
const MAX_PATH = 700;

/**
 * Of a very long Path, the most recent servers: those to which the article must not return. Characters that occur in no
 * server's name are dropped, because another server might stumble over them.
 */
function readPath(field: Octets): string {
  const path = ascii(field.replace(/[^!-~]/g, '')) || 'not-for-mail';
  if (path.length <= MAX_PATH) return path;
  const kept = path.slice(0, MAX_PATH);
  return `${kept.slice(0, Math.max(0, kept.lastIndexOf('!')))}!not-for-mail`.replace(/^!/, '');
}

function checkDate(header: string, text: Octets, now: number): void {
  // The board dates the post; the poster's date only shows whether the article has gone astray.
  if (text === '') return;
  const date = parseDate(text);
  if (date === undefined) throw new PostingError(`${header}: ${quoted(shown(text))} is not a date`);
  if (date > now + MAX_AHEAD) throw new PostingError(`${header}: ${quoted(shown(text))} is in the future`);
  if (date < now - MAX_AGE) throw new PostingError(`${header}: ${quoted(shown(text))} is more than 30 days ago`);
}

/** RFC 5536 §3.2.5. A board keeps no expiry date, but a malformed one is refused, as by other servers. */
function checkExpires(text: Octets): void {
  if (text !== '' && parseDate(text) === undefined)
    throw new PostingError(`Expires: ${quoted(shown(text))} is not a date`);
}

function readControl(text: Octets): string | undefined {
  if (text === '') return undefined;
  const [verb = octets``, ...args] = text.split(/\s+/);
  if (verb.toLowerCase() !== 'cancel') throw new PostingError(`Control: ${quoted(shown(verb))} is not honoured here`);
  if (args.length !== 1) throw new PostingError('Control: cancel takes one Message-ID');
  return checkMessageId('Control', args[0] ?? octets``);
}

function readMessageId(text: Octets): string | undefined {
  return text === '' ? undefined : checkMessageId('Message-ID', text);
}

/** RFC 5536 §3.1.3: printable US-ASCII within angle brackets, an `@`, at most 250 octets. */
function checkMessageId(header: string, text: Octets): string {
  if (text.length > 250) throw new PostingError(`${header}: a Message-ID of more than 250 octets`);
  if (!/^<[!-;=?-~]+@[!-;=?-~]+>$/.test(text))
    throw new PostingError(`${header}: ${quoted(shown(text))} is not a Message-ID`);
  return ascii(text);
}

const NEWSGROUP = /^[\p{L}\p{M}\p{N}+_-]+(?:\.[\p{L}\p{M}\p{N}+_-]+)*$/u;

function readNewsgroups(field: string): string[] {
  const names = field
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new PostingError('Newsgroups: is missing or empty');
  const bad = names.find((name) => !NEWSGROUP.test(name));
  if (bad !== undefined) throw new PostingError(`Newsgroups: ${quoted(bad)} is not a newsgroup name`);
  return [...new Set(names)];
}

/** `poster` is a request to readers, who see the author's address; a board can't send replies to another newsgroup. */
function checkFollowupTo(text: string, newsgroups: readonly string[]): void {
  if (text === '' || text.toLowerCase() === 'poster') return;
  const names = text.split(',').map((name) => name.trim());
  const bad = names.find((name) => !NEWSGROUP.test(name) || name.toLowerCase() === 'poster');
  if (bad !== undefined) throw new PostingError(`Followup-To: ${quoted(bad)} is not a newsgroup name`);
  const other = names.find((name) => !newsgroups.includes(name));
  if (other !== undefined) throw new PostingError(`Followup-To: replies can't be sent to ${quoted(other)}`);
}

function readFrom(field: Octets): Mailbox {
  if (field === '') throw new PostingError('From: is missing or empty');
  const mailbox = readMailbox(field);
  if (mailbox.name !== '' && showsNothing(mailbox.name)) throw new PostingError('From: nothing of the name is visible');
  refuseTurning('From', mailbox.name);
  return mailbox;
}

function readSubject(fields: readonly Field[]): string {
  const subject = readable(fields, 'Subject');
  if (showsNothing(subject)) throw new PostingError('Subject: is missing or empty');
  refuseTurning('Subject', subject);
  return subject;
}

/** Refuses characters that turn the direction of text: in a header they also turn what a newsreader shows after it. */
function refuseTurning(header: string, text: string): void {
  const character = turnsText(text);
  if (character === undefined) return;
  throw new PostingError(
    `${header}: the character ${codePoint(character)} reverses the direction of the text after it`,
  );
}
