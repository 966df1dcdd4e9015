import type { Text } from '../../wire/octets.ts';
import { oneLine } from './fields.ts';

/** What newsreaders put before the subject of an answer: `Re:` (RFC 5536 §3.1.5), perhaps with a number. */
const REPLY = /^(?:re(?:\[\d+\]|\^\d+)?\s*:\s*)+/i;
/** The same in other languages, where they may also be ordinary words and abbreviations: `SV: open day`. */
const ANSWER = /^(?:(?:re|aw|sv|antw)(?:\[\d+\]|\^\d+)?\s*:\s*)+/i;

/** The subject of a new item: only marks of an answer that all newsreaders know are removed. */
export function withoutRe(subject: Text): string {
  return oneLine(subject).replace(REPLY, '');
}

/** The topic of an answer: its subject without marks of an answer in any language. */
export function topicOf(subject: Text): string {
  return oneLine(subject).replace(ANSWER, '');
}

/** Whether the topic is the same: only marks of an answer and white space may differ. */
export function sameSubject(a: Text, b: Text): boolean {
  return topicOf(a) === topicOf(b);
}
