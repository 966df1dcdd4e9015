import { breaking } from './mutant.ts';

const KINDS = ['test/news/posting/kinds.test.ts', 'test/news/posting/cases.test.ts'];
const COST = ['test/news/posting/cost.test.ts'];

export const newsMutants = [
  ...breaking(
    'src/news/posting/mime.ts',
    KINDS,
    [
      'a file anywhere in the structure is named',
      '    this.#files.push(nameOf(part));\n    return NOTHING;',
      '    return NOTHING;',
    ],
    ['two texts that differ are not the same', 'size > 1', 'size > 2'],
  ),
  ...breaking('src/news/posting/mime.ts', COST, [
    'a text that cannot fit is refused from its size',
    '    this.#bound(body.length, ENCODED);\n',
    '',
  ]),
  ...breaking('src/wire/escaped-charsets.ts', COST, [
    'short runs of a character set cost no decoder each',
    'known.get(pair) ?? meaningOf(pair)',
    'meaningOf(pair)',
  ]),
  ...breaking('src/news/posting/mime-tree.ts', KINDS, [
    'a part behind the last boundary is not lost',
    'refuseAfter(body.subarray(kind.end), type);',
    '',
  ]),
  ...breaking(
    'src/wire/declared-charset.ts',
    ['test/wire/declared-charset.test.ts'],
    [
      'UTF-8 that was damaged is not windows-1252',
      'if (/[\\xc0-\\xf4][\\x80-\\xbf]/.test(octetsFrom(bytes))) throw damaged();',
      '',
    ],
    ['no character is made up', 'if (NOT_A_CHARACTER.test(text) || !text.isWellFormed()) return undefined;', ''],
    ['valid UTF-8 is read as UTF-8', '!DENSE.test(charset) || (evidence(bytes) >= ENOUGH && !isChance(text))', 'false'],
    [
      'what a Windows set leaves undefined is no character of another',
      'return UNDEFINED.test(meant) || !ISO_8859.test(charset) ? undefined : meant;',
      'return meant;',
    ],
    [
      'Korean and Japanese are read by tables that have all their characters',
      "cp949: ['euc-kr', 'euckr',",
      "cp949: ['euckr',",
    ],
  ),
  ...breaking(
    'src/news/encoded-word.ts',
    ['test/news/encoded-word.test.ts'],
    [
      'octets of adjacent words are joined before they are decoded',
      '} else if (!sameCharset(neighbours[0], word)) flush();',
      '} else flush();',
    ],
  ),
  ...breaking(
    'src/wire/undeclared-charset.ts',
    ['test/wire/declared-charset.test.ts'],
    ['a word of another character set is not windows-1252', 'every(isAlphabet)', 'every(() => true)'],
  ),
  ...breaking(
    'src/wire/octets.ts',
    [...KINDS, 'test/wire/octets-and-text.test.ts'],
    [
      'the octet A0 is no white space',
      'return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);',
      'return unit === 0x20 || unit === 0xa0 || (unit >= 0x09 && unit <= 0x0d);',
    ],
  ),
  ...breaking('src/bridge/posting/target.ts', KINDS, [
    'a follow-up to something unknown is no new item',
    "  throw new UnknownReferences('References: none",
    "  if (ids.length > 0) return undefined;\n  throw new UnknownReferences('References: none",
  ]),
  ...breaking(
    'src/news/posting/wrap.ts',
    KINDS,
    [
      'a paragraph is wrapped as a whole',
      'else out.push(...fill(lines.slice(at, end), rules));\n    at = end;',
      'else out.push(...fill(lines.slice(at, at + 1), rules));\n    at++;',
    ],
    ['prose keeps its indentation', "return goesOn ? few : (INDENTED_PROSE.exec(text)?.[0] ?? '');", "return '';"],
    [
      'who is quoted by initials stays so',
      'const QUOTE = /^ ?\\p{L}{0,4}>(?: ?\\p{L}{0,4}>)* ?|^[|:] (?=[^|]*$)/u;',
      'const QUOTE = /^ ?>(?: ?>)* ?/;',
    ],
    ['characters are not torn', 'for (const cluster of clustersOf(text)) {', 'for (const cluster of text) {'],
  ),
  ...breaking('src/news/posting/text-lines.ts', KINDS, [
    'a control character does not vanish',
    'if (control !== undefined) {',
    "if (control === '') {",
  ]),
  ...breaking('src/news/posting/columns.ts', KINDS, [
    'Thai lines end between words',
    'if (!SIMPLE.test(word) && BY_DICTIONARY.test(word)) {',
    'if (word === undefined) {',
  ]),
  ...breaking('src/news/posting/encoded-files.ts', KINDS, [
    'a file in the text is no text',
    "if (YENC.test(line)) refuse('yEnc', NAME.exec(line)?.[1], at);",
    '',
  ]),
  ...breaking('src/news/posting/text-lines.ts', COST, [
    'marks in a header are counted before anything is normalised',
    '  refuseMarks(where, line);\n',
    '',
  ]),
  ...breaking('src/news/posting/flowed.ts', KINDS, [
    'an empty line ends a flowed paragraph',
    "|| text === '-- ' || empty)) flush();",
    "|| text === '-- ')) flush();",
  ]),
  ...breaking(
    'src/wire/dots.ts',
    ['test/wire/dots.test.ts', 'test/nntp/article-memory.test.ts'],
    [
      'only CRLF.CRLF ends an article',
      "return place === 'after CR' ? 'line start' : 'in a line';",
      "return place === 'end' ? 'in a line' : 'line start';",
    ],
  ),
];
