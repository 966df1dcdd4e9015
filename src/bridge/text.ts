/** Turns a board's octets into text for articles. */
import { isUtf8 } from 'node:buffer';
import { type Body, bodyOf, plainBodyOf } from '../news/body.ts';
import { type Charset, decode, stripControls } from '../wire/charset.ts';
import { join, type Octets, octets, octetsFrom } from '../wire/octets.ts';
import type { PostText } from './item-text.ts';

const PRINTABLE = /^[ -~]*$/;
const STRIPPED = octets`--`;
const SIGNATURE = octets`-- `;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what `stripControls` looks for, within lines
const CONTROLS = /[\x00-\x08\x0b\x0d-\x1f\x7f-\x9f]/;
const PRINTABLE_LINES = /^[\n -~]*$/;
/** Printable in Latin-1 as well as windows-1252; CR and LF only as line ends; no line too long, even in UTF-8. */
const LATIN1_LINES = /^(?:[ -~\xa0-\xff]{0,499}\r\n)*$/;
const BARE_SIGNATURE = /(?:^|\n)--\r/;

/** One line: a grogname, a userid, a subject. */
export function textOf(octets: Octets, charset: Charset): string {
  return PRINTABLE.test(octets) ? octets : stripControls(decode(octets, charset));
}

/** A post as the body of an article: a view of its text if that can be used as it is. */
export function bodyOfPost(post: PostText, charset: Charset): Body {
  const text = post.ready;
  if (text !== undefined) return { text, octets: text.length, lines: post.count, ascii: true };
  const latin1 = charset === 'utf-8' ? undefined : latin1BodyOf(post, charset);
  if (latin1 !== undefined) return latin1;
  const { lines } = post;
  // Boards strip the trailing blank by which newsreaders recognise a signature.
  const marked = lines.includes(STRIPPED) ? lines.map((line) => (line === STRIPPED ? SIGNATURE : line)) : lines;
  return plainBodyOf(marked) ?? bodyOf(linesOf(marked, charset));
}

/** The body if its text is Latin-1 and needs no change: it is not split into lines. `undefined`: that is not so. */
function latin1BodyOf({ stored, count }: PostText, charset: Exclude<Charset, 'utf-8'>): Body | undefined {
  if (charset === 'auto' && isUtf8(stored)) return undefined;
  const whole = octetsFrom(stored);
  if (!LATIN1_LINES.test(whole) || BARE_SIGNATURE.test(whole)) return undefined;
  const octets = Buffer.byteLength(whole);
  return { text: whole, octets, lines: count, ascii: octets === whole.length };
}

/** The lines of one text, decoded together because `auto` applies to a text as a whole. */
export function linesOf(lines: readonly Octets[], charset: Charset): readonly string[] {
  const whole = join(lines, octets`\n`);
  if (PRINTABLE_LINES.test(whole)) return lines;
  const text = decode(whole, charset);
  const decoded = text.split('\n');
  return CONTROLS.test(text) ? decoded.map(stripControls) : decoded;
}
