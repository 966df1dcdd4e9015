/**
 * How to write characters outside Latin-1 in it, if readers will recognise the spelling. Marks and accents need no
 * entry.
 */
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "'": '‘’‚‛′‵ʹʻʼˈ',
    '"': '“”„‟″‶',
    '<': '‹',
    '>': '›',
    '<<': '⟪',
    '>>': '⟫',
    '-': '‐‑‒–−﹣',
    '--': '—―',
    '...': '…',
    '*': '•‣⁃∙●',
    '\u00b7': '․‧⋅',
    ' ': '\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000',
    '\n': '\u2028\u2029',
    '': '\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff',
    EUR: '€',
    '(TM)': '™',
    '/': '⁄∕',
    '%o': '‰',
    '+': '†',
    '++': '‡',
    '~': '˜∼',
    '^': 'ˆ',
    '->': '→',
    '<-': '←',
    '<->': '↔',
    '=>': '⇒',
    '<=>': '⇔',
    '<=': '≤',
    '>=': '≥',
    '!=': '≠',
    OE: 'Œ',
    oe: 'œ',
    f: 'ƒ',
    SS: 'ẞ',
    s: 'ſ',
    L: 'Ł',
    l: 'ł',
    D: 'Đ',
    d: 'đ',
    H: 'Ħ',
    h: 'ħ',
    i: 'ı',
    T: 'Ŧ',
    t: 'ŧ',
    N: 'Ŋ',
    n: 'ŋ',
  }).flatMap(([spelling, characters]) => Array.from(characters, (c): [string, string] => [c, spelling])),
);

const MARKS = /\p{Mark}+/gu;

/**
 * One character (a code point) in Latin-1: by the table, else its compatibility decomposition without accents (`ő` →
 * `o`, `ﬁ` → `fi`). Empty for invisible characters; `undefined`: there is no spelling.
 */
export function transliterate(character: string): string | undefined {
  const spelling = SPELLINGS.get(character);
  if (spelling !== undefined) return spelling;
  const plain = character.normalize('NFKD').replace(MARKS, '');
  if (plain === character) return undefined;
  let result = '';
  for (const part of plain) {
    const written = part <= '\xff' ? part : SPELLINGS.get(part);
    if (written === undefined) return undefined;
    result += written;
  }
  return result;
}
