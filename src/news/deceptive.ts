import type { Text } from '../wire/octets.ts';

/** Characters that look like something else, or are invisible. */

/** Invisible: default ignorables (zero-width spaces, joiners, fillers, variation selectors), blanks, controls. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\s\u2800]+/gu;

/** Whether a text has only blanks and zero-width characters. */
export function showsNothing(text: Text): boolean {
  return text.replace(INVISIBLE, '') === '';
}

const LRE_RLE = /[\u202a\u202b]/;
const OVERRIDE = /[\u202d\u202e]/;
const POP = '\u202c';
const ISOLATE = /[\u2066-\u2068]/;
const POP_ISOLATE = '\u2069';

/** Begins or ends one of these. */
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/;

/**
 * The characters that close the embeddings, overrides and isolates (UAX #9) that a text leaves open, innermost first.
 */
function closersOf(text: string): string {
  const open: string[] = [];
  for (const character of text.match(/[\u202a-\u202e\u2066-\u2069]/g) ?? []) {
    if (ISOLATE.test(character)) open.push(POP_ISOLATE);
    else if (LRE_RLE.test(character) || OVERRIDE.test(character)) open.push(POP);
    else if (open.includes(character)) {
      // The end of an isolate also ends what was opened within it, but not the other way round.
      if (character === POP_ISOLATE) while (open.pop() !== POP_ISOLATE);
      else if (open.at(-1) === POP) open.pop();
    }
  }
  return open.reverse().join('');
}

/** Closes everything that a text leaves open, so that it does not turn what follows it. */
export function closeDirections(text: Text): string {
  return DIRECTIONS.test(text) ? text + closersOf(text) : text;
}

/** The first character that turns the direction of the text, or of what follows it, if any. */
export function turnsText(text: Text): string | undefined {
  const override = OVERRIDE.exec(text)?.[0];
  if (override !== undefined) return override;
  return closersOf(text) === '' ? undefined : /[\u202a-\u202e\u2066-\u2068]/.exec(text)?.[0];
}
