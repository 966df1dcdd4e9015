import { afterEach, expect, test } from 'vitest';
import { BoardPoster, type Order } from '../../../src/bridge/posting/board-poster.ts';
import type { PostingConnection, SearchConnection } from '../../../src/bridge/posting/connection.ts';
import { deliver } from '../../../src/bridge/posting/deliver.ts';
import { OwnPostRegister } from '../../../src/bridge/posting/own-posts.ts';
import { type Deed, hashOf } from '../../../src/bridge/posting/plan.ts';
import type { Refusal } from '../../../src/nntp/backend.ts';
import { RgtpError, type RgtpErrorKind } from '../../../src/rgtp/errors.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { octets } from '../../../src/wire/octets.ts';

/** What a command is answered: a sequence number, or an error. */
type Answer = number | RgtpError;

const error = (kind: RgtpErrorKind, code?: number, itemId?: string) =>
  new RgtpError(kind, `${kind}!`, {
    code,
    itemId,
    said: code === undefined ? undefined : octets`What the board says.`,
  });
const lost = error('unavailable');
const LINES = [octets`Hello.`];

const stores: PermanentFile[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

/** A board that answers as told, command by command, and that has these rows when it is searched. */
function setUp(answers: Answer[], found: (number | RgtpError | undefined)[] = []) {
  const sent: string[] = [];
  const next = async (command: string) => {
    sent.push(command);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`${command} was not to be sent`);
    if (typeof answer !== 'number') throw answer;
    return { itemId: 'A0000001', sequence: answer };
  };
  const no = () => Promise.reject(new Error('not for posts'));
  const connection: PostingConnection = {
    data: async () => void (await next('DATA')),
    newItem: (subject) => next(`NEWI ${subject}`),
    reply: (id) => next(`REPL ${id}`),
    continue: (subject) => next(`CONT ${subject}`),
    setMotd: () => next('MOTS'),
    lock: no,
    unlock: no,
    edit: no,
    confirmEdit: no,
    withdraw: no,
    abortEdit: no,
  };
  const search: SearchConnection = {
    index: async (_from, onEntry) => {
      sent.push('INDX');
      const sequence = found.shift();
      if (sequence instanceof RgtpError) throw sequence;
      if (sequence === undefined) return;
      onEntry({ sequence, time: 1, itemId: 'P1', userid: octets`ann@x.y`, type: 'R', subject: octets`` });
    },
    item: async (id) => ({
      id,
      continuedFrom: undefined,
      continuedIn: undefined,
      lastEdit: undefined,
      lastReply: undefined,
      subject: octets``,
      mark: undefined,
      contributions: [7, 8, 9].map((sequence) => ({
        sequence,
        time: 1,
        grogname: octets``,
        userid: octets`ann@x.y`,
        header: [],
        lines: sequence === 8 ? [octets`Something else.`] : LINES,
      })),
    }),
    motd: async () => undefined,
    editLog: async () => [],
  };
  const permanent = PermanentFile.open(':memory:');
  stores.push(permanent);
  const own = new OwnPostRegister();
  const refreshed: (number | undefined)[] = [];
  const columns = { numbers: new Uint32Array(), times: new Uint32Array(), kinds: new Uint8Array() };
  const posts = { ...columns, length: 0, sequences: new Uint32Array(), epochs: new Uint16Array() };
  const poster = BoardPoster.open({
    newsgroup: 'groggs.test',
    model: {
      posts: { ...posts, items: new Int32Array(), users: new Uint32Array(), arrivals: new Uint32Array() },
      isFull: false,
      rowOfSequence: () => -1,
      refresh: async (upTo) => void refreshed.push(upTo),
    },
    permanent,
    reader: { use: (task) => task(search) },
    own,
    grace: 1,
  });
  const order = (deed: Deed): Order => ({
    messageId: '<a@b>',
    author: { userid: octets`ann@x.y`, grogname: undefined, use: (task) => task(connection) },
    deed,
    hash: hashOf(LINES),
    references: '<r@s>',
    perform: (board, revise) =>
      deliver(board, deed, { grogname: octets`Ann`, lines: LINES, continuationSubject: () => octets`On`, revise }),
  });
  const post = async (deed: Deed = { kind: 'reply', itemId: 'P1' }) => (await poster).submit(order(deed));
  return { post, poster, sent, permanent, own, refreshed };
}

test.each<{ what: string; answers: Answer[]; sent: string[] }>([
  { what: '220', answers: [0, 7], sent: ['DATA', 'REPL P1'] },
  { what: '421: CONT', answers: [0, error('full', 421), 7], sent: ['DATA', 'REPL P1', 'CONT On'] },
  {
    what: '422: the item it is continued in, and on',
    answers: [0, error('continued', 422, 'P2'), error('continued', 422, 'P3'), 7],
    sent: ['DATA', 'REPL P1', 'REPL P2', 'REPL P3'],
  },
  {
    what: '421, and somebody else continues it first',
    answers: [0, error('full', 421), error('continued', 422, 'P2'), 7],
    sent: ['DATA', 'REPL P1', 'CONT On', 'REPL P2'],
  },
  { what: '481 before the text', answers: [error('unavailable', 481), 0, 7], sent: ['DATA', 'DATA', 'REPL P1'] },
  { what: '481 after it', answers: [0, error('unavailable', 481), 0, 7], sent: ['DATA', 'REPL P1', 'DATA', 'REPL P1'] },
  { what: '550', answers: [0, error('no-data', 550), 0, 7], sent: ['DATA', 'REPL P1', 'DATA', 'REPL P1'] },
  { what: 'a connection lost with the text', answers: [lost, 0, 7], sent: ['DATA', 'DATA', 'REPL P1'] },
])('posted: $what', async ({ answers, sent: expected }) => {
  const { post, sent, own, refreshed, permanent } = setUp(answers);
  await post();
  expect(sent).toEqual(expected);
  expect(own.idOf('groggs.test', 1, 7)).toEqual({ messageId: '<a@b>', references: '<r@s>' });
  expect(refreshed).toEqual([7]);
  expect(await permanent.intents()).toEqual([]);
});

test.each<{ kind: RgtpErrorKind; code: number; refusal: Refusal['kind']; message: string }>([
  {
    kind: 'no-such-item',
    code: 410,
    refusal: 'rejected',
    message: 'References: the item is gone: What the board says.',
  },
  { kind: 'bad-text', code: 423, refusal: 'rejected', message: 'the board refuses the text: What the board says.' },
  {
    kind: 'bad-subject',
    code: 424,
    refusal: 'rejected',
    message: 'Subject: the board refuses it: What the board says.',
  },
  {
    kind: 'bad-grogname',
    code: 425,
    refusal: 'rejected',
    message: 'From: the board refuses the name: What the board says.',
  },
  { kind: 'bug', code: 500, refusal: 'rejected', message: 'the board did not understand: What the board says.' },
  {
    kind: 'no-access',
    code: 531,
    refusal: 'forbidden',
    message: 'the board does not let you do this: What the board says.',
  },
])('refused: $code', async ({ kind, code, refusal, message }) => {
  const { post, permanent, refreshed } = setUp([0, error(kind, code)]);
  await expect(post()).rejects.toMatchObject({ kind: refusal, message });
  expect(await permanent.intents()).toEqual([]);
  expect(refreshed).toEqual([]);
});

test.each<{ what: string; last: RgtpError }>([
  { what: 'a connection lost', last: lost },
  { what: '484', last: error('internal', 484) },
  { what: 'nonsense', last: error('nonsense') },
])('$what after the command: what is on the board is not sent again', async ({ last }) => {
  const { post, sent, own } = setUp([0, last], [9]);
  await post();
  expect(sent).toEqual(['DATA', 'REPL P1', 'INDX']);
  expect(own.find('<a@b>')).toMatchObject({ sequence: 9 });
});

test('a connection lost, and the post is not there: another text of the same author is not it', async () => {
  const { post, sent, own } = setUp([0, lost, 0, 9], [8]);
  await post();
  expect(sent).toEqual(['DATA', 'REPL P1', 'INDX', 'DATA', 'REPL P1']);
  expect(own.find('<a@b>')).toMatchObject({ sequence: 9 });
});

test('484, and the post is not there: not tried again', async () => {
  const { post, sent, permanent } = setUp([0, error('internal', 484)], [undefined]);
  await expect(post()).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'the board failed: What the board says.',
  });
  expect(sent).toEqual(['DATA', 'REPL P1', 'INDX']);
  expect(await permanent.intents()).toEqual([]);
});

test('a connection lost again and again', async () => {
  const { post, sent } = setUp([0, lost, 0, lost, 0, lost], []);
  await expect(post()).rejects.toMatchObject({ kind: 'unavailable' });
  expect(sent.filter((command) => command === 'INDX')).toHaveLength(3);
});

test('nobody to ask: the intent stays, and the next attempt asks first', async () => {
  const { post, sent, permanent, own } = setUp([0, lost], [lost, 7]);
  await expect(post()).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('cannot be asked'),
  });
  expect(await permanent.intents()).toHaveLength(1);
  await expect(post()).rejects.toMatchObject({ kind: 'duplicate' });
  expect(sent).toEqual(['DATA', 'REPL P1', 'INDX', 'INDX']);
  expect(own.find('<a@b>')).toMatchObject({ sequence: 7 });
});

test('a row is held back for a post that is lost while it is held back', async () => {
  const { post, poster, own } = setUp([0, lost], [lost, 7]);
  const board = await poster;
  const answered = expect(post()).rejects.toMatchObject({ kind: 'unavailable' });
  // The post is on its way; its row is in the index already, and nobody can be asked about it at first.
  await Promise.resolve();
  await board.beforePublish([{ userid: octets`ann@x.y`, sequence: 7 }]);
  expect(own.idOf('groggs.test', 1, 7)).toMatchObject({ messageId: '<a@b>' });
  await answered;
});

test('a board that continues in circles', async () => {
  const { post, sent } = setUp([0, ...Array<RgtpError>(60).fill(error('continued', 422, 'P2'))]);
  await expect(post()).rejects.toMatchObject({ kind: 'rejected' });
  expect(sent.length).toBeLessThan(60);
});
