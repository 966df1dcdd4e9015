import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CopyProgress, copyBoard } from '../../src/board/live/copy.ts';
import { BoardServer } from '../../src/board/server.ts';
import { BoardStore } from '../../src/board/store.ts';
import { octets } from '../../src/wire/octets.ts';
import { CuttingProxy, type Verdict } from '../support/cutting-proxy.ts';
import { addUser, dial, login, openBoard, secrets } from './boards.ts';
import type { Dialogue } from './dialogue.ts';
import { copy, copyPath, everything, holding, sampleServer, serveCopy, whenDone } from './live.ts';

const editor = { userid: 'ed@rgtp.test', secret: secrets.ed };

async function through(target: number, decide: (step: string, line: string) => Verdict): Promise<CuttingProxy> {
  const proxy = await CuttingProxy.open(target, decide);
  whenDone(() => proxy.close());
  return proxy;
}

/** What the copy says is what the board says, octet for octet. */
async function expectSame(board: BoardServer): Promise<void> {
  const copied = await serveCopy();
  const [theirs, ours] = [await everything(board.address.port), await everything(copied.address.port)];
  expect(ours).toEqual(theirs);
}

async function post(dialogue: Dialogue, command: string, ...text: string[]): Promise<string> {
  expect(await dialogue.text('Ann', ...text)).toMatch(/^350/);
  return dialogue.ask(command);
}

describe('a board that runs is copied', () => {
  it('as it is: index, items, message of the day, edit log, diffs, in the same octets', async () => {
    const board = await sampleServer();
    const summary = await copy({ port: board.address.port, user: editor });
    expect(summary).toMatchObject({ rows: 3166, items: 225, edits: 12, motd: true, resumed: false, skipped: [] });
    expect(summary.remarks).toEqual([]);
    expect(summary.nextSequence).toBe(board.store.state.nextSequence);
    await expectSame(board);
  });

  it('as a guest: all but the diffs, and it says so', async () => {
    const board = await sampleServer();
    const summary = await copy({ port: board.address.port });
    expect(summary).toMatchObject({ rows: 3166, items: 225, edits: 12, diffs: 0, skipped: [] });
    expect(summary.remarks).toEqual(["The diffs of edits are left out: only an editor's login may read them."]);
  });

  it('without accounts: its first start makes an editor and a guest, and nothing else', async () => {
    const board = await sampleServer();
    await copy({ port: board.address.port });
    const store = BoardStore.open(copyPath());
    expect([...store.users.all()]).toEqual([]);
    store.close();
    const kept: string[] = [];
    const first = await BoardServer.open({ path: copyPath(), keepEditor: ({ userid }) => kept.push(userid) });
    expect(first.made?.editor.userid).toBe('editor');
    expect(kept).toEqual(['editor']);
    expect([...first.store.users.all()].map(({ userid, level }) => [userid, level])).toEqual([
      ['editor', 3],
      ['guest', 1],
    ]);
    expect(first.store.index.countBetween(0, Number.MAX_SAFE_INTEGER)).toBe(3166);
    await first.close();
    const second = await BoardServer.open({ path: copyPath() });
    expect(second.made).toBeUndefined();
    await second.close();
  });

  it('an editor who was added before the first start stays who they are', async () => {
    const board = await sampleServer();
    await copy({ port: board.address.port });
    const store = BoardStore.open(copyPath());
    const secret = Buffer.from('0123456789', 'hex');
    const account = { level: 3, confirmed: true, waiting: false, disabled: false, lastUsed: 0 } as const;
    await store.commit(() => store.users.put({ ...account, userid: octets`editor`, secret }));
    store.close();
    const server = await BoardServer.open({ path: copyPath() });
    whenDone(() => server.close());
    expect(server.made).toBeUndefined();
    expect(server.store.users.levels(octets`editor`)[0]?.secret).toEqual(secret);
    expect(server.store.users.levels(octets`guest`)).toHaveLength(1);
  });

  it('with numbers that have wrapped, number 0, and an item that no row names', async () => {
    const board = await openBoard();
    await board.store.commit(() => {
      board.store.index.clear();
      for (const { id } of [...board.store.items.all()]) board.store.items.remove(id);
      board.store.state.nextSequence = 0xfffffffe;
    });
    const ann = await login(board, 'ann');
    for (let n = 0; n < 4; n++)
      expect(await post(ann, `NEWI number ${n}`, '..dot', '', '^caret', 'æøå\xff')).toMatch(/^220/);
    const [row] = board.store.index.rowsAfter(0, 1);
    const hidden = row?.row.slice(18, 26) ?? '';
    // Continued, so that another item names it; then an editor takes its own rows out of the index.
    const long = Array.from({ length: 99 }, () => 'x'.repeat(69));
    for (;;) {
      const answer = await post(ann, `REPL ${hidden}`, ...long.slice(0, 40));
      if (answer.startsWith('421')) break;
    }
    expect(await ann.ask('CONT It goes on')).toMatch(/^220/);
    const positions = board.store.index.rowsOfItem(hidden).map(({ position }) => position);
    await board.store.commit(() => board.store.index.change({ removed: positions, added: [] }));

    const summary = await copy({ port: board.address.port, user: editor });
    expect(summary.nextSequence).toBe(board.store.state.nextSequence);
    expect(board.store.index.rowsAfter(0, 9).map(({ row: one }) => one.slice(0, 8))).toContain('00000000');
    const copied = await serveCopy();
    expect(copied.store.items.answer(hidden)).toEqual(board.store.items.answer(hidden));
    expect(await everything(copied.address.port)).toEqual(await everything(board.address.port));
  });

  it('and goes on where it was: the next post gets the next number, and an id of its own', async () => {
    const board = await sampleServer();
    await copy({ port: board.address.port });
    const copied = await serveCopy();
    await addUser(copied, 'ann@rgtp.test', 2, secrets.ann);
    const ann = await login(copied, 'ann');
    const answer = await post(ann, 'NEWI new here', 'text');
    expect(answer.slice(4, 12)).toBe(board.store.state.nextSequence.toString(16).toUpperCase().padStart(8, '0'));
  });

  it('an empty board is copied, too', async () => {
    const board = await BoardServer.open({ path: ':memory:', empty: true, listen: { host: '127.0.0.1', port: 0 } });
    whenDone(() => board.close());
    await addUser(board, 'guest', 1, undefined);
    expect(await copy({ port: board.address.port })).toMatchObject({ rows: 0, items: 0, motd: false, edits: 0 });
  });
});

describe('a board that changes while it is copied', () => {
  it.each(['INDX 1', 'ELOG 1', 'MOTD 1', 'ITEM 1', 'ITEM 40', 'ITEM 225', 'INDX 2', 'ELOG 2', 'DIFF 1'])(
    'ends consistent: posts, a withdrawal, an edit, an index edit and a message of the day before %s',
    async (step) => {
      const board = await sampleServer();
      await addUser(board, 'ann@rgtp.test', 2, secrets.ann);
      const ann = await login(board, 'ann');
      const ed = await login(board, 'ed');
      const rows = await ed.list('INDX');
      const items = [...new Set(rows.filter((row) => row[103] === 'I').map((row) => row.slice(18, 26)))];
      const [first = '', second = '', third = ''] = items.slice(3);
      let happened = false;
      const port = await holding(board, async (verb, count) => {
        if (`${verb} ${count}` !== step) return;
        await post(ann, 'NEWI while it is read', 'new');
        await post(ann, `REPL ${third}`, 'a reply');
        expect(await ed.ask('EDLK')).toMatch(/^200/);
        await ed.list(`EDIT ${first}`);
        expect(await ed.ask('EDCF gone')).toMatch(/^220/);
        const [status = '', ...text] = await ed.list(`EDIT ${second}`);
        expect(await ed.text(status, ...text.map((line) => line.replace(/^\./, '..')), 'added by an editor')).toMatch(
          /^350/,
        );
        expect(await ed.ask('EDCF better')).toMatch(/^220/);
        const index = await ed.list('EDIX');
        expect(await ed.text(index[0] ?? '', ...index.slice(1, 50), ...index.slice(51))).toMatch(/^350/);
        expect(await ed.ask('EDCF one row less')).toMatch(/^220/);
        expect(await ed.ask('EDUL')).toMatch(/^200/);
        expect(await ed.text('', 'A new message')).toMatch(/^350/);
        expect(await ed.ask('MOTS')).toMatch(/^220/);
        happened = true;
      });
      await copy({ port, user: editor });
      expect(happened).toBe(true);
      await expectSame(board);
    },
  );

  it('and loses its newest item, and nothing else, loses it in the copy too', async () => {
    const board = await sampleServer();
    await addUser(board, 'ann@rgtp.test', 2, secrets.ann);
    const ann = await login(board, 'ann');
    const ed = await login(board, 'ed');
    await post(ann, 'NEWI the newest', 'text');
    const [newest = ''] = (await ed.list('INDX')).slice(-1).map((row) => row.slice(18, 26));
    const port = await holding(board, async (verb, count) => {
      if (`${verb} ${count}` !== 'INDX 2') return;
      expect(await ed.ask('EDLK')).toMatch(/^200/);
      await ed.list(`EDIT ${newest}`);
      expect(await ed.ask('EDCF gone')).toMatch(/^220/);
    });
    // The number of the withdrawal is taken, too.
    const nextSequence = Number.parseInt(((await ed.list('INDX')).at(-1) ?? '').slice(0, 8), 16) + 2;
    expect(await copy({ port, user: editor })).toMatchObject({ rows: 3166, items: 225, nextSequence });
    expect(board.store.state.nextSequence).toBe(nextSequence);
    await expectSame(board);
  });

  it('and never stands still is given up after so many readings, and goes on from there', async () => {
    const board = await sampleServer();
    await addUser(board, 'ann@rgtp.test', 2, secrets.ann);
    const ann = await login(board, 'ann');
    let readings = 0;
    const port = await holding(board, async (verb, count) => {
      if (verb !== 'INDX') return;
      readings = count;
      await post(ann, 'NEWI another', 'text');
    });
    await expect(copy({ port }, { readings: 5 })).rejects.toThrow('each of the 5 times');
    expect(readings).toBe(6);
    await expect(BoardServer.open({ path: copyPath() })).rejects.toMatchObject({ kind: 'unfinished' });
    expect(await copy({ port: board.address.port })).toMatchObject({ resumed: true, skipped: [] });
  });
});

describe('a copy that is interrupted', () => {
  /** Counts what is asked through a proxy, which cuts where told. */
  async function counting(board: BoardServer, verdict: (step: string, n: number) => Verdict) {
    const counts: Record<string, number> = {};
    const proxy = await through(board.address.port, (step) => {
      counts[step] = (counts[step] ?? 0) + 1;
      return verdict(step, counts[step]);
    });
    return { port: proxy.port, counts };
  }

  it.each([
    ['S data', 1],
    ['S data', 2000],
    ['C ELOG', 1],
    ['C MOTD', 1],
    ['C ITEM', 70],
    ['S data', 9000],
  ])('by a connection that is lost at %s number %i goes on by itself', async (step, number) => {
    const board = await sampleServer();
    const { port } = await counting(board, (one, n) => (one === step && n === number ? 'cut within' : 'pass'));
    expect(await copy({ port, user: editor })).toMatchObject({ rows: 3166, items: 225, skipped: [] });
    await expectSame(board);
  });

  it('by a board that stays away is unfinished, is not served, and goes on without fetching again what is here', async () => {
    const board = await sampleServer();
    let isAway = false;
    const away = await counting(board, (step, n) => {
      isAway ||= step === 'C ITEM' && n === 150;
      return isAway ? 'cut before' : 'pass';
    });
    await expect(copy({ port: away.port, user: editor })).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(BoardServer.open({ path: copyPath() })).rejects.toMatchObject({ kind: 'unfinished' });
    const again = await counting(board, () => 'pass');
    expect(await copy({ port: again.port, user: editor })).toMatchObject({ resumed: true, items: 225, skipped: [] });
    expect(again.counts['C ITEM']).toBeLessThan(120);
    await expectSame(board);
  });

  it.each(['SIGKILL', 'SIGTERM'])('by %s goes on', async (signal) => {
    const board = await sampleServer();
    for (const [phase, count] of [
      ['index', 2],
      ['items', 2],
    ]) {
      const script = join(import.meta.dirname, 'copy-process.ts');
      // The board answers from this process, so the other must not be waited for in one piece.
      const args = [script, String(board.address.port), copyPath(), String(phase), String(count), signal];
      const [, ended] = await once(spawn(process.execPath, args), 'close');
      expect(ended).toBe(signal);
      await expect(BoardServer.open({ path: copyPath() })).rejects.toMatchObject({
        kind: 'unfinished',
        message: expect.stringContaining('Run the same `rgtp-nntp import` again'),
      });
    }
    expect(await copy({ port: board.address.port, user: editor })).toMatchObject({ items: 225, skipped: [] });
    await expectSame(board);
  });

  it('by its signal stops at once', async () => {
    const board = await sampleServer();
    const interruption = new AbortController();
    const onProgress = ({ phase }: CopyProgress) => phase === 'items' && interruption.abort(new Error('enough'));
    const running = copy({ port: board.address.port }, { signal: interruption.signal, onProgress });
    await expect(running).rejects.toThrow('enough');
    await expect(BoardServer.open({ path: copyPath() })).rejects.toMatchObject({ kind: 'unfinished' });
  });

  it('by a full disk goes on', async () => {
    const board = await sampleServer();
    for (const pages of [60, 400]) {
      const store = BoardStore.open(copyPath());
      const now = Number(store.db.prepare('PRAGMA page_count').get()?.['page_count']);
      store.db.exec(`PRAGMA max_page_count=${now + pages}`);
      const client = { host: '127.0.0.1', port: board.address.port };
      const origin = { address: 'rgtp://board.example.org:1431', user: 'ed@rgtp.test' };
      await expect(
        copyBoard(store, { client: { ...client, user: octets`ed@rgtp.test`, secret: secrets.ed }, ...origin }),
      ).rejects.toThrow('full');
      store.close();
      await expect(BoardServer.open({ path: copyPath() })).rejects.toMatchObject({ kind: 'unfinished' });
    }
    expect(await copy({ port: board.address.port, user: editor })).toMatchObject({ resumed: true, items: 225 });
    await expectSame(board);
  });

  it('starts over for another board, and as another user', async () => {
    const board = await sampleServer();
    const stop = async (more: Parameters<typeof copy>[1]) => {
      const interruption = new AbortController();
      const onProgress = ({ phase }: CopyProgress) => phase === 'items' && interruption.abort(new Error('enough'));
      await expect(
        copy({ port: board.address.port }, { signal: interruption.signal, onProgress, ...more }),
      ).rejects.toThrow();
    };
    await stop({});
    await stop({ address: 'rgtp://another.example.org:1431' });
    const store = BoardStore.open(copyPath());
    // What the first had fetched is gone: it was another board's.
    expect([...store.items.all()].length).toBeLessThanOrEqual(64);
    store.close();
    expect(await copy({ port: board.address.port, user: editor })).toMatchObject({ resumed: false, items: 225 });
  });
});

describe('a copy goes', () => {
  it('into an empty board only', async () => {
    const board = await sampleServer();
    const mine = await BoardServer.open({ path: copyPath() });
    const before = [...mine.store.items.all()];
    await mine.close();
    await expect(copy({ port: board.address.port })).rejects.toThrow('the board is not empty');
    const store = BoardStore.open(copyPath());
    expect([...store.items.all()]).toEqual(before);
    store.close();
  });

  it('nowhere without a login that may read: the board here stays as it was', async () => {
    const board = await openBoard({ guests: 'none' });
    await expect(copy({ port: board.address.port })).rejects.toMatchObject({
      kind: expect.stringMatching(/refused|no-access/),
    });
    const wrong = { userid: 'ed@rgtp.test', secret: Buffer.from('00', 'hex') };
    await expect(copy({ port: board.address.port, user: wrong })).rejects.toThrow();
    const made = await BoardServer.open({ path: copyPath() });
    expect(made.made).toBeDefined();
    await made.close();
    const guest = await dial(board);
    expect(await guest.ask('USER guest')).not.toMatch(/^231/);
  });
});
