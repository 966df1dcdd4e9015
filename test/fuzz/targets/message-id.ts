import assert from 'node:assert/strict';
import { formatDerivedId, isMessageId, isMessageIdDomain, parseDerivedId } from '../../../src/news/message-id.ts';
import { isMessageId as isNntpMessageId } from '../../../src/nntp/syntax/message-id.ts';
import type { ParserTarget } from '../target.ts';

const DOMAIN = 'rgtp.example.org';

/** Message-IDs: those of RFC 3977 and RFC 5536, and the ones made from sequence numbers. */
export const messageId: ParserTarget = {
  name: 'message-id',
  seeds: () => [
    `<A0010000.00000001@${DOMAIN}>`,
    `<Z3652359.FFFFFFFF.edit.e2@${DOMAIN}>`,
    `<A0010000.00000001.withdrawn@${DOMAIN}>`,
    `<motd.0000000A@${DOMAIN}>`,
    `<index.0000000A.e99999@${DOMAIN}>`,
    '<a.b@[literal]>',
    `<${'a'.repeat(240)}@b>`,
  ],
  words: ['.edit', '.withdrawn', '.e2', '@', '<', '>', '..', DOMAIN],
  maxOctets: 600,
  run(input) {
    const text = input.toString('latin1');
    if (isMessageId(text)) assert(isNntpMessageId(text) && text.includes('@') && text.length <= 250);
    isMessageIdDomain(text);
    const derived = parseDerivedId(text, DOMAIN);
    if (derived === undefined) return;
    assert.equal(formatDerivedId(derived, DOMAIN), text);
    assert(isMessageId(text));
  },
};
