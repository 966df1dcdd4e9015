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
  ...breaking('src/news/posting/mime-tree.ts', KINDS, [
    'a part behind the last boundary is not lost',
    'PART.test(head(body.subarray(kind.end)))',
    'PART.test(head(Buffer.alloc(0)))',
  ]),
  ...breaking(
    'src/wire/declared-charset.ts',
    ['test/wire/declared-charset.test.ts'],
    [
      'UTF-8 that was damaged is not windows-1252',
      'if (/[\\xc3-\\xf4][\\x80-\\xbf]/.test(octetsFrom(bytes))) throw damaged();',
      '',
    ],
    [
      'no character is made up',
      'return NOT_A_CHARACTER.test(text) || !text.isWellFormed() ? undefined : text;',
      'return text;',
    ],
    ['valid UTF-8 is read as UTF-8', '!DENSE.test(charset) || evidence(bytes) >= ENOUGH', 'false'],
  ),
  ...breaking(
    'src/news/encoded-word.ts',
    ['test/news/encoded-word.test.ts'],
    [
      'octets of adjacent words are joined before they are decoded',
      '} else if (pending.charset !== word.charset) flush();',
      '} else flush();',
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
    ['characters are not torn', 'for (const cluster of clustersOf(text)) {', 'for (const cluster of text) {'],
  ),
  ...breaking('src/news/posting/text-lines.ts', KINDS, [
    'a control character does not vanish',
    'if (control !== undefined) {',
    "if (control === '') {",
  ]),
  ...breaking('src/news/posting/fields.ts', COST, [
    'marks in a header are counted before anything is normalised',
    '    refuseMarks(name, text);\n',
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
