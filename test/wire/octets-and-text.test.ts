import { expect, test } from 'vitest';
import { decodeWords, encodeText } from '../../src/news/encoded-word.ts';
import { formatMailbox } from '../../src/news/mailbox.ts';
import { PostingError } from '../../src/news/posting/error.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import { decode, encode } from '../../src/wire/charset.ts';
import { silent } from '../../src/wire/log.ts';
import { bytesOf, octets, octetsFrom, trimmed, trimmedEnd } from '../../src/wire/octets.ts';

const sent = octetsFrom(Buffer.from('caf\xe9', 'latin1'));
const text = 'café';
const style = { domain: 'x.example', mask: false };

/** Each line that expects an error fails `npm run check` where it compiles. */
test('octets and text are different types', () => {
  expect(decode(sent, 'latin1')).toBe(text);
  expect(encode(text, 'latin1')).toBe(sent);
  const mixed = [
    // What people read wants text.
    // @ts-expect-error octets
    () => encodeText(sent),
    // @ts-expect-error octets
    () => formatMailbox(sent, sent, style),
    // @ts-expect-error octets
    () => new PostingError(sent),
    // @ts-expect-error octets
    () => new Refusal('rejected', sent),
    // @ts-expect-error octets
    () => silent.warn({}, sent),
    // @ts-expect-error octets
    () => encode(sent, 'utf-8'),
    // What a board or an article sent stays octets, also cut and trimmed.
    // @ts-expect-error octets
    () => encodeText(trimmed(sent).slice(1).toLowerCase()),
    // It would strip the end of `à` in UTF-8.
    // @ts-expect-error trimmed
    () => sent.trim(),
    // What goes to a board, or is read off an article, wants octets.
    // @ts-expect-error text
    () => bytesOf(text),
    // @ts-expect-error text
    () => decode(text, 'utf-8'),
    // @ts-expect-error text
    () => octets`REPL ${text}`,
    // @ts-expect-error text
    () => decodeWords(text),
  ];
  expect(mixed).toHaveLength(12);
});

test('the octet A0 is no white space', () => {
  const city = octetsFrom(Buffer.from(' Citt\u00e0'));
  expect(trimmed(octets`${city} \t\r\n`)).toBe(city.slice(1));
  expect(trimmedEnd(octets`${city}\v`)).toBe(city);
  expect(trimmed(octets` \t `)).toBe('');
});
