import type { Octets } from '../../wire/octets.ts';
import { CharsetError } from '../../wire/undeclared-charset.ts';
import { decodeWords } from '../encoded-word.ts';
import { type Field, only } from './fields.ts';

/** What an article claims to follow. */
export interface FollowUp {
  /** Message-IDs of References, oldest first; of very many, the first and the newest */
  readonly references: readonly string[];
  /** the last of References, if it has no end: `<local@dom` */
  readonly cut: string | undefined;
  readonly inReplyTo: readonly string[];
  /** False: both headers are empty, so the article begins a thread. */
  readonly isFollowUp: boolean;
}

const MAX_IDS = 100;
/** RFC 5536 §3.1.3, without the fine print: these are only looked up. */
const ID = /^<[!-;=?-~]{3,248}>$/;
/** A Message-ID in brackets, perhaps without its end or with blanks where it was folded; or a word without brackets. */
const TOKEN = /<[^<>]*>?|[^\s,;<>"'()[\]|\\\x80-\uffff]+/g;
/** Schemes of URLs (RFC 5538, RFC 2392). */
const SCHEME = /^(?:news|mid|mailto):(?:\/\/[^/]*\/)?/i;

/**
 * Reads References and In-Reply-To leniently: either what they name is found or the article is refused; it never
 * becomes a new item.
 */
export function readFollowUp(fields: readonly Field[]): FollowUp {
  const sent = only(fields, 'References').concat(only(fields, 'In-Reply-To'));
  const references = unmangled(only(fields, 'References'));
  const inReplyTo = unmangled(only(fields, 'In-Reply-To'));
  const last = /<([^<>\s]+@[^<>\s]*)$/.exec(references.slice(-MAX_ID));
  return {
    references: idsIn(references),
    cut: last?.[0],
    inReplyTo: idsIn(inReplyTo),
    isFollowUp: sent !== '',
  };
}

const MAX_ID = 250;
/** Octets that are read as encoded words, which some programs make of what is too long to fold. */
const MAX_WORDS = 8192;

/** The field with its encoded words decoded, and the escapes of HTML and URLs undone. */
function unmangled(field: Octets): string {
  const sent = field.includes('=?') ? decoded(field.slice(-MAX_WORDS)) : field;
  const text = sent.replace(/&lt;/gi, '<').replace(/&gt;/gi, '>');
  return text.includes('@') ? text : text.replace(/%3c/gi, '<').replace(/%3e/gi, '>').replaceAll('%40', '@');
}

function decoded(field: Octets): string {
  try {
    return decodeWords(field);
  } catch (error) {
    if (error instanceof CharsetError) return field;
    throw error;
  }
}

function idsIn(text: string): string[] {
  const ids = (text.match(TOKEN) ?? [])
    .map((token) => `<${token.replace(/[<>\s]/g, '').replace(SCHEME, '')}>`)
    .filter((id) => id.includes('@') && ID.test(id));
  const distinct = [...new Set(ids)];
  return distinct.length > MAX_IDS ? [...distinct.slice(0, 1), ...distinct.slice(1 - MAX_IDS)] : distinct;
}
