import { expect, onTestFinished, test, vi } from 'vitest';
import { BoardServer } from '../../../src/board/server.ts';
import { eventLoop } from '../../../src/wire/fair-share.ts';
import { addUser, openBoard, secrets } from '../../board/boards.ts';
import { article } from '../../news/posting/recorded.ts';
import { CuttingProxy } from '../../support/cutting-proxy.ts';
import { stepByStep } from '../../support/turns.ts';
import { draft, NEWSGROUP, PEER, TestBridge } from './bridge.ts';

async function openBridge(options: Parameters<typeof TestBridge.open>[1] = {}) {
  const board = await openBoard();
  const bridge = await TestBridge.open(board.address.port, options);
  return { board, bridge, ann: await bridge.ann() };
}

test('a new item, and replies to it, as their author wrote them', async () => {
  const { bridge, ann } = await openBridge();
  const first = await bridge.post(
    ann,
    draft(
      { 'Message-ID': '<first@example.net>', Subject: 'Re: Tea & scones' },
      'Hello.',
      '',
      '..',
      '^caret',
      '> quoted  ',
    ),
  );
  expect(first).toBe('<first@example.net>');
  const row = bridge.entries.at(-1);
  expect(row).toMatchObject({ type: 'I', subject: 'Tea & scones', userid: 'ann@rgtp.test' });
  expect(bridge.idOf(row?.sequence ?? 0)).toBe(first);
  const item = await bridge.item(row?.itemId ?? '');
  expect(item.contributions[0]).toMatchObject({
    grogname: 'Ann Example',
    lines: ['Hello.', '', '..', '^caret', '> quoted'],
  });

  const reply = await bridge.post(
    ann,
    draft({ Subject: 'Re: Tea & scones', References: '<unknown@example.net> <first@example.net>' }, 'And jam.'),
    '<suggested@news.example.net>',
  );
  expect(reply).toBe('<suggested@news.example.net>');
  expect(bridge.entries.at(-1)).toMatchObject({ type: 'R', itemId: row?.itemId });
  const sequence = bridge.entries.at(-1)?.sequence ?? 0;
  expect(bridge.own.idOf(NEWSGROUP, 1, sequence)).toEqual({
    messageId: reply,
    references: '<unknown@example.net> <first@example.net>',
  });
  expect(await bridge.permanent.intents()).toEqual([]);
});

test('a reply to a post of an RGTP client goes to its item', async () => {
  const { bridge, ann } = await openBridge();
  const welcome = bridge.entries.find((entry) => entry.type === 'I');
  await bridge.post(ann, draft({ References: bridge.idOf(welcome?.sequence ?? 0) }, 'Thank you.'));
  expect(bridge.entries.at(-1)).toMatchObject({ type: 'R', itemId: welcome?.itemId });
});

test('a Message-ID is posted once', async () => {
  const { board, bridge, ann } = await openBridge();
  const lines = draft({ 'Message-ID': '<once@example.net>' }, 'Once.');
  const results = await Promise.allSettled([bridge.post(ann, lines), bridge.post(ann, lines), bridge.post(ann, lines)]);
  expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  await expect(bridge.post(ann, lines)).rejects.toMatchObject({ kind: 'duplicate' });
  expect(bridge.entries.filter((entry) => entry.subject === 'A subject')).toHaveLength(1);
  expect(bridge.poster.offer('<once@example.net>', PEER)).toBe('held');
  expect(bridge.poster.offer('<twice@example.net>', PEER)).toBe('yes');

  // what was stored is known after a restart
  const again = await TestBridge.open(board.address.port, { permanent: bridge.permanent });
  await expect(again.post(await again.ann(), lines)).rejects.toMatchObject({ kind: 'duplicate' });
});

test('IHAVE brings the article that it offered', async () => {
  const { bridge, ann } = await openBridge();
  const fed = (id: string, offered: string) =>
    bridge.poster.post(
      article(draft({ 'Message-ID': id, Date: new Date().toUTCString(), Path: 'peer!not-for-mail' }, `Fed as ${id}.`)),
      { person: ann, peer: PEER, suggested: offered, feed: true },
    );
  await expect(fed('<another@example.net>', '<offered@example.net>')).rejects.toThrow('not the one that was offered');
  expect(await fed('<offered@example.net>', '<offered@example.net>')).toBe('<offered@example.net>');
});

test('full items are continued, and replies follow the chain', async () => {
  const { bridge, ann } = await openBridge();
  await bridge.post(
    ann,
    draft({ 'Message-ID': '<long@example.net>', Subject: 'Long' }, ...Array(80).fill('x'.repeat(79))),
  );
  const page = Array<string>(37).fill('y'.repeat(79));
  const post = (n: number, subject: string) =>
    bridge.post(
      ann,
      draft({ 'Message-ID': `<r${n}@example.net>`, Subject: subject, References: '<long@example.net>' }, ...page),
    );
  await post(1, 'Re: Long');
  await post(2, 'Re: Long');
  await post(3, 'Re: Long');
  const continuation = bridge.entries.at(-1);
  expect(continuation).toMatchObject({ type: 'C', subject: 'Long' });
  // the reference is still the old item's
  await post(4, 'Something new (was: Long)');
  expect(bridge.entries.at(-1)).toMatchObject({ type: 'R', itemId: continuation?.itemId });
  for (const n of [5, 6, 7, 8]) await post(n, 'Something new');
  expect(bridge.entries.filter((entry) => entry.type === 'C').map((entry) => entry.subject)).toEqual([
    'Long',
    'Something new',
  ]);
});

test.each([
  {
    what: 'an unknown newsgroup',
    lines: draft({ Newsgroups: 'groggs.other' }, 'x'),
    reason: 'there is no newsgroup groggs.other',
  },
  {
    what: 'a cross-post',
    lines: draft({ Newsgroups: `${NEWSGROUP},${NEWSGROUP}.motd` }, 'x'),
    reason: 'one newsgroup only',
  },
  {
    what: 'half a cross-post',
    lines: draft({ Newsgroups: `${NEWSGROUP},comp.misc` }, 'x'),
    reason: 'no newsgroup comp.misc',
  },
  { what: 'a post among the edits', lines: draft({ Newsgroups: `${NEWSGROUP}.edits` }, 'x'), reason: 'takes no posts' },
  { what: 'unknown references', lines: draft({ References: '<gone@x.y>' }, 'x'), reason: 'References: none of these' },
  { what: 'no text', lines: draft({}), reason: 'the article has no text' },
  { what: 'an empty article', lines: [], reason: 'the article is empty' },
  {
    what: 'a Message-ID of the server’s form',
    lines: draft({ 'Message-ID': '<A1234567.00000009@rgtp.test>' }, 'x'),
    reason: 'only this server may use',
  },
  {
    what: 'a message of the day by a reader',
    lines: draft({ Newsgroups: `${NEWSGROUP}.motd` }, 'x'),
    reason: 'only editors',
  },
  {
    what: 'a long reply',
    lines: draft({ References: 'welcome' }, ...Array(38).fill('x'.repeat(79))),
    reason: 'the board takes 3000',
  },
])('refused: $what', async ({ lines, reason }) => {
  const { bridge, ann } = await openBridge();
  const before = bridge.entries.length;
  const welcome = bridge.idOf(bridge.entries.find((entry) => entry.type === 'I')?.sequence ?? 0);
  const sent = lines.map((line) => line.replace('References: welcome', `References: ${welcome}`));
  await expect(bridge.post(ann, sent)).rejects.toMatchObject({
    kind: 'rejected',
    message: expect.stringContaining(reason),
  });
  await bridge.model.refresh();
  expect(bridge.entries).toHaveLength(before);
  expect(await bridge.permanent.intents()).toEqual([]);
});

test('nobody posts without a login, and nobody where posting is off', async () => {
  const { bridge, board } = await openBridge();
  await expect(bridge.post(undefined, draft({}, 'x'))).rejects.toMatchObject({ kind: 'login-required' });
  expect(bridge.logins.access(undefined)).toMatchObject({ read: true, post: false, loginHelps: true });
  const closed = await TestBridge.open(board.address.port, { posting: false });
  const ann = await closed.ann();
  expect(closed.logins.access(ann)).toMatchObject({ read: true, post: false, loginHelps: false });
  await expect(closed.post(ann, draft({}, 'x'))).rejects.toMatchObject({ kind: 'rejected' });
});

test('grognames: fixed for the board, for an account, or from From', async () => {
  const { bridge, board } = await openBridge();
  await bridge.accounts.add({
    name: 'ann',
    password: 'correct horse',
    userid: 'ann@rgtp.test',
    secret: '00112233445566778899aabbccddeeff',
    grogname: 'Ann the Brief',
  });
  const local = await bridge.logins.login('test:ann', 'correct horse', {
    address: 'x',
    port: 1,
    connection: '',
  });
  await bridge.post(local, draft({}, 'one'));
  const fixed = await TestBridge.open(board.address.port, { board: { grogname: 'The House' } });
  await fixed.post(await fixed.ann(), draft({}, 'two'));
  const names = await Promise.all(
    fixed.entries.slice(-2).map(async ({ itemId = '' }) => (await fixed.item(itemId)).contributions[0]?.grogname),
  );
  expect(names).toEqual(['Ann the Brief', 'The House']);
});

test('a board that is away: 441 with the reason, nothing is left behind', async () => {
  const board = await BoardServer.open({ path: ':memory:', listen: { host: '127.0.0.1', port: 0 } });
  await addUser(board, 'ann@rgtp.test', 2, secrets.ann);
  const bridge = await TestBridge.open(board.address.port);
  const ann = await bridge.ann();
  await board.close();
  await expect(bridge.post(ann, draft({}, 'x'))).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('the board is away'),
  });
  expect(await bridge.permanent.intents()).toEqual([]);
});
test('editors set the message of the day', async () => {
  const { bridge } = await openBridge();
  await bridge.post(await bridge.ed(), draft({ Newsgroups: `${NEWSGROUP}.motd` }, 'Be nice.'));
  expect((await bridge.reader.use((connection) => connection.motd()))?.lines).toEqual(['Be nice.']);
  expect(bridge.entries.at(-1)?.type).toBe('M');
});

test.each([
  ['isRead', false, 'has not been read yet; try again shortly'],
  ['isFull', true, 'no article number left'],
] as const)('nothing is posted where it could not be shown: %s is %s', async (what, value, why) => {
  const { bridge, ann } = await openBridge();
  const before = bridge.entries.length;
  Object.defineProperty(bridge.model, what, { value, configurable: true });
  const answer = bridge.post(ann, draft({ References: '<unknown@example.net>' }, 'Hello.'));
  await expect(answer).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringContaining(why) });
  await bridge.model.refresh();
  expect(bridge.entries).toHaveLength(before);
  expect(await bridge.permanent.intents()).toEqual([]);
});

test.each([
  ['a follow-up to an own post', { References: '<mine@example.net>' }],
  ['a follow-up to a post of another', { References: '<A0000001.00000001@rgtp.test>' }],
  ['a new item', {}],
  ['a cancel of an own post', { Control: 'cancel <mine@example.net>' }],
  ['a cancel of another', { Control: 'cancel <A0000001.00000001@rgtp.test>' }],
  ['a Supersedes', { Supersedes: '<mine@example.net>' }],
  ['a message of the day', { Newsgroups: `${NEWSGROUP}.motd` }],
] as const)('before the index is read everybody is told to try again: %s', async (_, headers) => {
  const { board, bridge } = await openBridge();
  const ed = await bridge.ed();
  await bridge.post(ed, draft({ 'Message-ID': '<mine@example.net>' }, 'Hello.'));
  // A bridge that has its permanent file alone, and whose board does not answer INDX.
  const proxy = await CuttingProxy.open(board.address.port, (step) => (step === 'C INDX' ? 'cut before' : 'pass'));
  const again = await TestBridge.open(proxy.port, { permanent: bridge.permanent });
  onTestFinished(() => proxy.close());
  expect(again.model.isRead).toBe(false);
  const person = await again.ed();
  const { Newsgroups = NEWSGROUP } = headers as { readonly Newsgroups?: string };
  const lines = draft({ ...headers, Newsgroups, 'Message-ID': '<new@example.net>' }, 'x');
  const isRefused = { kind: 'unavailable', message: expect.stringContaining('try again shortly') };
  await expect(again.post(person, lines)).rejects.toMatchObject(isRefused);
  // IHAVE and TAKETHIS: 436, 400 or the like, never 437.
  const fed = [...lines.slice(0, 4), `Date: ${new Date().toUTCString()}`, 'Path: peer!not-for-mail', ...lines.slice(4)];
  const submission = { person, peer: PEER, suggested: '<new@example.net>', feed: true };
  await expect(again.poster.post(article(fed), submission)).rejects.toMatchObject(isRefused);
  expect(again.poster.offer('<mine@example.net>', PEER)).toBe('held');
  expect(again.poster.offer('<new@example.net>', PEER)).toBe('later');
  // Kept with the newest rows: that it is there is known, and its article is not.
  expect(again.view.find('<mine@example.net>')).toBeDefined();
  expect(() => again.view.find('<A0000001.00000001@rgtp.test>')).toThrow('try again shortly');
  expect(again.view.find('<nobody@example.net>')).toBeUndefined();
});

test.each([
  ['a follow-up', { References: '<mine@example.net>' }],
  ['… whose newsreader gives In-Reply-To', { 'In-Reply-To': '<mine@example.net>', Subject: 'Re: A subject' }],
  ['a cancel', { Control: 'cancel <mine@example.net>' }],
  ['a Supersedes', { Supersedes: '<mine@example.net>' }],
] as const)(
  'what refers to a post that was acknowledged and is not read back yet is to come again: %s',
  async (_, headers) => {
    const board = await openBoard();
    let away = false;
    const proxy = await CuttingProxy.open(board.address.port, (step) =>
      away && step === 'C INDX' ? 'cut before' : 'pass',
    );
    onTestFinished(() => proxy.close());
    const bridge = await TestBridge.open(proxy.port);
    const ed = await bridge.ed();
    away = true;
    await bridge.post(ed, draft({ 'Message-ID': '<mine@example.net>' }, 'Hello.'));
    expect(() => bridge.view.find('<mine@example.net>')).toThrow('try again shortly');
    const again = draft({ ...headers, 'Message-ID': '<new@example.net>' }, 'x');
    await expect(bridge.post(ed, again)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('try again shortly'),
    });
    away = false;
    await bridge.model.refresh();
    expect(await bridge.post(ed, again)).toBe('<new@example.net>');
  },
);

test('what the board has and no number is left for is not acknowledged', async () => {
  const { bridge, ann } = await openBridge();
  bridge.model.refresh = async () => {
    Object.defineProperty(bridge.model, 'isFull', { value: true });
  };
  await expect(bridge.post(ann, draft({}, 'Hello.'))).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('no article number is left'),
  });
});

test('articles that come together are read and wrapped in turns, those of one address as one crowd', async () => {
  const { bridge, ann } = await openBridge();
  const next = vi.spyOn(eventLoop, 'next');
  onTestFinished(() => next.mockRestore());
  stepByStep();
  const posts = Array.from({ length: 20 }, (_, n) => bridge.post(ann, draft({ Subject: `Post ${n}` }, `Number ${n}`)));
  await Promise.all(posts);
  expect(next.mock.calls.filter(([, owner]) => owner === PEER.address).length).toBeGreaterThan(20);
});
