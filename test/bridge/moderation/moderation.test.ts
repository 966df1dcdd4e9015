import { expect, test } from 'vitest';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import { octets } from '../../../src/wire/octets.ts';
import { openBoard, secrets } from '../../board/boards.ts';
import { draft, NEWSGROUP, TestBridge } from '../posting/bridge.ts';

/** A board with an item of two posts by ann. */
async function setUp() {
  const board = await openBoard();
  const bridge = await TestBridge.open(board.address.port);
  const ann = await bridge.ann();
  await bridge.post(ann, draft({ 'Message-ID': '<item@x.y>', Subject: 'Tea' }, 'First.', '^caret'));
  const itemId = bridge.entries.at(-1)?.itemId ?? '';
  await bridge.post(ann, draft({ 'Message-ID': '<reply@x.y>', References: '<item@x.y>' }, 'Rude words.'));
  const texts = async () => (await bridge.item(itemId)).contributions.map((contribution) => contribution.lines);
  const editLog = () => bridge.reader.use((connection) => connection.editLog());
  return { board, bridge, ann, ed: await bridge.ed(), itemId, texts, editLog };
}

test('an editor cancels a reply: a note takes the place of its text', async () => {
  const { bridge, ed, texts, editLog, itemId } = await setUp();
  const cancel = draft({ 'Message-ID': '<cancel@x.y>', Control: 'cancel <reply@x.y>', 'X-RGTP-Reason': 'rude' });
  await bridge.post(ed, cancel);
  expect(await texts()).toEqual([['First.', '^caret'], ['[Withdrawn by ed@rgtp.test.]']]);
  expect(await editLog()).toMatchObject([{ kind: 'edited', itemId, userid: 'ed@rgtp.test', reason: ['rude'] }]);
  expect(bridge.entries.at(-1)).toMatchObject({ type: 'E', itemId });
  await expect(bridge.post(ed, cancel)).rejects.toMatchObject({ kind: 'duplicate' });
  expect(await editLog()).toHaveLength(1);
});

test('an editor cancels an item: it is withdrawn', async () => {
  const { bridge, ed, editLog, itemId } = await setUp();
  await bridge.post(ed, draft({ Control: 'cancel <item@x.y>', Subject: 'cmsg cancel <item@x.y>' }));
  await expect(bridge.item(itemId)).rejects.toMatchObject({ kind: 'no-such-item' });
  expect(await editLog()).toMatchObject([{ kind: 'withdrawn', itemId, reason: ['cancelled'] }]);
  await expect(bridge.post(ed, draft({ Control: 'cancel <item@x.y>', Subject: 'again' }))).rejects.toMatchObject({
    kind: 'rejected',
    message: 'Control: <item@x.y> is not here',
  });
});

test('Supersedes gives a post another text, and an item another subject', async () => {
  const { bridge, ed, texts, editLog, itemId } = await setUp();
  await bridge.post(ed, draft({ Supersedes: '<reply@x.y>', Subject: 'Re: Tea' }, 'Kind words.', '^caret'));
  expect(await texts()).toEqual([
    ['First.', '^caret'],
    ['Kind words.', '^caret'],
  ]);
  await bridge.post(ed, draft({ Supersedes: '<item@x.y>', Subject: 'Coffee' }, 'First again.'));
  expect(await bridge.item(itemId)).toMatchObject({ subject: 'Coffee' });
  expect((await texts())[0]).toEqual(['First again.']);
  expect((await editLog()).flatMap(({ reason }) => reason)).toEqual(['Re: Tea', 'Coffee']);
});

test.each([{ Control: 'cancel <reply@x.y>' }, { Control: 'cancel <item@x.y>' }, { Supersedes: '<reply@x.y>' }])(
  'only editors: $Control $Supersedes',
  async (header) => {
    const { bridge, ann, texts, editLog } = await setUp();
    await expect(bridge.post(ann, draft({ ...header }, 'x'))).rejects.toMatchObject({
      kind: 'rejected',
      message: `only editors of ${NEWSGROUP} may do this`,
    });
    expect((await texts())[1]).toEqual(['Rude words.']);
    expect(await editLog()).toEqual([]);
  },
);

test('while another editor holds the lock: later', async () => {
  const { board, bridge, ed, texts } = await setUp();
  const other = await RgtpConnection.open({
    host: '127.0.0.1',
    port: board.address.port,
    user: octets`ed@rgtp.test`,
    secret: secrets.ed,
  });
  await other.lock();
  const cancel = draft({ 'Message-ID': '<c@x.y>', Control: 'cancel <reply@x.y>' });
  await expect(bridge.post(ed, cancel)).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('an editor holds the edit lock'),
  });
  await other.unlock();
  await bridge.post(ed, cancel);
  expect((await texts())[1]).toEqual(['[Withdrawn by ed@rgtp.test.]']);
  await other.close();
});
