import type { Text } from '../../wire/octets.ts';
import { oneLine } from './fields.ts';

/** What newsreaders put before the subject of an answer: `Re:` (RFC 5536 §3.1.5), perhaps counted. */
const REPLY = /^(?:re(?:\[\d+\]|\^\d+)?\s*:\s*)+/i;
/** The same in other languages. These are also words and abbreviations of their own: `SV: open day`. */
const ANSWER = /^(?:(?:re|aw|sv|antw)(?:\[\d+\]|\^\d+)?\s*:\s*)+/i;

/** The subject of a new item: only what every newsreader calls the mark of an answer is none of its author's. */
export function withoutRe(subject: Text): string {
  return oneLine(subject).replace(REPLY, '');
}

/** The topic of an answer: its subject without marks of an answer in any language. */
export function topicOf(subject: Text): string {
  return oneLine(subject).replace(ANSWER, '');
}

/** The same topic: nothing but marks of an answer and white space differs. */
export function sameSubject(a: Text, b: Text): boolean {
  return topicOf(a) === topicOf(b);
}
