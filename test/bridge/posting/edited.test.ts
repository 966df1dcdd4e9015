/** What was answered 240 is not denied, nor posted again, though the store failed, the bridge was killed, and an editor changed the text. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BoardServer } from '../../../src/board/server.ts';
import { Refusal } from '../../../src/nntp/backend.ts';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import { Cache } from '../../../src/store/cache.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { latin1, octets } from '../../../src/wire/octets.ts';
import { openBoard, secrets } from '../../board/boards.ts';
import { CuttingProxy } from '../../support/cutting-proxy.ts';
import { draft, TestBridge } from './bridge.ts';
import { Life } from './killable.ts';

const TEXT = 'What was said.';
const MAY_BE = /^rejected: .* that may be it; look, /;
const REPLY = { Subject: 'Re: Tea', References: '<tea@x.y>' };

let folder = '';
let board: BoardServer;
let permanent: PermanentFile;
let proxy: CuttingProxy;
/** the bridge can't read the index */
let blind: boolean;
/** commands that do not arrive */
let lost: string | undefined;
/** … and with which the bridge is killed */
let killing: boolean;
let life: Life;
let bridge: TestBridge;
/** posts that were there before */
let before: number;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'edited-'));
  board = await openBoard();
  permanent = PermanentFile.open(join(folder, 'permanent.sqlite'));
  blind = false;
  lost = undefined;
  killing = false;
  proxy = await CuttingProxy.open(board.address.port, (step) => {
    if (step === lost && killing) life.kill();
    return step === lost || (blind && step === 'C INDX') ? 'cut before' : 'pass';
  });
  await begin();
  expect(await post('<tea@x.y>', { Subject: 'Tea' }, 'Tea.')).toBe('240');
  before = await posts();
});
afterEach(async () => {
  life.kill();
  await proxy.close();
  await permanent.close();
  rmSync(folder, { recursive: true });
});

async function begin(): Promise<void> {
  life = new Life();
  const { connect } = life;
  bridge = await TestBridge.open(proxy.port, {
    permanent: life.permanent(permanent),
    cache: Cache.open(join(folder, 'cache.sqlite')),
    grace: 20,
    mortal: true,
    client: { connect },
  });
  await bridge.poster.start();
  await bridge.model.refresh();
}

/** What a newsreader hears; `undefined` if the bridge is killed. */
async function post(messageId: string, headers: Readonly<Record<string, string>>, text = TEXT) {
  const answered = async (): Promise<string> => {
    try {
      await bridge.post(await bridge.ann(), draft({ 'Message-ID': messageId, ...headers }, text));
      return '240';
    } catch (error) {
      if (error instanceof Refusal) return `${error.kind}: ${error.message}`;
      throw error;
    }
  };
  return Promise.race([answered(), life.death.then(() => undefined)]);
}

/** An editor replaces the text of all posts of the newest item. */
async function edit(): Promise<void> {
  const { port } = board.address;
  const editor = { user: octets`ed@rgtp.test`, secret: secrets.ed };
  const connection = await RgtpConnection.open({ host: '127.0.0.1', port, ...editor });
  const ids: string[] = [];
  await connection.index(undefined, ({ itemId }) => void (itemId !== undefined && ids.push(itemId)));
  await connection.lock();
  const [first = octets``, ...lines] = await connection.edit(ids.at(-1) ?? '');
  await connection.data(
    first,
    lines.map((line) => (line === TEXT ? latin1('What an editor wrote.') : line)),
  );
  await connection.confirmEdit(octets`because`);
  await connection.unlock();
  await connection.close();
}

/** How many posts the board has. */
async function posts(): Promise<number> {
  const connection = await RgtpConnection.open({ host: '127.0.0.1', port: board.address.port });
  let count = 0;
  await connection.index(undefined, ({ type }) => {
    if (type === 'I' || type === 'R') count++;
  });
  await connection.close();
  return count;
}

async function expectThere(
  messageId: string,
  headers: Readonly<Record<string, string>>,
  answer = /^duplicate/,
): Promise<void> {
  expect(bridge.view.locate(messageId)).toBeDefined();
  expect(await post(messageId, headers)).toMatch(answer);
  expect(await posts()).toBe(before + 1);
}

/** From now on the store fails so many times to note that the board has a post. */
function forgetful(times: number): void {
  const { done } = PermanentFile.prototype;
  let left = times;
  permanent.done = async (one) => {
    if (left-- > 0) throw new StoreError('full', 'permanent.sqlite', 'the disk is full');
    return done.call(permanent, one);
  };
}

const BOTH = [
  ['a reply', REPLY],
  ['an item', { Subject: 'Coffee' }],
] as const;

test.each(BOTH)('%s that was never read back, and edited after the bridge was killed', async (_, headers) => {
  blind = true;
  expect(await post('<a@x.y>', headers)).toBe('240');
  life.kill();
  blind = false;
  await edit();
  await begin();
  await expectThere('<a@x.y>', headers);
});

test.each(BOTH)(
  '%s whose bridge was killed before it could note the 220, and edited before it came back',
  async (_, headers) => {
    permanent.done = async () => {
      life.kill();
      return new Promise<never>(() => {});
    };
    expect(await post('<a@x.y>', headers)).toBeUndefined();
    Reflect.deleteProperty(permanent, 'done');
    await edit();
    await begin();
    // It might be another one by the same author: nobody can tell.
    await expectThere('<a@x.y>', headers, MAY_BE);
  },
);

/** Its author replies from elsewhere, and an editor changes that. */
async function elsewhere(): Promise<void> {
  const { port } = board.address;
  const ann = { user: octets`ann@rgtp.test`, secret: secrets.ann };
  const connection = await RgtpConnection.open({ host: '127.0.0.1', port, ...ann });
  const ids: string[] = [];
  await connection.index(undefined, ({ itemId }) => void (itemId !== undefined && ids.push(itemId)));
  await connection.data(octets`ann`, [latin1(TEXT), latin1('And more.')]);
  await connection.reply(ids.at(-1) ?? '');
  await connection.close();
  await edit();
}

test('one that never arrived, but one by its author did, and was edited: neither 240 nor a duplicate', async () => {
  const use = bridge.reader.use.bind(bridge.reader);
  lost = 'C REPL';
  bridge.reader.use = async (task, signal) => {
    if (lost !== undefined) {
      lost = undefined;
      await elsewhere();
    }
    return use(task, signal);
  };
  expect(await post('<a@x.y>', REPLY)).toMatch(MAY_BE);
  await expectThere('<a@x.y>', REPLY, MAY_BE);
});

test('… likewise if the bridge was killed meanwhile', async () => {
  lost = 'C REPL';
  killing = true;
  expect(await post('<a@x.y>', REPLY)).toBeUndefined();
  lost = undefined;
  await elsewhere();
  await begin();
  await expectThere('<a@x.y>', REPLY, MAY_BE);
});

test.each(BOTH)('%s that the store could not note, but a moment later: 240', async (_, headers) => {
  forgetful(1);
  expect(await post('<a@x.y>', headers)).toBe('240');
  life.kill();
  await edit();
  await begin();
  await expectThere('<a@x.y>', headers);
});

test.each(BOTH)('%s that the store could not note at all: 441, and it is not posted again', async (_, headers) => {
  forgetful(1000);
  expect(await post('<a@x.y>', headers)).toMatch(/^unavailable: .*; the board has the article, /);
  life.kill();
  Reflect.deleteProperty(permanent, 'done');
  await edit();
  await begin();
  await expectThere('<a@x.y>', headers, MAY_BE);
});
