import { afterEach, expect, test } from 'vitest';
import { HeldBack, type NewRow } from '../../../src/bridge/ports.ts';
import { BoardPoster } from '../../../src/bridge/posting/board-poster.ts';
import type { PostingConnection, SearchConnection } from '../../../src/bridge/posting/connection.ts';
import { deliver } from '../../../src/bridge/posting/deliver.ts';
import { OwnPostRegister } from '../../../src/bridge/posting/own-posts.ts';
import { type Deed, hashOf, parsePlan } from '../../../src/bridge/posting/plan.ts';
import type { Order } from '../../../src/bridge/posting/sender.ts';
import type { Refusal } from '../../../src/nntp/backend.ts';
import { RgtpError, type RgtpErrorKind } from '../../../src/rgtp/errors.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import type { Intent } from '../../../src/store/permanent-records.ts';
import { type Octets, octets } from '../../../src/wire/octets.ts';

/** What a command is answered: a sequence number, or an error; perhaps not at once. */
type Answer = number | RgtpError | Promise<number>;

const error = (kind: RgtpErrorKind, code?: number, itemId?: string) =>
  new RgtpError(kind, `${kind}!`, {
    code,
    itemId,
    said: code === undefined ? undefined : octets`What the board says.`,
  });
const lost = error('unavailable');
const LINES = [octets`Hello.`];
/** the row of a post by its author */
const ROW = { userid: octets`ann@x.y`, epoch: 1, sequence: 7 };

const stores: PermanentFile[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

/** A board that answers as told, command by command, and that has these rows when it is searched. */
function setUp(
  answers: Answer[],
  found: (number | RgtpError | undefined | Promise<undefined>)[] = [],
  options: {
    permanent?: PermanentFile;
    hold?: number;
    clock?: (sent: readonly string[]) => number;
    /** sequence numbers of the rows that the mirror has, all in epoch 1 */
    known?: readonly number[];
    /** of the rows that are found */
    type?: 'R' | 'C';
  } = {},
) {
  const sent: string[] = [];
  const next = async (command: string) => {
    sent.push(command);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`${command} was not to be sent`);
    if (answer instanceof RgtpError) throw answer;
    return { itemId: 'A0000001', sequence: await answer };
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
    cut: () => {},
  };
  const search: SearchConnection = {
    index: async (_from, onEntry) => {
      sent.push('INDX');
      const sequence = await found.shift();
      if (sequence instanceof RgtpError) throw sequence;
      if (sequence === undefined) return;
      onEntry({
        sequence,
        time: 1,
        itemId: 'P1',
        userid: octets`ann@x.y`,
        type: options.type ?? 'R',
        subject: octets``,
      });
    },
    item: async (id) => ({
      id,
      continuedFrom: undefined,
      continuedIn: undefined,
      lastEdit: undefined,
      lastReply: undefined,
      subject: octets``,
      mark: undefined,
      contributions: [0, 7, 8, 9].map((sequence) => ({
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
  const { permanent = PermanentFile.open(':memory:'), hold, clock, known = [] } = options;
  stores.push(permanent);
  const own = new OwnPostRegister();
  const refreshed: (number | undefined)[] = [];
  const numbers = Uint32Array.from(known, (sequence) => sequence + 1);
  const columns = { numbers, times: new Uint32Array(), kinds: new Uint8Array(), was: new Uint8Array() };
  const epochs = new Uint16Array(known.length).fill(1);
  const posts = { ...columns, length: known.length, sequences: Uint32Array.from(known), epochs };
  const poster: Promise<BoardPoster> = BoardPoster.open({
    newsgroup: 'groggs.test',
    model: {
      posts: { ...posts, items: new Int32Array(), users: new Uint32Array(), arrivals: new Uint32Array() },
      ...{ items: [], userids: [], notice: () => undefined, isFull: false },
      rowOfSequence: (sequence) => known.indexOf(sequence),
      // What the mirror does when it reads the row.
      refresh: async (upTo) => {
        refreshed.push(upTo);
        if (upTo !== undefined) await show(await poster, { ...ROW, sequence: upTo });
      },
    },
    permanent,
    reader: { use: (task) => task(search) },
    own,
    grace: 1,
    ...(hold !== undefined && { hold }),
    ...(clock && { clock: () => clock(sent) }),
  });
  const order = (deed: Deed, lines: readonly Octets[], messageId: string): Order => ({
    messageId,
    author: { userid: octets`ann@x.y`, grogname: undefined, use: (task) => task(connection) },
    deed,
    hash: hashOf(lines),
    references: '<r@s>',
    perform: (board, revise) =>
      deliver(board, deed, { grogname: octets`Ann`, lines, continuationSubject: () => octets`On`, revise }),
  });
  const post = async (deed: Deed = { kind: 'reply', itemId: 'P1' }, lines = LINES, messageId = '<a@b>') =>
    (await poster).submit(order(deed, lines, messageId));
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

test('no board to ask: the intent stays, and the next attempt asks first', async () => {
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

test('a reply that goes on as a continuation is intended as one: that is what will be looked for', async () => {
  const { post, permanent } = setUp([0, error('full', 421), lost], [lost]);
  await expect(post()).rejects.toMatchObject({ kind: 'unavailable' });
  const [intent] = await permanent.intents();
  expect(parsePlan(intent?.details ?? '')).toMatchObject({ deed: { kind: 'continuation' } });
});

/** What the mirror does with a new row. */
async function show(poster: BoardPoster, row: NewRow = ROW): Promise<void> {
  await poster.beforePublish([row]);
  await poster.numbered([row]);
}

test('readers know of a post, and its poster hears of it, once the store does', async () => {
  const permanent = PermanentFile.open(':memory:');
  const asked = Promise.withResolvers<void>();
  const kept = Promise.withResolvers<void>();
  const { done } = PermanentFile.prototype;
  permanent.done = async (row) => {
    asked.resolve();
    await kept.promise;
    await done.call(permanent, row);
  };
  const { post, own } = setUp([0, 7], [], { permanent });
  let isAnswered = false;
  const answered = post().then(() => {
    isAnswered = true;
  });
  await asked.promise;
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect([own.find('<a@b>'), isAnswered]).toEqual([undefined, false]);
  kept.resolve();
  await answered;
  expect(own.find('<a@b>')).toMatchObject({ sequence: 7 });
});

test('a post is in the epoch in which its row is', async () => {
  const { post, poster, permanent, own, refreshed } = setUp([0, 9], [9]);
  const posted = post();
  refreshed.push = () => {
    throw lost;
  };
  await posted;
  expect(own.find('<a@b>')).toMatchObject({ epoch: 0, sequence: 9 });
  expect(own.idOf('groggs.test', 1, 9)).toBeUndefined();
  // Another may have got that number before, or gets it after the board was restored.
  await show(await poster, { ...ROW, userid: octets`bob@x.y`, epoch: 1, sequence: 9 });
  expect(own.idOf('groggs.test', 1, 9)).toBeUndefined();
  await show(await poster, { ...ROW, epoch: 2, sequence: 9 });
  expect(own.idOf('groggs.test', 2, 9)).toMatchObject({ messageId: '<a@b>', references: '<r@s>' });
  expect(own.find('<a@b>')).toMatchObject({ epoch: 2, sequence: 9 });
  expect(await permanent.ownPosts()).toMatchObject([{ messageId: '<a@b>', epoch: 2, sequence: 9 }]);
  expect(await permanent.intents()).toEqual([]);
});

test('a reply that went on as a continuation is known as one, when it is read at last', async () => {
  const { post, poster, own, refreshed } = setUp([0, error('full', 421), 9], [9], { type: 'C' });
  refreshed.push = () => {
    throw lost;
  };
  await post();
  expect(own.find('<a@b>')).toMatchObject({ epoch: 0, sequence: 9 });
  await show(await poster, { ...ROW, epoch: 1, sequence: 9 });
  expect(own.idOf('groggs.test', 1, 9)).toMatchObject({ messageId: '<a@b>' });
});

test.each([
  ['another text', undefined],
  ['another text, after a restart', ROW.userid],
  ['another author, after a restart', octets`bob@x.y`],
])('what has its number when it is read at last has %s: it is not the post', async (_, restarted) => {
  const permanent = PermanentFile.open(':memory:');
  const first = setUp([0, 8], [8], { permanent });
  first.refreshed.push = () => {
    throw lost;
  };
  await first.post();
  const { poster, own } = restarted === undefined ? first : setUp([], [8], { permanent });
  await show(await poster, { ...ROW, userid: restarted ?? ROW.userid, epoch: 1, sequence: 8 });
  expect(own.idOf('groggs.test', 1, 8)).toBeUndefined();
  expect(own.find('<a@b>')).toMatchObject({ epoch: 0 });
});

test.each([
  ['nothing', []],
  ['number 0 alone', [0]],
  ['as much as the restored board has', [0, 1, 2]],
])('… also where a restored board gives a number again, and what was known of it is %s', async (_, known) => {
  const { post, own, poster, refreshed } = setUp([0, 0], [0], { known });
  refreshed.push = () => {
    throw lost;
  };
  await post();
  expect(own.find('<a@b>')).toMatchObject({ epoch: 0, sequence: 0 });
  await show(await poster, { ...ROW, epoch: 2, sequence: 0 });
  expect(own.find('<a@b>')).toMatchObject({ epoch: 2, sequence: 0 });
});

test('… also where the bridge was killed before it read it', async () => {
  const permanent = PermanentFile.open(':memory:');
  await permanent.done({ messageId: '<a@b>', epoch: 0, sequence: 7, references: '' });
  const { poster, own } = setUp([], [], { permanent });
  await show(await poster, { ...ROW, epoch: 3 });
  expect(own.idOf('groggs.test', 3, 7)).toMatchObject({ messageId: '<a@b>' });
  expect(await permanent.ownPosts()).toMatchObject([{ epoch: 3 }]);
});

test('… and the row that another of our posts had before the board was restored is not its row', async () => {
  const permanent = PermanentFile.open(':memory:');
  await permanent.done({ messageId: '<a@b>', epoch: 0, sequence: 7, references: '' });
  await permanent.done({ messageId: '<before@b>', epoch: 1, sequence: 7, references: '' });
  const { poster, own } = setUp([], [], { permanent });
  // As another bridge has shown it.
  await show(await poster, ROW);
  expect(own.idOf('groggs.test', 1, 7)).toMatchObject({ messageId: '<before@b>' });
  await show(await poster, { ...ROW, epoch: 2 });
  expect(own.idOf('groggs.test', 2, 7)).toMatchObject({ messageId: '<a@b>' });
});

test('a row is held back for a post that is lost while it is held back', async () => {
  const { post, poster, own } = setUp([0, lost], [lost, 7]);
  const board = await poster;
  const answered = expect(post()).rejects.toMatchObject({ kind: 'unavailable' });
  // The post is on its way; its row is in the index already, and nobody can be asked about it at first.
  await Promise.resolve();
  await show(board);
  expect(own.idOf('groggs.test', 1, 7)).toMatchObject({ messageId: '<a@b>' });
  await answered;
});

test('a row that may be a post under way is not shown, however long that takes', async () => {
  const answer = Promise.withResolvers<number>();
  const { post, poster, own } = setUp([0, answer.promise], [], { hold: 1 });
  const board = await poster;
  const posted = post();
  await Promise.resolve();
  await expect(board.beforePublish([ROW])).rejects.toThrow(HeldBack);
  answer.resolve(7);
  await posted;
  await show(board);
  expect(own.idOf('groggs.test', 1, 7)).toMatchObject({ messageId: '<a@b>' });
});

test('… nor one that may be a lost post, while the board is away', async () => {
  const { post, poster } = setUp([0, lost], [lost, ...Array<RgtpError>(1000).fill(lost)], { hold: 1 });
  await expect(post()).rejects.toMatchObject({ kind: 'unavailable' });
  await expect((await poster).beforePublish([ROW])).rejects.toThrow(HeldBack);
});

test('a lost post is looked for until the board can be asked', async () => {
  const { post, poster, own } = setUp([0, lost], [lost, lost, lost, lost, 7]);
  await expect(post()).rejects.toMatchObject({ kind: 'unavailable' });
  await show(await poster);
  expect(own.idOf('groggs.test', 1, 7)).toMatchObject({ messageId: '<a@b>' });
});

test('a row is shown where the board answers, and its answer tells nothing', async () => {
  const { post, poster, sent } = setUp([0, lost], [lost, ...Array<RgtpError>(3).fill(error('nonsense'))]);
  await expect(post()).rejects.toMatchObject({ kind: 'unavailable' });
  await (await poster).beforePublish([ROW]);
  expect(sent.filter((command) => command === 'INDX')).toHaveLength(4);
});

/** What a bridge that was killed has left: a reply that it was about to send. */
async function abandoned(permanent: PermanentFile): Promise<Intent> {
  const { post, poster } = setUp([0, lost], [lost], { permanent });
  await poster;
  await post().catch(() => {});
  const [intent] = await permanent.intents();
  if (intent === undefined) throw new Error('nothing is left');
  return intent;
}

test('what was looked for too early is looked for again, before a row of its author is shown', async () => {
  const permanent = PermanentFile.open(':memory:');
  await abandoned(permanent);
  // The board shows the row before it can be told whose it is.
  const clock = (sent: readonly string[]) => (sent.length === 0 ? 0 : 10);
  const { poster, own } = setUp([], [undefined, 7], { permanent, clock });
  await show(await poster);
  expect(own.idOf('groggs.test', 1, 7)).toMatchObject({ messageId: '<a@b>' });
});

test('what another process stores on its way out is known, whenever it does so', async () => {
  const permanent = PermanentFile.open(':memory:');
  const { messageId } = await abandoned(permanent);
  let late: (() => Promise<void>) | undefined = () =>
    permanent.done({ messageId, epoch: 1, sequence: 7, references: '' });
  const after = async <T>(read: Promise<T>): Promise<T> => {
    const value = await read;
    await late?.();
    late = undefined;
    return value;
  };
  const { intents, ownPosts } = PermanentFile.prototype;
  permanent.intents = () => after(intents.call(permanent));
  permanent.ownPosts = () => after(ownPosts.call(permanent));
  const { poster, own } = setUp([], [], { permanent });
  await show(await poster);
  expect(own.idOf('groggs.test', 1, 7)).toMatchObject({ messageId: '<a@b>' });
});

test('a look that ends late forgets nothing that was intended meanwhile', async () => {
  const look = Promise.withResolvers<undefined>();
  const answer = Promise.withResolvers<number>();
  const { post, poster, permanent } = setUp([0, lost, 0, answer.promise], [lost, look.promise, undefined]);
  const board = await poster;
  await expect(post()).rejects.toMatchObject({ kind: 'unavailable' });
  const held = board.beforePublish([ROW]);
  // The same Message-ID with another text does not wait for the look.
  const again = post(undefined, [octets`Another text.`]);
  while (board.isPending('<a@b>')) await new Promise((resolve) => setImmediate(resolve));
  while ((await permanent.intents()).length === 0) await new Promise((resolve) => setImmediate(resolve));
  look.resolve(undefined);
  await held;
  expect(await permanent.intents()).toHaveLength(1);
  answer.resolve(8);
  await again;
});

test('two posts of one author with one text go one after the other', async () => {
  const answer = Promise.withResolvers<number>();
  const { post, poster, sent } = setUp([0, answer.promise, 0, 8]);
  await poster;
  const first = post();
  const twin = post(undefined, undefined, '<twin@b>');
  while (sent.length < 2) await new Promise((resolve) => setImmediate(resolve));
  // Time enough for whatever does not wait.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(sent).toEqual(['DATA', 'REPL P1']);
  answer.resolve(7);
  await Promise.all([first, twin]);
  expect(sent).toEqual(['DATA', 'REPL P1', 'DATA', 'REPL P1']);
});

test('a board that continues in circles', async () => {
  const { post, sent } = setUp([0, ...Array<RgtpError>(60).fill(error('continued', 422, 'P2'))]);
  await expect(post()).rejects.toMatchObject({ kind: 'rejected' });
  expect(sent.length).toBeLessThan(60);
});
