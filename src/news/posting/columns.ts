import type { Text } from '../../wire/octets.ts';

/** How wide text is, and where it may be cut: in characters as readers see them. */

/** Characters of one column each: Latin, Greek, Cyrillic without marks, and punctuation. */
const SIMPLE = /^[\t -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*$/;
/** Han, kana and their punctuation without marks: two columns each, and a line may end after each. */
const UNSPACED_RANGES =
  '\u2e80-\u2fdf\u3001-\u3029\u3030-\u303f\u3041-\u3096\u309b-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60';
const PLAIN_UNSPACED = new RegExp(`^[${UNSPACED_RANGES}]*$`);
const WIDE =
  /[\p{Emoji_Presentation}\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\u3000-\u303f\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}\ufe0f/u;
const ZERO = /^[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Mn}\p{Me}]+$/u;
const HALF_WIDTH = /^[\uff61-\uffdc]/;
const graphemes = segmenting('und', 'grapheme');

/** Letters with their marks, whole emoji, flags (UAX #29). */
export function clustersOf(text: Text): string[] {
  return SIMPLE.test(text) || PLAIN_UNSPACED.test(text) ? text.split('') : graphemes(text);
}

/** Columns of a terminal; wide East Asian characters and emoji take two. */
export function columnsOf(text: Text): number {
  if (SIMPLE.test(text)) return text.length;
  if (PLAIN_UNSPACED.test(text)) return text.length * 2;
  return clustersOf(text).reduce((sum, cluster) => sum + widthOf(cluster), 0);
}

function widthOf(cluster: string): number {
  if (ZERO.test(cluster)) return 0;
  return WIDE.test(cluster) && !HALF_WIDTH.test(cluster) ? 2 : 1;
}

/** Scripts that put no blanks between words: a line may end after any character. */
const UNSPACED = new RegExp(`[${UNSPACED_RANGES}\\u{20000}-\\u{3ffff}]`, 'u');
/** … except before and after these (JIS X 4051): closing and opening punctuation, small kana. */
const NOT_FIRST = /^[、。，．・：；？！’”）〕］｝〉》」』】…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ]/u;
const NOT_LAST = /^[‘“（〔［｛〈《「『【]/u;

function isUnspaced(character: string): boolean {
  return UNSPACED.test(character);
}

/** Scripts that put no blanks between words, which only a dictionary can tell apart. */
const BY_DICTIONARY = /[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const words = segmenting('th', 'word');
/** Signs that belong to what precedes them. */
const CLOSES = /^[\p{M}\p{Pe}\p{Pf}\p{Po}\p{Lm}\p{Sk}]/u;

/** A line end between two of these replaced no blank. */
export function hasNoBlanks(character: string): boolean {
  return isUnspaced(character) || BY_DICTIONARY.test(character);
}

/** Splits a word into pieces between which a line may end. */
export function breakable(word: string): string[] {
  if (!SIMPLE.test(word) && BY_DICTIONARY.test(word)) {
    return words(word).reduce<string[]>((pieces, segment) => {
      if (pieces.length === 0 || !CLOSES.test(segment)) pieces.push(segment);
      else pieces[pieces.length - 1] += segment;
      return pieces;
    }, []);
  }
  if (SIMPLE.test(word) || !UNSPACED.test(word)) return [word];
  const pieces: string[] = [];
  let before = '';
  for (const cluster of clustersOf(word)) {
    const mayBreak = (isUnspaced(cluster) || isUnspaced(before)) && !NOT_FIRST.test(cluster) && !NOT_LAST.test(before);
    if (before === '' || mayBreak) pieces.push(cluster);
    else pieces[pieces.length - 1] += cluster;
    before = cluster;
  }
  return pieces;
}

/** Makes the segmenter when it is first needed: ICU reads its tables then, which each start would wait for. */
function segmenting(locale: string, granularity: 'grapheme' | 'word'): (text: string) => string[] {
  let made: Intl.Segmenter | undefined;
  return (text) => {
    made ??= new Intl.Segmenter(locale, { granularity });
    return Array.from(made.segment(text), ({ segment }) => segment);
  };
}
