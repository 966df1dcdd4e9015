import { type Octets, octets } from '../wire/octets.ts';

/** The author according to a contribution's header. */
export interface Byline {
  readonly grogname: Octets;
  /** `undefined` if the header has no known form (an editor changed it) */
  readonly userid: Octets | undefined;
}

/** `Item …`, `From …`, `User …`, `Subject: …`: no real header has more lines after its cookie. */
export const MAX_HEADER_LINES = 4;
const TIME = '[0-9]{2}[.:][0-9]{2} on [A-Z][a-z]{2} [ 0-9][0-9] [A-Z][a-z]{2}';
// The `s` flag: grognames may contain CR.
const FIRST_LINE = new RegExp(
  `^(?:Item [A-Za-z][0-9]{7}|Reply) (?:from (.*) at ${TIME}|submitted at ${TIME}(?: by)?)$`,
  's',
);
const KNOWN = /^(?:Item |Reply |From |User |Subject:)/;

/** Whether a line looks like the first after a post's cookie. */
export function looksLikeHeader(line: Octets): boolean {
  return FIRST_LINE.test(line);
}

/**
 * The number of header lines after a cookie; an empty line follows them. If an editor removed that line, only lines
 * that look like a header count.
 */
export function headerLength(lines: readonly Octets[]): number {
  for (let i = 0; i <= MAX_HEADER_LINES; i++) {
    if (i >= lines.length || lines[i] === '') return i;
  }
  const body = lines.findIndex((line) => !KNOWN.test(line));
  return Math.min(body < 0 ? lines.length : body, MAX_HEADER_LINES);
}

/** The subject in an item's header, on whichever line; `undefined`: none. */
export function subjectOf(header: readonly Octets[]): Octets | undefined {
  const line = header.find((candidate) => candidate.startsWith('Subject:'));
  return line?.slice('Subject:'.length).replace(/^ /, octets``);
}

/**
 * Reads the six forms that boards write. The order of the tests matters: in the form `from G at …` / `User U` the
 * grogname may be `X (victim@cam)`, which must not be read as the form `from G (U) at …`.
 *
 * @param known the userid in the index row, which takes precedence
 */
export function parseByline(header: readonly Octets[], known?: Octets): Byline {
  const [first = octets``, ...more] = header;
  const form = first.match(FIRST_LINE);
  if (form === null) return { grogname: octets``, userid: undefined };
  const from = fieldOf(more, 'From ');
  const user = fieldOf(more, 'User ');
  const who = form[1];
  if (who === undefined) return { grogname: from ?? octets``, userid: user };
  if (user !== undefined) return { grogname: who, userid: user };
  if (from !== undefined) return { grogname: from, userid: who };
  return splitByline(who, known);
}

/** `G (U)`, or `U` alone if the grogname is empty. */
function splitByline(who: Octets, known: Octets | undefined): Byline {
  if (known !== undefined) {
    if (who === known) return { grogname: octets``, userid: known };
    if (who.endsWith(` (${known})`)) return { grogname: who.slice(0, -known.length - 3), userid: known };
  }
  const open = who.endsWith(')') ? who.lastIndexOf(' (') : -1;
  if (open < 0) return { grogname: octets``, userid: who };
  return { grogname: who.slice(0, open), userid: who.slice(open + 2, -1) };
}

function fieldOf(lines: readonly Octets[], name: 'From ' | 'User '): Octets | undefined {
  return lines.find((line) => line.startsWith(name))?.slice(name.length);
}
