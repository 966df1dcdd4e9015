import { expect, test } from 'vitest';
import { BoardStore } from '../../src/board/store.ts';
import { bodyOf } from '../../src/news/body.ts';
import { renderArticle } from '../../src/news/render.ts';
import { parseSecret } from '../../src/rgtp/proof.ts';
import { LineReader } from '../../src/wire/line-reader.ts';
import { bytesOf, octets } from '../../src/wire/octets.ts';

/** What stays alive with a Buffer. */
const held = ({ buffer }: Buffer) => buffer.byteLength;

test('a small Buffer keeps nothing but itself', () => {
  const [text, hex] = [Buffer.from('text'), Buffer.from('00ff', 'hex')];
  const all = [text, hex, Buffer.concat([text, hex]), bytesOf(octets`text`), Buffer.from(text), Buffer.from('é')];
  expect(all.map(held)).toEqual(all.map(({ length }) => length));
});

test('what is kept in caches and for sessions is counted as what it holds', async () => {
  const store = BoardStore.open(':memory:');
  const id = 'A0010000';
  await store.commit(() => {
    const none = { continuedFrom: undefined, continuedIn: undefined, lastEdit: undefined, lastReply: 1 };
    store.items.write({ id, ...none, subject: octets`x`, text: octets`^00000001 00000001\nx\n` });
  });
  const answer = store.items.answer(id) ?? Buffer.alloc(0);
  const { answer: article = Buffer.alloc(0) } = renderArticle(1, '<a@b>', 'Subject: x\r\n\r\n', bodyOf(['x']));
  const secret = parseSecret('00 ff') ?? Buffer.alloc(0);
  expect([answer, article, secret].map(held)).toEqual([answer, article, secret].map(({ length }) => length));
  expect(answer.length).toBeGreaterThan(0);
  store.close();
});

test('lines that were taken are not kept with what follows them', () => {
  const reader = new LineReader(512);
  reader.feed(Buffer.from(`${'DATE\r\n'.repeat(1000)}GRO`));
  let lines = 0;
  while (Buffer.isBuffer(reader.next())) lines++;
  const waiting = reader.takeRest();
  expect(lines).toBe(1000);
  expect(String(waiting)).toBe('GRO');
  expect(held(waiting)).toBe(3);
});
