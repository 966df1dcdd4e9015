import { describe, expect, test } from 'vitest';
import { Bridge } from '../../src/bridge/bridge.ts';
import type { Poster } from '../../src/bridge/ports.ts';
import { BoardView } from '../../src/bridge/view/board-view.ts';
import type { PostContext } from '../../src/nntp/backend.ts';
import { MemoryModel } from '../support/memory-model.ts';
import { account, boardOptions, logins } from '../support/views.ts';

const peer = { address: '192.0.2.1', port: 1, connection: '1' };

/** Does what it is told, and says so. */
const poster: Poster = {
  post: async (article, { suggested }) => `${article} ${suggested}`,
  wants: (messageId) => (messageId === '<held@x>' ? 'held' : 'yes'),
  suggestMessageId: () => '<suggested@x>',
};

function board(newsgroup: string, domain = `${newsgroup}.example`): BoardView {
  return new BoardView({ model: new MemoryModel(), logins, options: { ...boardOptions, newsgroup, domain } });
}

function bridgeOf(...newsgroups: string[]) {
  const boards = newsgroups.map((newsgroup) => board(newsgroup));
  const models = boards.map(({ model }) => model as MemoryModel);
  return { bridge: new Bridge({ boards, logins, poster }), boards, models };
}

describe('newsgroups', () => {
  test('in the order of the boards, companions after each', () => {
    const { bridge } = bridgeOf('groggs.b', 'groggs.a');
    expect(bridge.newsgroups(undefined).map(({ name, description }) => [name, description])).toEqual([
      ['groggs.b', 'A test board'],
      ['groggs.b.motd', 'A test board: messages of the day'],
      ['groggs.b.edits', 'A test board: what its editors did'],
      ['groggs.a', 'A test board'],
      ['groggs.a.motd', 'A test board: messages of the day'],
      ['groggs.a.edits', 'A test board: what its editors did'],
    ]);
    expect(bridge.newsgroup('groggs.a.motd', undefined)?.name).toBe('groggs.a.motd');
    expect(bridge.newsgroup('groggs.c', undefined)).toBeUndefined();
  });

  test('those of a board that is hidden want a login, and list nothing', () => {
    const { bridge, models } = bridgeOf('groggs.a', 'groggs.hidden');
    models[1]?.newItem('O0591429', 'a');
    expect(bridge.newsgroups(undefined).map(({ name }) => name)).toEqual([
      'groggs.a',
      'groggs.a.motd',
      'groggs.a.edits',
    ]);
    expect(() => bridge.newsgroup('groggs.hidden.edits', undefined)).toThrow(
      expect.objectContaining({ kind: 'login-required' }),
    );
    expect(() => bridge.newsgroup('groggs.hidden', account(3))).toThrow(expect.objectContaining({ kind: 'forbidden' }));
    expect(bridge.find('<O0591429.00000001@groggs.hidden.example>', account(3))).toBeUndefined();
    expect(bridge.locate('<O0591429.00000001@groggs.hidden.example>')?.newsgroup).toBe('groggs.hidden');
  });

  test.each([
    ['a newsgroup', ['groggs.a', 'a.example'], ['groggs.a', 'b.example']],
    ['a companion', ['groggs.a', 'a.example'], ['groggs.a.edits', 'b.example']],
    ['a domain', ['groggs.a', 'a.example'], ['groggs.b', 'a.example']],
  ])('two boards can not share %s', (_, one, two) => {
    const boards = [one, two].map(([newsgroup = '', domain]) => board(newsgroup, domain));
    expect(() => new Bridge({ boards, logins, poster })).toThrow(/groggs\.a/);
  });

  test('a domain that no Message-ID can end in is refused', () => {
    expect(() => board('groggs.a', 'not a domain')).toThrow(/groggs\.a: no Message-ID can end in this domain/);
  });
});

test('articles are found on any board', () => {
  const { bridge, boards, models } = bridgeOf('groggs.a', 'groggs.b');
  models[0]?.newItem('O0591429', 'a');
  models[1]?.newItem('O0591429', 'b');
  const id = '<O0591429.00000001@groggs.b.example>';
  expect(bridge.find(id, undefined)).toEqual({ group: boards[1]?.groups[0], number: 1 });
  expect(bridge.locate(id)).toMatchObject({
    newsgroup: 'groggs.b',
    epoch: 1,
    sequence: 1,
    row: 0,
    item: { id: 'O0591429' },
  });
  expect(bridge.find('<O0591429.00000001@groggs.c.example>', undefined)).toBeUndefined();
});

test('the message of the day: alone as it is, several under their names', () => {
  const one = bridgeOf('groggs.a');
  expect(one.bridge.motd()).toEqual([]);
  one.models[0]?.setMotd(['Caf\xe9', '']);
  expect(one.bridge.motd()).toEqual(['Café', '']);
  const three = bridgeOf('groggs.a', 'groggs.b', 'groggs.c');
  three.models[0]?.setMotd(['one']);
  three.models[2]?.setMotd(['two']);
  expect(three.bridge.motd()).toEqual(['groggs.a:', 'one', '', 'groggs.c:', 'two']);
});

test('a reader is a reader of every board, once', () => {
  const { bridge, models } = bridgeOf('groggs.a', 'groggs.b');
  const left = bridge.readerArrived();
  expect(models.map(({ readers }) => readers)).toEqual([1, 1]);
  left();
  expect(models.map(({ readers }) => readers)).toEqual([0, 0]);
});

test('logins and posts go to those who know', async () => {
  const { bridge } = bridgeOf('groggs.a');
  const context: PostContext = { account: undefined, peer, suggested: '<s@x>', feed: false };
  expect(bridge.access(account(2))).toEqual({ read: true, post: true, loginHelps: true });
  expect(await bridge.authenticate('level 3', 'secret', peer)).toEqual({ name: 'level 3' });
  expect(await bridge.post(Buffer.from('article'), context)).toBe('article <s@x>');
  expect(bridge.wants('<held@x>', undefined)).toBe('held');
  expect(bridge.suggestMessageId()).toBe('<suggested@x>');
});

test('a view that is closed follows its board no more', () => {
  const { boards, models } = bridgeOf('groggs.a');
  models[0]?.newItem('O0591429', 'a');
  boards[0]?.close();
  models[0]?.newItem('O0601429', 'b');
  expect(boards[0]?.groups[0]?.count).toBe(1);
});
