import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BoardServer } from '../../../src/board/server.ts';
import { Refusal } from '../../../src/nntp/backend.ts';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import { Cache } from '../../../src/store/cache.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { addUser, secrets } from '../../board/boards.ts';
import { CuttingProxy, type Step, type Verdict } from '../../support/cutting-proxy.ts';
import { ForeignBoard } from '../../support/foreign-board.ts';
import { groggsd, type Manners, spurge } from '../../support/foreign-manners.ts';
import { draft, TestBridge } from './bridge.ts';
import { Life } from './killable.ts';

/** A board that can be restored from a backup: its numbers go back, its clock goes on. */
interface Restorable {
  readonly port: number;
  backUp(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** unix seconds, by the board's clock */
let clock = 0;
let folder = '';
beforeEach(() => {
  clock = Date.UTC(2026, 10, 27) / 1000;
  folder = mkdtempSync(join(tmpdir(), 'restored-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const now = () => clock * 1000;

async function embedded(): Promise<Restorable> {
  const path = join(folder, 'board.sqlite');
  const open = () => BoardServer.open({ path, listen: { host: '127.0.0.1', port: 0 }, proofDelay: 0, now });
  let server = await open();
  await addUser(server, 'ann@rgtp.test', 2, secrets.ann);
  const swap = async (from: string, to: string) => {
    await server.close();
    copyFileSync(from, to);
    server = await open();
  };
  return {
    get port() {
      return server.address.port;
    },
    backUp: () => swap(path, `${path}.copy`),
    restore: () => swap(`${path}.copy`, path),
    close: () => server.close(),
  };
}

const foreign = (manners: Manners) => async (): Promise<Restorable> => {
  const board = await ForeignBoard.open(manners, {
    'ann@rgtp.test': { secret: secrets.ann.toString('hex'), level: 2 },
  });
  board.now = now;
  let bringBack = () => {};
  return {
    port: board.port,
    backUp: async () => {
      bringBack = board.backUp();
    },
    restore: async () => bringBack(),
    close: () => board[Symbol.asyncDispose](),
  };
};

const TEXT = 'What was said before, and is said again.';
const REPLY = { Subject: 'Re: Tea', References: '<tea@x.y>' };
const ITEM = { Subject: 'Coffee' };

/** A bridge that can be killed, in front of a board whose connections can be cut. */
class World {
  readonly board: Restorable;
  readonly permanent = PermanentFile.open(join(folder, 'permanent.sqlite'));
  readonly proxy: CuttingProxy;
  life = new Life();
  bridge!: TestBridge;

  static async open(board: Restorable, decide: (step: Step) => Verdict): Promise<World> {
    const world = new World(board, await CuttingProxy.open(board.port, decide));
    await world.begin(join(folder, 'cache.sqlite'));
    return world;
  }

  private constructor(board: Restorable, proxy: CuttingProxy) {
    this.board = board;
    this.proxy = proxy;
  }

  /** A new life of the bridge, with this cache. */
  async begin(cache: string): Promise<void> {
    this.life = new Life();
    const { connect } = this.life;
    this.bridge = await TestBridge.open(this.proxy.port, {
      permanent: this.life.permanent(this.permanent),
      cache: Cache.open(cache),
      grace: 30,
      mortal: true,
      client: { connect },
    });
    await this.bridge.poster.start();
    await this.bridge.model.refresh();
  }

  async move(how: 'backUp' | 'restore'): Promise<void> {
    this.proxy.cutAll();
    await this.board[how]();
    this.proxy.target = this.board.port;
  }

  /** What a newsreader hears; `undefined` if the bridge dies. */
  async post(messageId: string, headers: Readonly<Record<string, string>>, text: string): Promise<string | undefined> {
    const { bridge, life } = this;
    const answer = async () => {
      const lines = draft({ 'Message-ID': messageId, ...headers }, text);
      try {
        await bridge.post(await bridge.ann(), lines);
        return '240';
      } catch (error) {
        if (error instanceof Refusal) return error.kind;
        throw error;
      }
    };
    return Promise.race([answer(), life.death.then(() => undefined)]);
  }

  /** Sequence numbers of the posts with that text, as the board has them. */
  async numbersOf(text: string): Promise<number[]> {
    const connection = await RgtpConnection.open({ host: '127.0.0.1', port: this.board.port });
    const ids = new Set<string>();
    await connection.index(undefined, ({ itemId }) => itemId !== undefined && ids.add(itemId));
    const numbers: number[] = [];
    for (const id of ids) {
      for (const { sequence, lines } of (await connection.item(id)).contributions) {
        if (lines.includes(text as (typeof lines)[number])) numbers.push(sequence);
      }
    }
    await connection.close();
    return numbers.sort((a, b) => a - b);
  }

  /** The sequence number of the article with that Message-ID. */
  sequenceOf(messageId: string): number | undefined {
    return this.bridge.view.locate(messageId)?.sequence;
  }

  async close(): Promise<void> {
    this.life.kill();
    await this.proxy.close();
    await this.board.close();
    await this.permanent.close();
  }
}

/** What is lost while a post is sent, once. */
const CUTS: readonly (readonly [step: RegExp, verdict: Verdict])[] = [
  [/^C DATA/, 'cut before'],
  [/^C text/, 'cut within'],
  [/^C end of text/, 'cut after'],
  [/^S 350/, 'cut before'],
  [/^C (NEWI|REPL)/, 'cut before'],
  [/^C (NEWI|REPL)/, 'cut within'],
  [/^C (NEWI|REPL)/, 'cut after'],
  [/^S (120|220)/, 'cut before'],
  [/^S 220/, 'cut within'],
  [/^S 220/, 'cut after'],
];
const NOBODY_DIES = 'the bridge lives';

describe.each([
  ['the embedded board', embedded],
  ['groggsd', foreign(groggsd)],
  ['spurge', foreign(spurge)],
] as const)('a backup of %s is restored, and a post is lost before the next poll', (_, open) => {
  test.each([
    ['a reply', NOBODY_DIES, REPLY],
    ['an item', NOBODY_DIES, ITEM],
    ['a reply', 'the bridge is killed', REPLY],
    ['an item', 'the bridge is killed, and its cache is lost', ITEM],
  ])('%s is there once, under its own Message-ID: %s', async (_what, death, headers) => {
    for (const [step, verdict] of CUTS) {
      let armed = false;
      const world = await World.open(await open(), (at) => {
        if (!armed || !step.test(at)) return 'pass';
        armed = false;
        if (death !== NOBODY_DIES) world.life.kill();
        return verdict;
      });
      const where = `${verdict} ${step}`;
      expect(await world.post('<tea@x.y>', { Subject: 'Tea' }, 'Tea.'), where).toBe('240');
      expect(await world.post('<older@x.y>', headers, TEXT), where).toBe('240');
      await world.move('backUp');
      expect(await world.post('<lost@x.y>', headers, TEXT), where).toBe('240');
      expect(await world.post('<newest@x.y>', { Subject: 'Milk' }, 'Milk.'), where).toBe('240');
      await world.move('restore');
      clock += 60;

      armed = true;
      let outcome = await world.post('<again@x.y>', headers, TEXT);
      expect(armed, `${where} is reached`).toBe(false);
      if (death === NOBODY_DIES) expect(outcome, where).toBe('240');
      else await world.begin(death.includes('cache') ? ':memory:' : join(folder, 'cache.sqlite'));
      for (let tries = 0; tries < 3 && outcome !== '240' && outcome !== 'duplicate'; tries++) {
        outcome = await world.post('<again@x.y>', headers, TEXT);
      }
      expect(['240', 'duplicate'], where).toContain(outcome);
      await world.bridge.model.refresh();
      const [older, again, ...more] = await world.numbersOf(TEXT);
      expect(more, `${where}: twice`).toEqual([]);
      expect(world.sequenceOf('<older@x.y>'), where).toBe(older);
      expect(world.sequenceOf('<again@x.y>'), where).toBe(again);
      expect(world.sequenceOf('<lost@x.y>'), where).toBeUndefined();
      expect(await world.permanent.intents(), where).toEqual([]);
      await world.close();
      for (const file of ['board.sqlite', 'permanent.sqlite', 'cache.sqlite']) {
        for (const end of ['', '-wal', '-shm', '.key', '.copy']) rmSync(join(folder, file + end), { force: true });
      }
    }
  });
});

describe.each([
  ['the embedded board', embedded],
  ['groggsd', foreign(groggsd)],
  ['spurge', foreign(spurge)],
] as const)('a post on %s is acknowledged, never read back, and lost with a backup', (_, open) => {
  /** The bridge can't read the index. */
  let blind = false;
  let armed: readonly [step: RegExp, verdict: Verdict] | undefined;
  let die = false;
  let world: World;
  beforeEach(async () => {
    armed = undefined;
    blind = false;
    die = false;
    world = await World.open(await open(), (at) => {
      if (blind && at === 'C INDX') return 'cut before';
      if (!armed?.[0].test(at)) return 'pass';
      const [, verdict] = armed;
      armed = undefined;
      if (die) world.life.kill();
      return verdict;
    });
  });
  afterEach(() => world.close());

  /** It has the next number of the backup; the bridge has not seen it there. */
  async function lose(headers: Readonly<Record<string, string>>): Promise<void> {
    expect(await world.post('<tea@x.y>', { Subject: 'Tea' }, 'Tea.')).toBe('240');
    await world.move('backUp');
    blind = true;
    expect(await world.post('<lost@x.y>', headers, TEXT)).toBe('240');
    blind = false;
    expect(world.sequenceOf('<lost@x.y>')).toBeUndefined();
    await world.move('restore');
    clock += 60;
  }

  test.each(CUTS)(
    'no backup is restored: the same text is posted again over a lost connection: %s %s',
    async (step, verdict) => {
      expect(await world.post('<tea@x.y>', { Subject: 'Tea' }, 'Tea.')).toBe('240');
      blind = true;
      expect(await world.post('<first@x.y>', REPLY, TEXT)).toBe('240');
      // Its row can be looked at now, but nobody has read it into the mirror.
      blind = false;
      armed = [step, verdict];
      let outcome = await world.post('<again@x.y>', REPLY, TEXT);
      expect(armed).toBeUndefined();
      for (let tries = 0; tries < 3 && outcome !== '240' && outcome !== 'duplicate'; tries++) {
        outcome = await world.post('<again@x.y>', REPLY, TEXT);
      }
      expect(['240', 'duplicate']).toContain(outcome);
      await world.bridge.model.refresh();
      const [first, again, ...more] = await world.numbersOf(TEXT);
      expect(more).toEqual([]);
      expect([world.sequenceOf('<first@x.y>'), world.sequenceOf('<again@x.y>')]).toEqual([first, again]);
    },
  );

  const restart = (cache: string) => world.begin(cache === 'lost' ? ':memory:' : join(folder, 'cache.sqlite'));

  describe.each(CUTS)('over a lost connection: %s %s', (step, verdict) => {
    test.each([
      ['the same again', REPLY, TEXT, NOBODY_DIES],
      ['another reply', REPLY, 'Something else.', NOBODY_DIES],
      ['the same item again', ITEM, TEXT, NOBODY_DIES],
      ['the same again', REPLY, TEXT, 'the bridge is killed'],
      ['another reply', REPLY, 'Something else.', 'the bridge is killed, and its cache is lost'],
    ])('its author posts %s: %s', async (_what, headers, text, death) => {
      await lose(headers);
      armed = [step, verdict];
      die = death !== NOBODY_DIES;
      let outcome = await world.post('<again@x.y>', headers, text);
      expect(armed).toBeUndefined();
      if (die) await restart(death.includes('cache') ? 'lost' : 'kept');
      for (let tries = 0; tries < 3 && outcome !== '240' && outcome !== 'duplicate'; tries++) {
        outcome = await world.post('<again@x.y>', headers, text);
      }
      expect(['240', 'duplicate']).toContain(outcome);
      await world.bridge.model.refresh();
      const [again, ...more] = await world.numbersOf(text);
      expect(more).toEqual([]);
      expect(world.sequenceOf('<again@x.y>')).toBe(again);
      expect(world.sequenceOf('<lost@x.y>')).toBeUndefined();
      expect(await world.permanent.intents()).toEqual([]);
    });
  });
});
