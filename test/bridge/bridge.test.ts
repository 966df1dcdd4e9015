import { describe, expect, onTestFinished, test } from 'vitest';
import type { BoardLogin, BridgedBoard, Level, Member } from '../../src/bridge/board.ts';
import { Bridge } from '../../src/bridge/bridge.ts';
import { BoardView } from '../../src/bridge/view/board-view.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import { latin1, octets } from '../../src/wire/octets.ts';
import { LiveBoard } from '../support/live-board.ts';
import { boardOptions } from '../support/views.ts';

const peer = { address: '192.0.2.1', port: 1, connection: '1' };

class TestBoard implements BridgedBoard {
  readonly model: LiveBoard;
  readonly view: BoardView;
  readonly login: BoardLogin;
  readonly poster: BridgedBoard['poster'];
  /** Message-IDs of what was posted, with the userid of its author */
  readonly posted: string[] = [];

  /** how many readers are here */
  readers = 0;

  static async open(newsgroup: string, domain = `${newsgroup}.example`): Promise<TestBoard> {
    const model = await LiveBoard.open();
    onTestFinished(() => model.mirror.close());
    return new TestBoard(model, newsgroup, domain);
  }

  private constructor(model: LiveBoard, newsgroup: string, domain: string) {
    this.model = model;
    const arrived = model.mirror.readerArrived.bind(model.mirror);
    model.mirror.readerArrived = () => {
      this.readers++;
      const left = arrived();
      return () => {
        this.readers--;
        left();
      };
    };
    this.view = new BoardView({ model: model.mirror, options: { ...boardOptions, newsgroup, domain } });
    this.login = levels(newsgroup);
    this.poster = {
      post: async ({ messageId, member }) => void this.posted.push(`${messageId} ${member.userid}`),
      has: (messageId) => this.view.locate(messageId) !== undefined,
      isPending: () => false,
      settle: async () => {},
    };
  }
}

/** Everybody has the level that their password says; on a board called hidden at most 0. */
function levels(newsgroup: string): BoardLogin {
  const hidden = newsgroup === 'groggs.hidden';
  const memberOf = (userid: string, level: Level): Member => {
    return { userid: latin1(userid), grogname: undefined, level: hidden ? 0 : level };
  };
  return {
    name: newsgroup.replace('groggs.', ''),
    newsgroup,
    guests: hidden ? 'none' : 'read',
    posting: true,
    byAccount: async (name, password) => (name === 'everywhere' ? memberOf(name, levelOf(password)) : undefined),
    bySecret: async (userid, secret) => memberOf(userid, levelOf(secret)),
  };
}

function levelOf(text: string): Level {
  const level = Number(text);
  if (level === 0 || level === 1 || level === 2 || level === 3) return level;
  throw new Refusal('bad-credentials', 'wrong');
}

async function bridgeOf(...newsgroups: string[]) {
  const boards = await Promise.all(newsgroups.map((newsgroup) => TestBoard.open(newsgroup)));
  const bridge = new Bridge({ domain: 'x' });
  bridge.setBoards(boards);
  const loggedIn = async (password: string, name = 'everywhere') => {
    const reader = bridge.connect(peer);
    await reader.login(name, password);
    return reader;
  };
  return { bridge, boards, models: boards.map(({ model }) => model), guest: bridge.connect(peer), loggedIn };
}

describe('newsgroups', () => {
  test('in the order of the boards, companions after each', async () => {
    const { guest } = await bridgeOf('groggs.b', 'groggs.a');
    expect(guest.newsgroups().map(({ name, description }) => [name, description])).toEqual([
      ['groggs.b', 'A test board'],
      ['groggs.b.motd', 'A test board: messages of the day'],
      ['groggs.b.edits', 'A test board: what its editors did'],
      ['groggs.a', 'A test board'],
      ['groggs.a.motd', 'A test board: messages of the day'],
      ['groggs.a.edits', 'A test board: what its editors did'],
    ]);
    expect(guest.newsgroup('groggs.a.motd')?.name).toBe('groggs.a.motd');
    expect(guest.newsgroup('groggs.c')).toBeUndefined();
  });

  test('those of a hidden board require a login, and are not listed', async () => {
    const { boards, models, guest, loggedIn } = await bridgeOf('groggs.a', 'groggs.hidden');
    await models[1]?.newItem('O0591429', octets`a`);
    expect(guest.newsgroups().map(({ name }) => name)).toEqual(['groggs.a', 'groggs.a.motd', 'groggs.a.edits']);
    expect(() => guest.newsgroup('groggs.hidden.edits')).toThrow(expect.objectContaining({ kind: 'login-required' }));
    const editor = await loggedIn('3');
    expect(() => editor.newsgroup('groggs.hidden')).toThrow(expect.objectContaining({ kind: 'forbidden' }));
    expect(editor.find('<O0591429.00000001@groggs.hidden.example>')).toBeUndefined();
    expect(boards[1]?.view.locate('<O0591429.00000001@groggs.hidden.example>')?.newsgroup).toBe('groggs.hidden');
  });

  test('who may post where', async () => {
    const { guest, loggedIn } = await bridgeOf('groggs.a');
    const [writer, editor] = [await loggedIn('2'), await loggedIn('3')];
    const statuses = guest.newsgroups().map((group) => [guest, writer, editor].map((reader) => reader.status(group)));
    expect(statuses).toEqual([
      ['y', 'y', 'y'],
      ['n', 'n', 'y'],
      ['n', 'n', 'n'],
    ]);
  });

  test.each([
    ['a newsgroup', ['groggs.a', 'a.example'], ['groggs.a', 'b.example']],
    ['a companion', ['groggs.a', 'a.example'], ['groggs.a.edits', 'b.example']],
    ['a domain', ['groggs.a', 'a.example'], ['groggs.b', 'a.example']],
  ])('two boards cannot share %s, and those before stay', async (_, one, two) => {
    const { bridge, guest } = await bridgeOf('groggs.before');
    const boards = await Promise.all([one, two].map(([newsgroup = '', domain]) => TestBoard.open(newsgroup, domain)));
    expect(() => bridge.setBoards(boards)).toThrow(/groggs\.a/);
    expect(guest.newsgroups()[0]?.name).toBe('groggs.before');
  });

  test('a domain that no Message-ID can end in is refused', async () => {
    await expect(TestBoard.open('groggs.a', 'not a domain')).rejects.toThrow(
      /groggs\.a: no Message-ID can end in this domain/,
    );
  });
});

test('a board whose index has not been read is listed, and everything else about it is refused', async () => {
  const { boards, models, guest } = await bridgeOf('groggs.a', 'groggs.b');
  await models[0]?.newItem('O0591429', octets`a`);
  await models[1]?.newItem('O0591429', octets`b`);
  Object.defineProperty(models[1]?.mirror, 'isRead', { value: false });
  expect(guest.newsgroups()).toHaveLength(6);
  expect(guest.newsgroup('groggs.a')?.count).toBe(1);
  const notYet = expect.objectContaining({
    kind: 'unavailable',
    message: "the board's index has not been read yet; try again shortly",
  });
  for (const name of ['groggs.b', 'groggs.b.motd', 'groggs.b.edits']) {
    expect(() => guest.newsgroup(name)).toThrow(notYet);
  }
  expect(() => guest.find('<O0591429.00000001@groggs.b.example>')).toThrow(notYet);
  expect(guest.find('<O0591429.00000001@groggs.a.example>')?.number).toBe(1);
  expect(guest.find('<elsewhere@example.org>')).toBeUndefined();
  expect(boards[1]?.view.notYet).toBeDefined();
  expect(() => guest.motd()).toThrow(notYet);
  await models[0]?.setMotd(['Tea is ready.']);
  expect(guest.motd()).toEqual(['groggs.a:', 'Tea is ready.']);
});

test('articles are found on any board', async () => {
  const { boards, models, guest } = await bridgeOf('groggs.a', 'groggs.b');
  await models[0]?.newItem('O0591429', octets`a`);
  await models[1]?.newItem('O0591429', octets`b`);
  const id = '<O0591429.00000001@groggs.b.example>';
  expect(guest.find(id)).toEqual({ group: boards[1]?.view.groups[0], number: 1 });
  expect(boards[1]?.view.locate(id)).toMatchObject({
    newsgroup: 'groggs.b',
    epoch: 1,
    sequence: 1,
    row: 0,
    item: { id: 'O0591429' },
  });
  expect(guest.find('<O0591429.00000001@groggs.c.example>')).toBeUndefined();
});

test('the message of the day: alone as it is, several under their names', async () => {
  const one = await bridgeOf('groggs.a');
  expect(one.guest.motd()).toEqual([]);
  await one.models[0]?.setMotd([octets`Caf\xe9`, octets``]);
  expect(one.guest.motd()).toEqual(['Café', '']);
  const three = await bridgeOf('groggs.a', 'groggs.b', 'groggs.c');
  await three.models[0]?.setMotd([octets`one`]);
  await three.models[2]?.setMotd([octets`two`]);
  expect(three.guest.motd()).toEqual(['groggs.a:', 'one', '', 'groggs.c:', 'two']);
});

test('a reader is a reader of every board, once', async () => {
  const { guest, boards } = await bridgeOf('groggs.a', 'groggs.b');
  expect(boards.map(({ readers }) => readers)).toEqual([1, 1]);
  guest.close();
  guest.close();
  expect(boards.map(({ readers }) => readers)).toEqual([0, 0]);
});

test('a login is a session’s own, and one that fails leaves it as it was', async () => {
  const { guest, loggedIn } = await bridgeOf('groggs.a');
  const writer = await loggedIn('2', 'ann@example.org');
  expect(guest.access).toMatchObject({ read: true, post: false, loginHelps: true });
  expect(writer.access).toMatchObject({ read: true, post: true, loginHelps: false });
  await expect(writer.login('ann@example.org', 'wrong')).rejects.toMatchObject({ kind: 'bad-credentials' });
  expect(writer.access.post).toBe(true);
});

test('posts go to their board, as the person logged in there', async () => {
  const { guest, boards, loggedIn } = await bridgeOf('groggs.a', 'groggs.b');
  const article = Buffer.from('From: a <a@b.c>\r\nSubject: x\r\nNewsgroups: groggs.b\r\n\r\nText\r\n');
  const origin = { suggested: '<s@x>', feed: false };
  const writer = await loggedIn('2');
  expect(await writer.post(article, origin)).toBe('<s@x>');
  expect(boards.map(({ posted }) => posted)).toEqual([[], ['<s@x> everywhere']]);
  await expect(guest.post(article, origin)).rejects.toMatchObject({ kind: 'login-required' });
  expect(guest.offer('<s@x>')).toBe('yes');
  expect(guest.suggestMessageId()).toMatch(/^<.+@x>$/);
});

describe('other boards while readers are there', () => {
  test('newsgroups follow, and so do logins', async () => {
    const { bridge, guest, boards, loggedIn } = await bridgeOf('groggs.a', 'groggs.b');
    const writer = await loggedIn('2');
    const again = await TestBoard.open('groggs.a');
    await again.model.newItem('O0591429', octets`new`);
    bridge.setBoards([again, await TestBoard.open('groggs.c')]);
    expect(guest.newsgroup('groggs.a')?.messageId(1)).toBe('<O0591429.00000001@groggs.a.example>');
    expect(guest.newsgroup('groggs.b')).toBeUndefined();
    expect(guest.newsgroups().map(({ name }) => name)).toContain('groggs.c.motd');
    const article = Buffer.from('From: a <a@b.c>\r\nSubject: x\r\nNewsgroups: groggs.a\r\n\r\nText\r\n');
    await writer.post(article, { suggested: '<s@x>', feed: false });
    expect([boards[0]?.posted, again.posted]).toEqual([[], ['<s@x> everywhere']]);
  });

  test('the boards are told of them', async () => {
    const { bridge, guest, boards } = await bridgeOf('groggs.a');
    const again = await TestBoard.open('groggs.a');
    bridge.setBoards([again]);
    expect([boards[0]?.readers, again.readers]).toEqual([0, 1]);
    guest.close();
    expect(again.readers).toBe(0);
  });
});

test('a closed view no longer follows its board', async () => {
  const { boards, models } = await bridgeOf('groggs.a');
  await models[0]?.newItem('O0591429', octets`a`);
  boards[0]?.view.close();
  await models[0]?.newItem('O0601429', octets`b`);
  expect(boards[0]?.view.groups[0]?.count).toBe(1);
});
