import { breakable, clustersOf, columnsOf, hasNoBlanks } from './columns.ts';
import { PostingError } from './error.ts';
import type { TextLine } from './flowed.ts';

export interface WrapRules {
  /** the width in columns to which an author's own text is wrapped */
  readonly width: number;
  /** the most octets of a line on the board; no line has more columns, either */
  readonly max: number;
  /** the octets of a text in the board's character set */
  octets(text: string): number;
}

/** A line, with what its wrapping depends on. */
interface Line extends TextLine {
  readonly number: number;
  /** quote marks with the blanks among and after them, and the indentation of prose */
  readonly prefix: string;
  /** the quote marks alone: a paragraph has one */
  readonly marks: string;
  /** how deep the quote is */
  readonly depth: number;
  /** blanks of the indentation */
  readonly indent: number;
  /** what follows the prefix */
  readonly body: string;
  readonly columns: number;
}

/** Octets of quote marks to repeat: deeper quoting would leave no room for text. */
const MAX_PREFIX = 40;
/** `>`, `> >`, with the initials of the person quoted (`JD>`), or one `|` or `:`, which some use. */
const QUOTE = /^ ?\p{L}{0,4}>(?: ?\p{L}{0,4}>)* ?|^[|:] (?=[^|]*$)/u;
/** Indented prose, which may be wrapped: words with single blanks between them, and no signs of a program. */
const INDENTED_PROSE = /^ {1,16}(?=(?:[^\s{}=<>_*\\/|#$;[\]]+ ){5,}[^\s{}=<>_*\\/|#$;[\]]+$)/;
/** Indented text, tables and drawings, whose blanks are significant. */
const PREFORMATTED = /^[ \t]|\t|\S {3,}\S|^[|+]|[-=_*#~]{5}/;
/** The same with any number of words. */
const INDENTED_WORDS = /^ {1,16}(?=(?:[^\s{}=<>_*\\/|#$;[\]]+ )*[^\s{}=<>_*\\/|#$;[\]]+$)/;
/** The line of a list's item, of a signature or of a section: a new beginning. */
const BEGINNING = /^(?:[-*+•–—]|\(?[0-9A-Za-z]{1,3}[.)])\s|^--$|^[-=_*#~]{3,}$|^\p{Lu}[\p{L}-]{1,15}: /u;
/** Columns of the widest windows: a longer line was hardly wrapped by its author. */
const MAX_WRAPPED = 120;
/** Columns by which a full line may fall short: people and programs wrap unevenly. */
const SLACK = 10;

/**
 * Breaks lines as a person with `max` octets for each would. What fits stays as it is. A line that does not fit is
 * wrapped, with its quote marks repeated; if it was part of a wrapped paragraph, the whole paragraph is wrapped again,
 * so that no words are left on lines of their own. Linear.
 *
 * @throws PostingError if a single character does not fit on a line
 */
export function wrapLines(text: readonly TextLine[], rules: WrapRules): string[] {
  const lines: Line[] = [];
  for (const line of text) lines.push(parse(line, lines, rules));
  const signature = lines.findLastIndex((line) => /^-- ?$/.test(line.text));
  const out: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    if (line === undefined) break;
    if (fits(line, rules)) {
      out.push(line.text);
      at++;
      continue;
    }
    const end = signature >= 0 && at > signature ? at + 1 : paragraphEnd(lines, at);
    if (PREFORMATTED.test(line.body)) out.push(...cut(line, rules));
    else out.push(...fill(lines.slice(at, end), rules));
    at = end;
  }
  return out;
}

function parse(line: TextLine, before: readonly Line[], { octets }: WrapRules): Line {
  const { text } = line;
  const found = QUOTE.exec(text)?.[0] ?? '';
  const quote = octets(found) <= MAX_PREFIX ? found : '';
  const blanks = indentation(text.slice(quote.length), before.at(-1));
  const prefix = quote + blanks;
  const marks = quote.replaceAll(' ', '');
  // Named one by one: an object made of two others takes three times the memory, for each of thousands of lines.
  return {
    text,
    flowed: line.flowed,
    number: before.length + 1,
    prefix,
    marks,
    depth: marks.replace(/[^>|:]/g, '').length,
    indent: blanks.length,
    body: text.slice(prefix.length),
    columns: columnsOf(text),
  };
}

/** The blanks before prose. Its last line may have few words, since it continues the line before. */
function indentation(text: string, before: Line | undefined): string {
  const few = INDENTED_WORDS.exec(text)?.[0] ?? '';
  const goesOn = before !== undefined && few !== '' && (before.indent === few.length || BEGINNING.test(before.body));
  return goesOn ? few : (INDENTED_PROSE.exec(text)?.[0] ?? '');
}

function fits({ text, columns, flowed, depth, body }: Line, { width, max, octets }: WrapRules): boolean {
  // A paragraph that came unwrapped is ours to wrap; any other line is its author's, as long as the board accepts it.
  const widest = flowed && !PREFORMATTED.test(body) ? target(width, depth, max) : max;
  return columns <= widest && octets(text) <= max;
}

/** Quoted text may be a little wider; otherwise each quote of a quote would have to be wrapped again. */
function target(width: number, depth: number, max: number): number {
  return Math.min(width + 2 * depth, max);
}

/** Where the paragraph of a line ends. */
function paragraphEnd(lines: readonly Line[], start: number): number {
  const first = lines[start];
  if (first === undefined || first.flowed || /[^>]/.test(first.marks) || PREFORMATTED.test(first.body))
    return start + 1;
  let end = start + 1;
  for (; end < lines.length; end++) {
    const line = lines[end];
    if (line === undefined || line.flowed || line.marks !== first.marks || line.body === '') break;
    if (PREFORMATTED.test(line.body) || BEGINNING.test(line.body) || !isIndentedAs(line, lines[start + 1])) break;
    // A first line may be indented less (a list's item) or more than the others.
    if (end === start + 1 && line.indent > first.indent && !BEGINNING.test(first.body)) break;
  }
  const widest = lines.slice(start, end).reduce((most, { columns }) => Math.max(most, columns), 0);
  let full = start;
  for (; full + 1 < end; full++) {
    const line = lines[full];
    const next = lines[full + 1];
    if (line !== undefined && next !== undefined && endsEarly(line, next, widest)) break;
  }
  // Each very long line is a paragraph of its own, unless several are equally full: a single longest line may be
  // chance.
  return widest > MAX_WRAPPED && full - start < 2 ? start + 1 : full + 1;
}

function isIndentedAs(line: Line, other: Line | undefined): boolean {
  return line.indent === other?.indent;
}

/** Whether the next line's first word would have fitted on this one: then the author meant the line to end. */
function endsEarly(line: Line, next: Line, widest: number): boolean {
  const word = /^\S*/.exec(next.body)?.[0] ?? '';
  const [piece = ''] = breakable(word);
  return line.columns + 1 + columnsOf(piece) + SLACK <= widest || line.body.endsWith(':');
}

interface Word {
  /** blanks before it, unless it begins a line */
  readonly blanks: string;
  readonly text: string;
  readonly number: number;
}

function wordsOf(lines: readonly Line[]): Word[] {
  const words: Word[] = [];
  for (const { body, number } of lines) {
    let first = true;
    let end = 0;
    // Not with the blanks in the pattern: at the end of a line, that takes time with the square of their number.
    for (const { 0: word, index } of body.matchAll(/[^ \t]+/g)) {
      const blanks = body.slice(end, index);
      end = index + word.length;
      for (const [i, text] of breakable(word).entries()) {
        words.push({ blanks: i > 0 ? '' : first ? joint(words.at(-1)?.text, text) : blanks, text, number });
        first = false;
      }
    }
  }
  return words;
}

/** What replaces a line end. */
function joint(before: string | undefined, after: string): string {
  if (before === undefined) return '';
  return hasNoBlanks(before.slice(-1)) && hasNoBlanks(after.slice(0, 1)) ? '' : ' ';
}

/** The prefix of the lines after the first. Marks that are words are not repeated. */
function continuing(prefix: string): string {
  return prefix.replace(/\p{L}/gu, '').replace(/[|:]/g, '>');
}

/** Puts words on lines as full as possible. */
function fill(lines: readonly Line[], rules: WrapRules): string[] {
  const { max, octets } = rules;
  const first = lines[0]?.prefix ?? '';
  const others = lines[1]?.prefix ?? continuing(first);
  const columns =
    target(rules.width, lines[0]?.depth ?? 0, max) - columnsOf(first.length > others.length ? first : others);
  const room = max - Math.max(octets(first), octets(others));
  const out: string[] = [];
  const put = (text: string) => out.push((out.length === 0 ? first : others) + text);
  let line = '';
  let used = { columns: 0, octets: 0 };
  const flush = () => {
    if (line !== '') put(line);
    line = '';
    used = { columns: 0, octets: 0 };
  };
  for (const word of wordsOf(lines)) {
    const blanks = line === '' ? '' : word.blanks;
    const wide = columnsOf(word.text);
    const long = octets(word.text);
    const fitsHere = used.columns + blanks.length + wide <= columns && used.octets + blanks.length + long <= room;
    if (!fitsHere) flush();
    if (long > room || wide > max - first.length) {
      const pieces = cutWord(word, room);
      for (const piece of pieces.slice(0, -1)) put(piece);
      // Its last piece shares a line with what follows.
      line = pieces.at(-1) ?? '';
      used = { columns: columnsOf(line), octets: octets(line) };
      continue;
    }
    const before = line === '' ? '' : blanks;
    line += before + word.text;
    used = { columns: used.columns + before.length + wide, octets: used.octets + before.length + long };
  }
  flush();
  return out;

  /** A word longer than a line (a long URL), in pieces as long as possible. */
  function cutWord({ text, number }: Word, most: number): string[] {
    return cutClusters(text, most, number, rules);
  }
}

/** A preformatted line that does not fit: broken at a blank if it has one. */
function cut({ body, prefix, number }: Line, rules: WrapRules): string[] {
  const room = rules.max - rules.octets(prefix);
  const out: string[] = [];
  let piece = '';
  let used = 0;
  for (const [part] of body.matchAll(/[ \t]+|[^ \t]+/g)) {
    const octets = rules.octets(part);
    if (used + octets > room && piece.trim() !== '') {
      out.push(piece);
      piece = '';
      used = 0;
    }
    if (piece === '' && out.length > 0 && part.trim() === '') continue;
    piece += part;
    used += octets;
  }
  if (piece !== '') out.push(piece);
  const pieces = out.flatMap((each) => cutClusters(each, room, number, rules));
  return pieces.map((each, i) => (i === 0 ? prefix : continuing(prefix)) + each);
}

/** Never cuts within a letter and its marks, an emoji or a flag. */
function cutClusters(text: string, room: number, number: number, { octets }: WrapRules): string[] {
  const out: string[] = [];
  let piece = '';
  let used = 0;
  for (const cluster of clustersOf(text)) {
    const size = octets(cluster);
    if (size > room) {
      throw new PostingError(
        `line ${number} of the text: one character of ${size} octets, the board takes ${room} in a line`,
      );
    }
    if (used + size > room) {
      out.push(piece);
      piece = '';
      used = 0;
    }
    piece += cluster;
    used += size;
  }
  return piece === '' ? out : [...out, piece];
}
