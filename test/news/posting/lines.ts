import type { TextLine } from '../../../src/news/posting/flowed.ts';

/** Lines as they are sent without `format=flowed`. */
export function plain(lines: readonly string[]): TextLine[] {
  return lines.map((text) => ({ text, flowed: false }));
}

/** The text of lines, however they were sent. */
export function textOf(lines: readonly TextLine[]): string[] {
  return lines.map(({ text }) => text);
}
