/** Turns a board's octets into text for articles. */
import { type Body, bodyOf, plainBodyOf } from '../news/body.ts';
import { type Charset, decode, stripControls } from '../wire/charset.ts';
import { join, type Octets, octets } from '../wire/octets.ts';
import type { PostText } from './item-text.ts';

const PRINTABLE = /^[ -~]*$/;
const STRIPPED = octets`--`;
const SIGNATURE = octets`-- `;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what `stripControls` looks for, within lines
const CONTROLS = /[\x00-\x08\x0b\x0d-\x1f\x7f-\x9f]/;
const PRINTABLE_LINES = /^[\n -~]*$/;

/** One line: a grogname, a userid, a subject. */
export function textOf(octets: Octets, charset: Charset): string {
  return PRINTABLE.test(octets) ? octets : stripControls(decode(octets, charset));
}

/** A post as the body of an article: a view of its text if that can be used as it is. */
export function bodyOfPost(post: PostText, charset: Charset): Body {
  const text = post.ready;
  if (text !== undefined) return { text, octets: text.length, lines: post.count, ascii: true };
  const { lines } = post;
  // Boards strip the trailing blank by which newsreaders recognise a signature.
  const marked = lines.includes(STRIPPED) ? lines.map((line) => (line === STRIPPED ? SIGNATURE : line)) : lines;
  return plainBodyOf(marked) ?? bodyOf(linesOf(marked, charset));
}

/** The lines of one text, decoded together because `auto` applies to a text as a whole. */
export function linesOf(lines: readonly Octets[], charset: Charset): readonly string[] {
  const whole = join(lines, octets`\n`);
  if (PRINTABLE_LINES.test(whole)) return lines;
  const text = decode(whole, charset);
  const decoded = text.split('\n');
  return CONTROLS.test(text) ? decoded.map(stripControls) : decoded;
}
