/** What is wrong with a YAML file, in words for people who don't know YAML's grammar. */
import type { ErrorCode } from 'yaml';

const CHARACTER = 'a character is missing here: a closing quote or bracket, or a blank after a colon or comma';
const PROPERTIES = 'anchors, aliases and tags (&, *, !) are not used here';

const WORDS = {
  ALIAS_PROPS: PROPERTIES,
  BAD_ALIAS: PROPERTIES,
  BAD_COLLECTION_TYPE: PROPERTIES,
  BAD_DIRECTIVE: 'a line that begins with % is not a setting',
  BAD_DQ_ESCAPE: 'a backslash in double quotes begins something unknown: use single quotes',
  BAD_INDENT: 'the line begins too far to the left or to the right',
  BAD_PROP_ORDER: PROPERTIES,
  BAD_SCALAR_START: 'a value that begins with this character needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'there are two keys on one line',
  BLOCK_IN_FLOW: 'a list or section with line breaks cannot be in brackets or braces',
  DUPLICATE_KEY: 'this key appears twice',
  IMPOSSIBLE: 'this is not YAML',
  KEY_OVER_1024_CHARS: 'the key is far too long',
  MISSING_CHAR: CHARACTER,
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line: perhaps a colon is missing after it',
  MULTIPLE_ANCHORS: PROPERTIES,
  MULTIPLE_DOCS: 'a line of --- begins a second document: one is enough',
  MULTIPLE_TAGS: PROPERTIES,
  NON_STRING_KEY: 'a key must be a word',
  RESOURCE_EXHAUSTION: 'it is nested too deeply',
  TAB_AS_INDENT: 'a tab begins the line: use blanks',
  TAG_RESOLVE_FAILED: PROPERTIES,
  UNEXPECTED_TOKEN: 'this does not belong here: a value with such characters needs quotes',
} as const satisfies Record<ErrorCode, string>;

/** @param text of the file @param at offset where the parser noticed the problem */
export function yamlProblem(code: ErrorCode, text: string, at: number): string {
  const key = keyBefore(text, at);
  return `${key === undefined ? '' : `${key}: `}${WORDS[code]} (this is not valid YAML)`;
}

/** The key on the line, or on one above it. */
function keyBefore(text: string, at: number): string | undefined {
  const end = text.indexOf('\n', at);
  const lines = text.slice(0, end < 0 ? text.length : end).split('\n');
  for (const line of lines.toReversed()) {
    const key = /^[\s-]*([A-Za-z][A-Za-z0-9]*)\s*:/.exec(line)?.[1];
    if (key !== undefined) return key;
  }
  return undefined;
}
