/** Texts that are not available now, or never again. */

import { expect, test } from 'vitest';
import { ItemText } from '../../../src/bridge/item-text.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import { octets } from '../../../src/wire/octets.ts';
import { readStrictly } from '../../support/strict-article.ts';
import { linesOf, testBoard } from '../../support/views.ts';

const away = () => Promise.reject(new RgtpError('unavailable', 'connection refused'));

test('the board is away: articles are refused, overview comes from the index', async () => {
  const { model, main } = await testBoard();
  await model.newItem('O0591429', octets`Debate`, { userid: octets`kk207@cam` });
  model.deliver = away;
  await expect(main.article(1)).rejects.toMatchObject({ name: 'Refusal', kind: 'unavailable' });
  expect(await linesOf(main.overview(1, 1))).toEqual([
    '1\tDebate\tkk207@cam\tSat, 01 Mar 2025 08:00:00 +0000\t<O0591429.00000001@rgtp.example.org>\t\t\t\tXref: news.example.org groggs.test:1',
  ]);
  model.deliver = (text) => text;
  expect((await linesOf(main.overview(1, 1)))[0]).toContain('\tA writer <kk207@cam>\t');
  expect(await main.article(1)).toBeDefined();
});

test('the same if the model throws at once', async () => {
  const { model, main } = await testBoard();
  await model.newItem('O0591429', octets`Debate`);
  model.deliver = () => {
    throw new RgtpError('nonsense', 'garbage');
  };
  expect(() => main.article(1)).toThrow(expect.objectContaining({ kind: 'unavailable' }));
  expect(await linesOf(main.overview(1, 1))).toHaveLength(1);
});

test('a bug in the model is not a refusal', async () => {
  const { model, main } = await testBoard();
  await model.newItem('O0591429', octets`Debate`);
  model.deliver = () => Promise.reject(new TypeError('x is not a function'));
  await expect(main.article(1)).rejects.toThrow(TypeError);
});

test('a text from before the reply: refused, and not kept', async () => {
  const { model, main } = await testBoard();
  await model.newItem('O0591429', octets`Debate`);
  let old = await model.mirror.text(model.mirror.items[0] ?? expect.fail());
  model.deliver = () => old;
  model.mirror.isUpToDate = () => old === undefined;
  await model.reply('O0591429', { lines: [octets`new`], grogname: octets`Newcomer` });
  expect(() => main.article(2)).toThrow(expect.objectContaining({ kind: 'unavailable' }));
  expect(readStrictly((await main.article(1)) ?? expect.fail()).body).toEqual(['text']);
  expect((await linesOf(main.overview(2, 2)))[0]).toContain('\tx9@rgtp.example.org\t');
  model.deliver = (text) => text;
  old = undefined;
  // Nothing tells the view: the mirror has more of the same item, and none of it changed.
  expect((await linesOf(main.overview(2, 2)))[0]).toContain('\tNewcomer <x9@rgtp.example.org>\t');
  expect(readStrictly((await main.article(2)) ?? expect.fail()).body).toEqual(['new']);
});

test('a post that was taken out of its item, and an item that is nowhere: articles that say so', async () => {
  const { model, main } = await testBoard();
  const lost = ['The text of this post is no longer on the board.'];
  await model.newItem('O0591429', octets`Debate`);
  await model.reply('O0591429');
  await model.reply('O0591429');
  model.deliver = (text) =>
    ItemText.of({
      ...{ lastEdit: undefined, lastReply: text?.newest, mark: undefined },
      contributions: [...(text?.posts() ?? [])].filter((_, n) => n !== 1),
    });
  expect(readStrictly((await main.article(2)) ?? expect.fail()).body).toEqual(lost);
  expect(readStrictly((await main.article(3)) ?? expect.fail()).body).toEqual(['text']);
  model.deliver = () => undefined;
  await model.edit('O0591429', new Map());
  const { body, octets: size } = readStrictly((await main.article(3)) ?? expect.fail());
  expect(body).toEqual(lost);
  expect((await linesOf(main.header(':bytes', 3, 3)))[0]).toBe(`3 ${size}`);
  // It is back, and nothing tells the view.
  model.deliver = (text) => text;
  expect(readStrictly((await main.article(3)) ?? expect.fail()).body).toEqual(['text']);
  expect((await linesOf(main.header('from', 3, 3)))[0]).toBe('3 A writer <x9@rgtp.example.org>');
});

test('an item withdrawn while it is fetched is gone', async () => {
  const { model, main } = await testBoard();
  await model.newItem('O0591429', octets`Debate`, { lines: [octets`a libel`] });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  model.deliver = (text) => promise.then(() => text);
  const article = main.article(1);
  const overview = linesOf(main.overview(1, 9));
  await model.withdraw('O0591429');
  resolve(undefined);
  expect(await article).toBeUndefined();
  expect(await overview).toEqual([]);
});

test('an item that changes whenever it is read is given up; what is gone then is not shown', async () => {
  const { model, main } = await testBoard();
  await model.newItem('O0591429', octets`Debate`);
  await model.newItem('O0601000', octets`Other`);
  let reads = 0;
  model.deliver = async (text, { id }) => {
    await Promise.resolve();
    if (id === 'O0591429' && ++reads < 4) await model.edit('O0591429', new Map());
    else if (id === 'O0591429') await model.withdraw('O0591429');
    return text;
  };
  const numbers = (await linesOf(main.overview(1, 9))).map((line) => line.split('\t')[0]);
  expect(numbers).toEqual(['2']);
});
