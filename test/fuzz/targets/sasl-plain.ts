import assert from 'node:assert/strict';
import { parsePlain } from '../../../src/nntp/syntax/sasl-plain.ts';
import type { ParserTarget } from '../target.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** RFC 4616: the message of SASL PLAIN. */
export const saslPlain: ParserTarget = {
  name: 'sasl-plain',
  seeds: () => [base64('\0ann\0secret'), base64('ann\0ann\0pässword'), '=', '', base64('\0\0'), base64('a\0b\0c\0d')],
  words: ['AA==', '=', '===='],
  maxOctets: 2048,
  run(input) {
    const parsed = parsePlain(input.toString('latin1'));
    if (typeof parsed === 'string') return;
    const { authorization, user, password } = parsed;
    assert(user !== '' && password !== '');
    assert.deepEqual(parsePlain(base64(`${authorization}\0${user}\0${password}`)), parsed);
  },
};
