import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Mirror } from '../../../src/bridge/mirror/mirror.ts';
import type { MirrorOptions } from '../../../src/bridge/mirror/options.ts';
import { RgtpPool } from '../../../src/rgtp/client/pool.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import { formatIndexEntry, type IndexEntry } from '../../../src/rgtp/index-entry.ts';
import { type Log, silent } from '../../../src/wire/log.ts';
import { octets } from '../../../src/wire/octets.ts';
import { FakeBoard, START } from '../../support/fake-board.ts';
import { openMirror, STILL, shown } from '../../support/mirrors.ts';
import type { Peer, ScriptedServer } from '../../support/scripted-server.ts';
import { indexRows, itemLines, type Trick, wireBoard } from './wire-board.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface Parts {
  readonly server: ScriptedServer;
  readonly mirror: Mirror;
}

/**
 * A mirror of `board`, which plays `trick`.
 * @param patience with a board that says nothing, ms: short where it does so, and where nothing else goes by it
 */
async function start(
  board: FakeBoard,
  trick: Trick,
  options: Partial<MirrorOptions> = {},
  patience = 60_000,
): Promise<Parts> {
  const server = await wireBoard(board, trick);
  const pool = new RgtpPool({
    host: server.host,
    port: server.port,
    size: 1,
    timeouts: { connect: 60_000, banner: patience, answer: patience },
    limits: { line: 10_000, block: 100_000, index: 1_000_000 },
  });
  const mirror = await openMirror(pool, { poll: { ...STILL, retryFirst: 1 }, random: () => 0, ...options });
  open.push(
    () => server.done(),
    () => pool.close(),
    () => mirror.close(),
  );
  return { server, mirror };
}

/** Plays a trick the first `times` times that a command begins so. */
function trick(command: string, times: number, play: (...args: Parameters<Trick>) => Promise<void>): Trick {
  let left = times;
  return (...args) => (args[0].startsWith(command) && left-- > 0 ? play(...args) : 'honest');
}

/** Says nothing more, whatever it hears. */
const silence = async (_: string, peer: Peer) => {
  for (let line = await peer.line(); line !== undefined; ) line = await peer.line();
};
/** As long as it takes. (A test that never gets there fails by its time-out.) */
async function completely(mirror: Mirror): Promise<void> {
  while ((await mirror.complete().then(() => undefined, String)) !== undefined);
}

const brief = async (mirror: Mirror) => (await shown(mirror)).map(({ number, text }) => `${number} ${text}`);

function teaBoard(): { board: FakeBoard; tea: string } {
  const board = new FakeBoard();
  const tea = board.newItem('Tea', 'Milk first?');
  board.reply(tea, 'Never.');
  return { board, tea };
}
const WHOLE = ['1 Milk first?', '2 Never.'];

describe('a server that fails once: away, and back with everything', () => {
  const { board: sample } = teaBoard();
  test.each<[string, Trick]>([
    // The client itself tries again for a while.
    ['never greets', trick('greeting', 10, silence)],
    ['hangs up at once', trick('greeting', 1, async (_, peer) => peer.reset())],
    ['greets with nonsense', trick('greeting', 1, async (_, peer) => peer.say('SSH-2.0-OpenSSH_9.2'))],
    ['refuses for now', trick('greeting', 1, async (_, peer) => peer.say('482 Too busy'))],
    ['does not answer INDX', trick('INDX', 1, silence)],
    [
      'stalls in mid-index',
      trick('INDX', 1, async (_, peer) => peer.raw(`250 Data\r\n${indexRows(sample)[0]}\r\n0000`)),
    ],
    [
      'hangs up in mid-index',
      trick('INDX', 1, async (_, peer) => {
        peer.say('250 Data', indexRows(sample)[0] ?? '');
        peer.close();
      }),
    ],
    ['times out', trick('INDX', 1, async (_, peer) => peer.say('481 Timed out'))],
    ['fails inside', trick('INDX', 1, async (_, peer) => peer.say('484 Internal error'))],
    ['sends a line without end', trick('INDX', 1, async (_, peer) => peer.raw(`250 Data\r\n${'x'.repeat(3_000_000)}`))],
    [
      'sends an index without end',
      trick('INDX', 1, async (_, peer) => {
        peer.say('250 Data');
        for (let row = 0; row < 10_000; row++) peer.say('x'.repeat(199));
      }),
    ],
    ['does not answer MOTD', trick('MOTD', 1, silence)],
  ])('%s', async (_, play) => {
    const { board } = teaBoard();
    const { mirror } = await start(board, play, {}, 50);
    await expect(mirror.refresh()).rejects.toThrow();
    expect(mirror.progress).toMatchObject({ phase: 'away', reachable: false });
    expect(mirror.progress.lastError?.message).not.toBe('');
    await completely(mirror);
    expect(await brief(mirror)).toEqual(WHOLE);
    expect(mirror.progress).toMatchObject({ phase: 'following', reachable: true, lastError: undefined });
  });
});

describe('an edit log that cannot be read', () => {
  const endless = async (_: string, peer: Peer) => {
    peer.say('250 Data');
    for (let line = 0; line < 3000; line++) peer.say('x'.repeat(80));
  };
  test.each<[string, Parameters<typeof trick>[2]]>([
    ['does not come', silence],
    ['never ends', endless],
    ['breaks off', async (_, peer) => peer.reset()],
    ['is refused', async (_, peer) => peer.say('484 Internal error')],
  ])('%s: articles are there all the same, and its notices come when they can', async (_, play) => {
    const { board, tea } = teaBoard();
    board.withdraw(board.newItem('Bad', 'worse'));
    board.edit(tea, 1, 'Ever.');
    board.newItem('Coffee', 'Black.');
    const { mirror } = await start(board, trick('ELOG', 2, play), {}, 250);
    const told: string[] = [];
    mirror.subscribe((changes) => told.push(...changes.map(({ kind }) => kind)));
    await completely(mirror);
    const posts = ['1 Milk first?', '2 Ever.', '5 undefined', '6 Black.'];
    expect(await brief(mirror)).toEqual(posts);
    expect([mirror.mark('main'), mirror.progress.phase]).toEqual([{ low: 1, high: 6 }, 'following']);
    for (let poll = 0; poll < 4; poll++) await completely(mirror);
    expect(await brief(mirror)).toEqual(posts.toSpliced(2, 0, '4 undefined'));
    expect(told).toEqual(expect.arrayContaining(['restored', 'noted']));
    const fresh = await openMirror(board);
    await fresh.complete();
    expect(await shown(mirror)).toEqual(await shown(fresh));
    await fresh.close();
  });

  test('that never can be read is asked for less and less often, and complained of once', async () => {
    const { board } = teaBoard();
    board.gap();
    board.newItem('Coffee', 'Black.');
    const warnings: string[] = [];
    const log: Log = { ...silent, child: () => log, warn: (_, message) => warnings.push(message) };
    const { mirror } = await start(
      board,
      trick('ELOG', Number.POSITIVE_INFINITY, async (_, peer) => peer.say('484 Internal error')),
      { log },
    );
    for (let poll = 0; poll < 40; poll++) await completely(mirror);
    expect(board.requests.filter((request) => request === 'ELOG').length).toBeLessThan(8);
    expect(warnings).toEqual(['the edit log cannot be read: its notices will come later']);
    expect(await brief(mirror)).toEqual([...WHOLE, '4 Black.']);
  });

  test('that fails is asked for once in a poll, whatever the poll reads again', async () => {
    const { board } = teaBoard();
    const { mirror } = await start(
      board,
      trick('ELOG', Number.POSITIVE_INFINITY, async (_, peer) => peer.say('484 Internal error')),
    );
    const asked = () => board.requests.filter((request) => request === 'ELOG').length;
    await completely(mirror);
    expect(asked()).toBe(1);
    board.gap();
    board.newItem('Coffee', 'Black.');
    await completely(mirror);
    expect(asked()).toBe(2);
  });
});

describe('items', () => {
  test.each<[string, (tea: string) => Trick]>([
    ['does not answer', () => trick('ITEM', 1, silence)],
    ['breaks off', (tea) => trick(`ITEM ${tea}`, 1, async (_, peer) => peer.reset())],
    [
      'never ends',
      (tea) =>
        trick(`ITEM ${tea}`, 1, async (_, peer) => {
          peer.say('250 Data');
          for (let line = 0; line < 2000; line++) peer.say('x'.repeat(80));
        }),
    ],
    ['is nonsense', (tea) => trick(`ITEM ${tea}`, 1, async (_, peer) => peer.say('250 Data', 'what?', '.'))],
  ])('one that %s is fetched when it is asked for again', async (_, play) => {
    const { board, tea } = teaBoard();
    const coffee = board.newItem('Coffee', 'Black.');
    const { mirror } = await start(board, play(tea), {}, 50);
    await completely(mirror);
    expect(await brief(mirror)).toEqual([...WHOLE, '3 Black.']);
    expect(mirror.itemById(coffee)).toBeDefined();
  });

  test('one that is always nonsense is given up, and the others are fetched', async () => {
    const { board, tea } = teaBoard();
    board.newItem('Coffee', 'Black.');
    // Whoever goes on asking gets it in the end.
    const nonsense = trick(`ITEM ${tea}`, 50, async (_, peer) => peer.say('250 Data', 'what?', '.'));
    const { mirror, server } = await start(board, nonsense);
    await mirror.complete();
    expect(mirror.progress).toMatchObject({ phase: 'following', skipped: 1, items: { held: 1, total: 2, missing: 1 } });
    await expect(mirror.text(mirror.itemById(tea) ?? expect.fail())).rejects.toThrow('what?');
    expect(server.connections).toBe(1);
  });

  test('one that breaks every connection is given up, and the others are fetched', async () => {
    const { board, tea } = teaBoard();
    for (let i = 0; i < 5; i++) board.newItem(`Coffee ${i}`, 'Black.');
    const { mirror } = await start(
      board,
      trick(`ITEM ${tea}`, Number.POSITIVE_INFINITY, async (_, peer) => peer.reset()),
    );
    for (let i = 0; i < 5; i++) await mirror.complete().catch(() => {});
    expect(mirror.progress).toMatchObject({ items: { held: 5, total: 6, missing: 1 } });
  });

  test('one that readers ask for while the board is down is not to blame, however often they do', async () => {
    const { board, tea } = teaBoard();
    let down = false;
    const play: Trick = (command, peer) => {
      if (!down || (command !== 'greeting' && !command.startsWith('ITEM'))) return 'honest';
      peer.reset();
      return Promise.resolve();
    };
    const { mirror } = await start(board, play, { background: false });
    await mirror.refresh();
    down = true;
    for (let i = 0; i < 20; i++) {
      const text = mirror.text(mirror.itemById(tea) ?? expect.fail());
      await expect(text).rejects.toThrow();
    }
    down = false;
    await completely(mirror);
    expect(await brief(mirror)).toEqual(WHOLE);
    expect(mirror.progress).toMatchObject({ skipped: 0, items: { missing: 0 } });
  });

  test('one of another board in its place is not taken, and the connection is not trusted further', async () => {
    const { board, tea } = teaBoard();
    const other = new FakeBoard(700);
    other.newItem('Something', 'of the same id');
    const foreign = other.newItem('Elsewhere', 'not ours');
    const { mirror, server } = await start(
      board,
      trick(`ITEM ${tea}`, 1, async (_, peer) => peer.say('250 Data', ...itemLines(other, foreign), '.')),
    );
    await completely(mirror);
    expect(await brief(mirror)).toEqual(WHOLE);
    expect(server.connections).toBe(2);
  });
});

describe('an index that contradicts itself: rows are skipped and counted, the rest is shown', () => {
  const row = (sequence: number, more: Partial<IndexEntry> = {}) =>
    formatIndexEntry({
      sequence,
      time: START + sequence,
      itemId: 'P0590001',
      userid: octets`anne@example.org`,
      type: sequence === 1 ? 'I' : 'R',
      subject: octets`Tea`,
      ...more,
    });
  test.each<[string, string[], number[], number]>([
    ['doubled', [row(1), row(1), row(2), row(2)], [1, 2], 2],
    ['out of order', [row(1), row(5), row(3), row(6)], [1, 3, 5, 6], 0],
    ['no rows at all', ['hello', '', row(1), 'x'.repeat(5000), row(2)], [1, 2], 3],
    ['two first posts', [row(1), row(2, { type: 'I' }), row(3)], [1, 3], 1],
    ['a C without its F', [row(1), row(2, { type: 'C', itemId: 'P0590002' }), row(3)], [1, 2, 3], 0],
    ['an F without its C', [row(1), row(2, { type: 'F' }), row(3)], [1, 3], 0],
    ['replies to nothing', [row(2), row(3)], [2, 3], 0],
  ])('%s', async (_, rows, numbers, skipped) => {
    const board = new FakeBoard();
    const lying = trick('INDX', 1, async (_command, peer) => peer.say('250 Data', ...rows, '.'));
    const { mirror } = await start(board, lying);
    await mirror.refresh();
    const { posts } = mirror;
    expect(Array.from({ length: posts.length }, (_each, index) => posts.numbers[index])).toEqual(numbers);
    expect(mirror.progress.skipped).toBe(skipped);
  });
});

test('while the board is down many readers make one attempt, not many', async () => {
  const { board } = teaBoard();
  let down = false;
  const { mirror, server } = await start(board, (command, peer) => {
    if (!down || command !== 'greeting') return 'honest';
    peer.reset();
    return Promise.resolve();
  });
  await mirror.refresh();
  const items = Array.from({ length: 50 }, (_, i) => board.newItem(`Item ${i}`));
  await mirror.refresh();
  down = true;
  const before = server.connections;
  await mirror.complete().catch(() => {});
  const answers = items.map((id) =>
    Promise.resolve(mirror.text(mirror.itemById(id) ?? expect.fail())).catch(() => 'away'),
  );
  await Promise.all(answers);
  expect(server.connections - before).toBeLessThan(4);
});

test('what a failed poll should have found, the next one finds', async () => {
  const board = new FakeBoard();
  const mirror = await openMirror(board);
  onTestFinished(() => mirror.close());
  board.newItem('Tea');
  await mirror.complete();
  // No row tells of it.
  board.editIndex((rows) => [...rows]);
  board.fault = () => {
    throw new RgtpError('unavailable', 'connection refused');
  };
  await expect(mirror.refresh(board.sequence)).rejects.toThrow('connection refused');
  board.fault = () => {};
  await mirror.refresh();
  expect((await shown(mirror)).map(({ kind }) => kind)).toEqual(['Item', 'IndexEdit']);
});
