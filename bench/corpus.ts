/**
 * `npm run corpus -- DIRECTORY`: posts every message of a directory (`.eml` files and mailboxes, and what is in the
 * folders below) to a board that is thrown away, reads each again over NNTP and RGTP, and reports how many were taken,
 * how many were refused and why, and how many read back with different words. Exit code 1 where one differs, or the
 * server failed. `--verbose` names the files.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PostingError } from '../src/news/posting/error.ts';
import { splitEntity } from '../src/news/posting/fields.ts';
import { readText } from '../src/news/posting/mime.ts';
import { ThrowAway } from '../test/support/throw-away.ts';

interface Message {
  readonly file: string;
  readonly octets: Buffer;
}

/** Headers of mail that say nothing about its text, and would refuse it: it is old, and refers to what is elsewhere. */
const ELSEWHERE =
  /^(?:date|references|in-reply-to|message-id|newsgroups|path|xref|injection-.*|control|supersedes|followup-to|expires|distribution)$/i;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { verbose: { type: 'boolean', default: false } },
});
const [directory] = positionals;
if (directory === undefined || positionals.length > 1) {
  console.error('usage: npm run corpus -- DIRECTORY [--verbose]');
  process.exit(2);
}

if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
  console.error(`corpus: ${directory} is not a directory`);
  process.exit(2);
}
if (messagesIn(directory).next().done === true) {
  console.error(`corpus: there is no message in ${directory} (.eml, .msg, .mail, .email, msg_N, or a mailbox)`);
  process.exit(2);
}

const world = await ThrowAway.start({ RGTP_NNTP_LIMITS_ARTICLE: '64MiB' });
const refused = new Map<string, string[]>();
const differing: string[] = [];
const failed: string[] = [];
let taken = 0;
for (const { file, octets } of messagesIn(directory)) {
  const article = asArticle(octets);
  const { answer, article: read } = await world.post(article);
  if (read === undefined) {
    // 403, or 441 without a reason of ours: the server is at fault, not the message.
    if (!answer.startsWith('441 ') || /fault/i.test(answer)) failed.push(`${file}: ${answer}`);
    const reason = answer
      .replace(/"[^"]*"/g, '"…"')
      .replace(/\d{2,}/g, 'N')
      .slice(0, 110);
    refused.set(reason, [...(refused.get(reason) ?? []), file]);
    continue;
  }
  taken++;
  const words = wordsIn(wordsOf(article));
  const overNntp = wordsIn(read.body.join('\n'));
  const overRgtp = wordsIn(read.text.join('\n'));
  if (words !== overNntp || overNntp !== overRgtp) differing.push(file);
}
await world.close();

const refusals = [...refused.values()].reduce((sum, files) => sum + files.length, 0);
console.log(`${taken + refusals} messages: ${taken} taken, ${refusals} refused, ${differing.length} differing`);
for (const [reason, files] of [...refused].sort(([, a], [, b]) => b.length - a.length)) {
  console.log(`${String(files.length).padStart(5)}  ${reason}`);
  if (values.verbose) for (const file of files) console.log(`         ${file}`);
}
for (const file of differing) console.log(`differs: ${file}`);
for (const failure of failed) console.log(`failed: ${failure}`);
process.exitCode = differing.length + failed.length > 0 ? 1 : 0;

function* messagesIn(folder: string): Generator<Message> {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const octets = readFileSync(file);
    if (octets.subarray(0, 5).toString('latin1') === 'From ') yield* mailbox(file, octets);
    else if (/\.(?:eml|msg|mail|email)$|^msg_\d+/i.test(entry.name)) yield { file, octets };
  }
}

/** A mailbox (RFC 4155): each message behind a line `From …`, such lines of a text marked with `>`. */
function* mailbox(file: string, octets: Buffer): Generator<Message> {
  const messages = octets.toString('latin1').split(/^From [^\n]*\n/m);
  for (const [i, message] of messages.slice(1).entries()) {
    yield { file: `${file} (${i + 1})`, octets: Buffer.from(message.replace(/^>(>*From )/gm, '$1'), 'latin1') };
  }
}

/** Mail as an article: the same text under a newsgroup's header. */
function asArticle(mail: Buffer): Buffer {
  const text = mail.toString('latin1').replace(/\r\n/g, '\n');
  const end = text.indexOf('\n\n');
  const header = end < 0 ? text.trimEnd() : text.slice(0, end);
  const fields = header
    .split(/\n(?![ \t])/)
    .filter(
      (field) => !ELSEWHERE.test(field.slice(0, field.indexOf(':')).trim()) && !/^(?:from|subject):\s*$/i.test(field),
    );
  for (const name of ['From: Nobody <nobody@example.net>', 'Subject: No subject']) {
    const start = name.slice(0, name.indexOf(':') + 1).toLowerCase();
    if (!fields.some((field) => field.toLowerCase().startsWith(start) && field.slice(start.length).trim() !== '')) {
      fields.unshift(name);
    }
  }
  return Buffer.from(
    `Newsgroups: ${ThrowAway.newsgroup}\n${fields.join('\n')}\n${end < 0 ? '\n' : text.slice(end + 1)}`,
    'latin1',
  );
}

function wordsOf(article: Buffer): string {
  try {
    return readText(splitEntity(article))
      .map(({ text }) => text)
      .join('\n');
  } catch (error) {
    if (error instanceof PostingError) return error.message;
    throw error;
  }
}

/** Everything but blanks and quote marks, which wrapping may move. */
function wordsIn(text: string): string {
  return text.normalize('NFC').replace(/[\s\p{Cc}>]+/gu, '');
}
