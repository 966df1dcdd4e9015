import type { Text } from '../../wire/octets.ts';
import { oneLine } from './fields.ts';

/** What newsreaders put before the subject of an answer: `Re:` (RFC 5536 §3.1.5), counted, or in other languages. */
const REPLY = /^(?:(?:re|aw|sv|antw)(?:\[\d+\]|\^\d+)?\s*:\s*)+/i;

/** A subject without the marks of an answer. */
export function withoutRe(subject: Text): string {
  return oneLine(subject).replace(REPLY, '');
}

/** The same topic: nothing but marks of an answer and white space differs. */
export function sameSubject(a: Text, b: Text): boolean {
  return withoutRe(a) === withoutRe(b);
}
