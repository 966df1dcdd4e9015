/** What peers must be told of after an editor's deed: what is gone, and what has another text. */
import { expect, test } from 'vitest';
import { testBoard } from '../../support/views.ts';

const id = (number: number, suffix = '') => `<O0591429.0000000${number}${suffix}@rgtp.example.org>`;

test('an edit revises every post of its item that was there; of two edits, the second takes the place of the first', async () => {
  const { model, view } = await testBoard();
  await model.newItem('O0591429', 'a');
  await model.reply('O0591429');
  await model.newItem('P0000001', 'another');
  await model.edit('O0591429', new Map([[1, ['new']]]));
  await model.reply('O0591429');
  await model.edit('O0591429', new Map([[4, ['newer']]]));
  expect(view.revisedBy(4)).toEqual([
    { number: 1, messageId: id(1, '.r00000004'), supersedes: id(1) },
    { number: 2, messageId: id(2, '.r00000004'), supersedes: id(2) },
  ]);
  expect(view.revisedBy(6)).toEqual([
    { number: 1, messageId: id(1, '.r00000006'), supersedes: id(1, '.r00000004') },
    { number: 2, messageId: id(2, '.r00000006'), supersedes: id(2, '.r00000004') },
    { number: 5, messageId: id(5, '.r00000006'), supersedes: id(5) },
  ]);
  for (const number of [1, 2, 3, 5, 7]) expect(view.revisedBy(number)).toEqual([]);
  // Whoever answers to a revision answers to the post.
  expect(view.locate(id(5, '.r00000006'))).toMatchObject({ messageId: id(5), sequence: 5 });
  expect(view.locate(id(5, '.r00000007'))).toBeUndefined();
  expect(view.locate(id(4, '.r00000006'))).toBeUndefined();
  expect(view.find(id(5, '.r00000006'))).toBeUndefined();

  await model.withdraw('O0591429');
  expect([...view.withdrawnBy(7)]).toEqual([
    { messageId: id(1), kind: 'post' },
    { messageId: id(1, '.r00000004'), kind: 'revision' },
    { messageId: id(1, '.r00000006'), kind: 'revision' },
    { messageId: id(2), kind: 'post' },
    { messageId: id(2, '.r00000004'), kind: 'revision' },
    { messageId: id(2, '.r00000006'), kind: 'revision' },
    { messageId: id(4, '.edit'), kind: 'notice' },
    { messageId: id(5), kind: 'post' },
    { messageId: id(5, '.r00000006'), kind: 'revision' },
    { messageId: id(6, '.edit'), kind: 'notice' },
  ]);
  expect(view.locate(id(5, '.r00000006'))).toBeUndefined();
  for (const number of [1, 4, 6, 8]) expect([...view.withdrawnBy(number)]).toEqual([]);
});

test('an edit of the index tells of all that is gone and was not withdrawn', async () => {
  const { model, view, edits } = await testBoard();
  await model.newItem('O0591429', 'a');
  await model.reply('O0591429');
  await model.reply('O0591429');
  await model.newItem('P0000001', 'withdrawn');
  await model.withdraw('P0000001');
  await model.indexEdit({ remove: [1] });
  expect(edits.high).toBe(6);
  expect([...view.withdrawnBy(6)]).toEqual([{ messageId: id(2), kind: 'post' }]);
  expect([...view.withdrawnBy(5)]).toEqual([{ messageId: '<P0000001.00000004@rgtp.example.org>', kind: 'post' }]);
});
