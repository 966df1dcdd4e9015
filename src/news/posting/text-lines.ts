import { fromC1 } from '../../wire/windows-1252.ts';
import { codePoint, PostingError } from './error.ts';
import type { TextLine } from './flowed.ts';

/**
 * Marks that may follow a letter: no language needs more, and more make normalising quadratic (UAX #15, stream-safe
 * format).
 */
const MAX_MARKS = 30;
const TOO_MANY_MARKS = /\p{M}{31}/u;
/** VT, the file, group and record separators, NEL, and Unicode's own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const BREAK = /[\v\x1c-\x1e\x85\u2028\u2029]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const WHITE = /[\s\x1c-\x1e\x85]+/g;
const C1 = /[\x80-\x9f]/g;
/** Terminals obey these, and articles may not contain them; TAB and FF stay. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const CONTROL = /[\x00-\x08\x0a\x0b\x0d-\x1f\x7f-\x9f]/;

/**
 * The lines as a board and a newsreader see them: all of Unicode's line ends count, and C1 controls are taken for
 * windows-1252 misread as Latin-1. A control character is refused: removing it would join what it separates.
 *
 * @throws PostingError
 */
export function visibleLines(text: readonly TextLine[]): TextLine[] {
  const out: TextLine[] = [];
  for (const [i, line] of text.entries()) {
    const parts = BREAK.test(line.text) ? line.text.split(BREAK) : [line.text];
    for (const part of parts) {
      const shown = visible(part, i + 1);
      out.push(shown === line.text ? line : { text: shown, flowed: line.flowed });
    }
  }
  return out;
}

function visible(line: string, number: number): string {
  const text = withoutControls(`line ${number} of the text`, line);
  refuseMarks(`line ${number} of the text`, text);
  return text.normalize('NFC');
}

/**
 * Text on one line, with one blank for each line end and run of white space, and none at the ends. Throws
 * `PostingError`.
 */
export function visibleLine(where: string, text: string): string {
  const line = withoutControls(where, text.replace(WHITE, ' ')).trim();
  refuseMarks(where, line);
  return line;
}

function withoutControls(where: string, line: string): string {
  const text = line.replace(C1, fromC1);
  const control = CONTROL.exec(text)?.[0];
  if (control !== undefined) {
    throw new PostingError(`${where}: the control character ${codePoint(control)} can't be posted`);
  }
  return text;
}

/** Throws `PostingError` for what would make normalising slow. */
function refuseMarks(where: string, text: string): void {
  if (TOO_MANY_MARKS.test(text)) throw new PostingError(`${where}: more than ${MAX_MARKS} marks on one letter`);
}
