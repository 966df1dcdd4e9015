/** However much a board holds, nobody keeps the event loop for longer than a turn. */
import { once } from 'node:events';
import { connect as connectTo } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { dataPieces } from '../../src/board/commands/pieces.ts';
import { differing } from '../../src/board/differences.ts';
import { indexRules } from '../../src/board/edit-text.ts';
import { numbered } from '../../src/board/index-diff.ts';
import { planIndexEdit } from '../../src/board/index-edit.ts';
import { KeptRows, keyOf } from '../../src/board/kept-rows.ts';
import { BoardStore } from '../../src/board/store.ts';
import { TextReceiver } from '../../src/board/text.ts';
import { runUdbm } from '../../src/board/udbm/run.ts';
import { archiveItems } from '../../src/board/upkeep/archive.ts';
import { Certificate } from '../../src/nntp/connection/certificate.ts';
import { serverTls } from '../../src/nntp/connection/tls.ts';
import { formatIndexEntry } from '../../src/rgtp/index-entry.ts';
import { SecretBox } from '../../src/store/secret-box.ts';
import { eventLoop } from '../../src/wire/fair-share.ts';
import { silent } from '../../src/wire/log.ts';
import { ascii, bytesOf, join, latin1, type Octets, octets } from '../../src/wire/octets.ts';
import { tlsFiles } from '../support/tls-files.ts';
import { pieces, roundsOf, stepByStep } from '../support/turns.ts';
import { boardOf, dial, login, openBoard } from './boards.ts';
import { Dialogue } from './dialogue.ts';
import { patch } from './patch.ts';

const ED = { userid: octets`ed`, reason: octets`why` };

function rowOf(sequence: number, itemId = 'A0000000'): Octets {
  const facts = { sequence, time: 1000 + sequence, itemId, userid: octets`u` };
  return formatIndexEntry({ ...facts, type: 'R', subject: octets`s` });
}

async function storeWith(rows: readonly Octets[]): Promise<BoardStore> {
  const store = BoardStore.open(':memory:');
  await store.commit(() => {
    for (const row of rows) store.index.append(row);
    store.state.nextSequence = rows.length + 1;
  });
  return store;
}

const manyRows = (count: number) => Array.from({ length: count }, (_, n) => rowOf(n + 1));
const rowsIn = ({ index }: BoardStore) => index.rows(index.start, index.end).map(({ row }) => row);

describe('an edit of the index', () => {
  const some = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 30 });

  test('leaves the rows it was given, and those made meanwhile after them, whatever moves for it', async () => {
    await fc.assert(
      fc.asyncProperty(some, some, fc.array(some, { minLength: 1, maxLength: 4 }), async (first, late, edits) => {
        const store = await storeWith(first.map((n) => rowOf(n)));
        for (const edit of edits) {
          const before = rowsIn(store);
          const { end } = store.index;
          const rows = edit.map((n) => rowOf(n + 6));
          const mixed = before.flatMap((row, i) =>
            i % 3 === 0 ? [] : i % 3 === 1 ? [row] : [row, ...rows.splice(0, 2)],
          );
          const wanted = [...mixed, ...rows];
          await store.commit(() => {
            for (const n of late) store.index.append(rowOf(n));
          });
          const kept = new KeptRows();
          for (const row of wanted) kept.push(row);
          await store.editing.replaceIndex({ kind: 'index', end }, kept, ED);
          expect(rowsIn(store)).toEqual([...wanted, ...late.map((n) => rowOf(n))]);
          const wire = [...store.index.wire(store.index.start, store.index.end)].map(String).join('');
          expect(wire).toBe(
            rowsIn(store)
              .map((row) => `${row}\r\n`)
              .join(''),
          );
          const diff = store.diffs.text(undefined);
          await store.commit(() => store.db.exec('DELETE FROM diffs'));
          expect(patch(before, diff)).toEqual(wanted);
        }
        store.close();
      }),
      { numRuns: 60 },
    );
  });

  test('is compared in turns', async () => {
    const rows = manyRows(30_000);
    const store = await storeWith(rows);
    stepByStep();
    const rounds = (wanted: readonly Octets[]) => roundsOf(planIndexEdit(store.index, store.index.end, wanted));
    // 59 pages of rows, from the beginning and from the end.
    expect(await rounds(rows.slice(0, -1))).toBeGreaterThan(50);
    expect(await rounds(rows.slice(1))).toBeGreaterThan(50);
    // First and last row differ: the pages are read, and all that is between them is compared line by line, in as many pieces.
    const ends = [rowOf(7), ...rows.slice(1, -1), rowOf(8)];
    expect(await rounds(ends)).toBeGreaterThan(80);
    // In one piece, each of these would be one.
    const [all, some] = [rows.length, rows.length / 2];
    expect(pieces(differing(all, all, (old, present) => old === present)).count).toBeGreaterThan(50);
    expect(pieces(differing(all, some, (old, present) => old - some === present)).count).toBeGreaterThan(25);
    const between = (old: number, present: number) => old === present && old > 0 && old < all - 1;
    expect(pieces(differing(all, all, between)).count).toBeGreaterThan(50);
    // At 300 places: what is shown, and where rows come in, are 300 pieces each of 1068.
    const spread = rows.map((row, n) => (n % 100 === 50 ? rowOf(n + 90_000) : row));
    expect(await rounds(spread)).toBeGreaterThan(950);
    store.close();
  });

  test('keeps the rows that were sent in few pieces of memory, octet by octet', () => {
    const receiver = new TextReceiver(indexRules(5000));
    const rows = manyRows(5000);
    for (const row of rows) receiver.line(bytesOf(row));
    receiver.line(bytesOf(octets`.`));
    const { lines } = receiver.finish();
    expect(lines).toBeInstanceOf(KeptRows);
    expect(lines.length).toBe(5000);
    expect(rows.every((row, n) => row === lines.at(n))).toBe(true);
    expect([lines.at(-1), lines.at(5000)]).toEqual([undefined, undefined]);
    const odd = new KeptRows();
    odd.push(octets`x\t`.padEnd(199));
    expect(odd.at(0)).toBe('x\t'.padEnd(199));
  });

  test('tells rows apart that have the same key', async () => {
    const seen = new Map<number, Octets>();
    let [one, other] = [octets``, octets``];
    for (let n = 7; one === ''; n++) {
      const row = rowOf(n);
      other = seen.get(keyOf(row)) ?? other;
      if (other !== '') one = row;
      seen.set(keyOf(row), row);
    }
    const rows = [...manyRows(3), one, ...manyRows(3), rowOf(5)];
    const store = await storeWith(rows);
    const wanted = [rowOf(6), ...rows.slice(1, 3), other, ...manyRows(3), rowOf(6)];
    await store.editing.replaceIndex({ kind: 'index', end: store.index.end }, wanted, ED);
    expect(rowsIn(store)).toEqual(wanted);
    store.close();
  });

  test('adds rows at the end before those that were posted while it was compared', async () => {
    const store = await storeWith(manyRows(20));
    const before = rowsIn(store);
    const edit = store.editing.replaceIndex({ kind: 'index', end: store.index.end }, [...before, rowOf(50)], ED);
    await store.commit(() => store.index.append(rowOf(60)));
    await edit;
    expect(rowsIn(store)).toEqual([...before, rowOf(50), rowOf(60)]);
    store.close();
  });

  test('leaves what is posted last, also where what has made room already is withdrawn meanwhile', async () => {
    const store = await storeWith([
      ...manyRows(4100),
      ...Array.from({ length: 900 }, (_, n) => rowOf(n + 4101, 'B0000000')),
    ]);
    const { index } = store;
    const moves = vi.spyOn(index, 'makeRoom');
    const rows = rowsIn(store);
    const edit = store.editing.replaceIndex({ kind: 'index', end: index.end }, rows.toSpliced(10, 0, rowOf(9999)), ED);
    while (moves.mock.calls.length < 3) await store.commit(() => {});
    await store.commit(() => index.removeItem('B0000000'));
    await store.commit(() => index.append(rowOf(6000)));
    await edit;
    expect(rowsIn(store).at(-1)).toEqual(rowOf(6000));
    store.close();
  });

  test('makes room in pieces, while posts go on', async () => {
    const rows = manyRows(5000);
    const store = await storeWith(rows);
    const { index } = store;
    const moves = vi.spyOn(index, 'makeRoom');
    const coming = rowOf(9999);
    const edit = store.editing.replaceIndex({ kind: 'index', end: index.end }, rows.toSpliced(10, 0, coming), ED);
    let posts = 0;
    while (moves.mock.calls.length < 5) {
      await store.commit(() => index.append(rowOf(6000 + posts++)));
    }
    await edit;
    expect(moves.mock.calls.length).toBeGreaterThan(8);
    expect(posts).toBeGreaterThan(2);
    const late = Array.from({ length: posts }, (_, n) => rowOf(6000 + n));
    expect(rowsIn(store)).toEqual([...rows.toSpliced(10, 0, coming), ...late]);
    // There is room now.
    moves.mockClear();
    const more = rowsIn(store).toSpliced(10, 0, coming, coming);
    await store.editing.replaceIndex({ kind: 'index', end: index.end }, more, ED);
    expect(moves).not.toHaveBeenCalled();
    expect(rowsIn(store)).toEqual(more);
    store.close();
  });

  test('moves each row once, however many places need room', async () => {
    const rows = manyRows(5000);
    const store = await storeWith(rows);
    const { index } = store;
    const moves = vi.spyOn(index, 'makeRoom');
    const late = rowOf(6000);
    const wanted = rows.flatMap((row, n) => (n % 500 === 250 ? [rowOf(9000 + n), row] : [row]));
    const edit = store.editing.replaceIndex({ kind: 'index', end: index.end }, wanted, ED);
    while (moves.mock.calls.length === 0) await store.commit(() => {});
    await store.commit(() => index.append(late));
    await edit;
    expect(rowsIn(store)).toEqual([...wanted, late]);
    // Ten stretches of 500 rows, of which the first moves by 512. One place after the other, it would be 55 moves.
    expect(moves.mock.calls.length).toBeLessThan(20);
    store.close();
  });

  test('is compared again after a withdrawal or a post in between', async () => {
    const rows = manyRows(5);
    const store = await storeWith([...rows, rowOf(6, 'B0000000')]);
    const { end } = store.index;
    const changed = [rowOf(9), ...rows.slice(1), rowOf(6, 'B0000000'), rowOf(7)];
    const edit = store.editing.replaceIndex({ kind: 'index', end }, changed, ED);
    await store.commit(() => store.index.append(rowOf(8)));
    await edit;
    expect(rowsIn(store)).toEqual([...changed, rowOf(8)]);
    const again = store.editing.replaceIndex(
      { kind: 'index', end: store.index.end },
      [...changed, rowOf(8)].slice(1),
      ED,
    );
    await store.commit(() => store.index.removeItem('B0000000'));
    await again;
    expect(rowsIn(store)).toEqual([...changed, rowOf(8)].slice(1));
    store.close();
  });

  test('of very many rows at once is refused, and changes nothing', async () => {
    const rows = manyRows(1500);
    const store = await storeWith(rows);
    const none = store.editing.replaceIndex({ kind: 'index', end: store.index.end }, [], ED);
    await expect(none).rejects.toMatchObject({ code: 423, text: expect.stringContaining('in several parts') });
    expect(rowsIn(store)).toEqual(rows);
    expect(store.state.nextSequence).toBe(1501);
    await store.editing.replaceIndex({ kind: 'index', end: store.index.end }, rows.slice(900), ED);
    await store.editing.replaceIndex({ kind: 'index', end: store.index.end }, [], ED);
    expect(rowsIn(store)).toEqual([]);
    store.close();
  });
});

describe('a withdrawal', () => {
  const text = octets`^00000001 00000001\nItem\nSubject: s\n\nx\n`;
  const status = { continuedFrom: undefined, continuedIn: undefined, lastEdit: undefined, lastReply: 1 };

  test('finds the numbers of its lines in turns', async () => {
    const store = await storeWith(manyRows(20));
    const added = [{ position: 400_000, row: rowOf(21, 'B0000000') }];
    await store.commit(() => store.index.change({ removed: [], added }));
    stepByStep();
    const work = numbered(store.index, store.index.rowsOfItem('B0000000'));
    expect(await roundsOf(work)).toBeGreaterThan(5);
    expect(await work).toMatchObject([{ line: 21 }]);
    store.close();
  });

  test('of an item with very many rows is refused', async () => {
    const store = await storeWith(manyRows(1001));
    await store.commit(() => store.items.write({ id: 'A0000000', subject: octets`s`, text, ...status }));
    const gone = () => store.editing.withdrawItem({ kind: 'item', itemId: 'A0000000', text }, ED);
    await expect(gone()).rejects.toMatchObject({ code: 423 });
    expect(rowsIn(store)).toHaveLength(1001);
    await store.editing.replaceIndex({ kind: 'index', end: store.index.end }, manyRows(1000), ED);
    await gone();
    expect(rowsIn(store)).toEqual([]);
    store.close();
  });

  test('in which a row was withdrawn meanwhile counts again', async () => {
    const store = await storeWith([rowOf(1, 'C0000000'), ...manyRows(20), rowOf(99, 'B0000000')]);
    await store.commit(() => store.items.write({ id: 'B0000000', subject: octets`s`, text, ...status }));
    const gone = store.editing.withdrawItem({ kind: 'item', itemId: 'B0000000', text }, ED);
    await store.commit(() => store.index.removeItem('C0000000'));
    await gone;
    expect(store.diffs.text(undefined)).toContain('@@ -18,4 +18,3 @@');
    store.close();
  });
});

test('archiving looks at items in turns, and moves no more rows in one piece than it may', async () => {
  const rows = Array.from({ length: 3000 }, (_, n) => rowOf(n + 1, `A${String(n % 1000).padStart(7, '0')}`));
  const store = await storeWith([...manyRows(1002).map((row) => latin1(row.replace('A0000000', 'Z0000000'))), ...rows]);
  const text = octets`x\n`;
  const status = { continuedFrom: undefined, continuedIn: undefined, lastEdit: undefined, lastReply: 1 };
  await store.commit(() => {
    for (let n = 0; n < 1000; n++)
      store.items.write({ id: `A${String(n).padStart(7, '0')}`, subject: undefined, text, ...status });
    store.items.write({ id: 'Z0000000', subject: undefined, text, ...status });
  });
  const commits = vi.spyOn(store, 'commit');
  stepByStep();
  // Nothing is old enough, so looking is the only work. In one piece it would take one round.
  const look = archiveItems(store, 0);
  expect(await roundsOf(look)).toBeGreaterThan(3);
  expect(commits).not.toHaveBeenCalled();
  const work = archiveItems(store, 1e9);
  expect(await roundsOf(work)).toBeGreaterThan(5);
  // The newest row stays, and the item that has more rows than change in one piece.
  expect(await work).toBe(999);
  expect(commits.mock.calls.length).toBeGreaterThan(4);
  expect(store.items.read('Z0000000')).toBeDefined();
  store.close();
});

test('archived rows find room, although rows have moved to where others were', async () => {
  const store = await storeWith([rowOf(1, 'A0000001'), rowOf(2, 'A0000002'), rowOf(3, 'A0000003')]);
  const status = { continuedFrom: undefined, continuedIn: undefined, lastEdit: undefined, lastReply: 1 };
  await store.commit(() => {
    for (const n of [1, 2]) store.items.write({ id: `A000000${n}`, subject: undefined, text: octets`x\n`, ...status });
  });
  expect(await archiveItems(store, 1002)).toBe(1);
  const { index } = store;
  await store.editing.replaceIndex(
    { kind: 'index', end: index.end },
    [rowOf(2, 'A0000002'), rowOf(9, 'A0000009'), rowOf(3, 'A0000003')],
    ED,
  );
  const [row] = index.rowsOfItem('A0000002');
  await store.commit(() => {
    index.change({ removed: [row?.position ?? 0], added: [{ position: 1, row: rowOf(2, 'A0000002') }] });
  });
  expect(await archiveItems(store, 1003)).toBe(1);
  store.close();
});

describe('the user database', () => {
  async function crowded() {
    const board = await openBoard();
    const facts = { confirmed: true, waiting: false, disabled: false, lastUsed: 0, secret: Buffer.alloc(16) };
    await board.store.commit(() => {
      for (let n = 0; n < 2000; n++) board.store.users.put({ ...facts, userid: octets`user${n}@x.test`, level: 2 });
    });
    return board;
  }

  test('is listed and counted a page at a time, without a look at secrets', async () => {
    const { store } = await crowded();
    const open = vi.spyOn(SecretBox.prototype, 'open');
    const list: Octets[] = [];
    for await (const piece of runUdbm({ store, registration: undefined }, octets`ed`, octets`-l`)) list.push(piece);
    expect(list.length).toBeGreaterThan(8);
    const lines = join(list, octets``).split('\n').slice(0, -1);
    expect(lines).toHaveLength(2000 + 5);
    expect(lines[7]).toMatch(/^ {3}7: .* write {2}enabled {2}md5 {5}user/);
    expect(new Set(lines.map((line) => line.slice(-20))).size).toBeGreaterThan(1990);
    stepByStep();
    const counts = runUdbm({ store, registration: undefined }, octets`ed`, octets`-s`);
    const first = counts.next();
    expect(await roundsOf(first)).toBeGreaterThan(2);
    expect((await first).value).toMatch(/^2005 records, {2}0 disabled, {2}0 never used, {2}0 waiting/);
    expect(open).not.toHaveBeenCalled();
  });

  test('is changed without reading all of it', async () => {
    const { store } = await crowded();
    const open = vi.spyOn(SecretBox.prototype, 'open');
    const change = runUdbm({ store, registration: undefined }, octets`ed`, octets`-u user7@x.test disable`);
    expect((await change.next()).value).toContain('disabled');
    expect(open.mock.calls.length).toBeLessThan(5);
  });
});

describe('long texts', () => {
  const line = octets`${ascii('x'.repeat(99))}\n`;
  const text = ascii(line.repeat(2000));

  test('of diffs and of the edit log are kept and sent in pieces', async () => {
    const store = BoardStore.open(':memory:');
    await store.commit(() => {
      store.diffs.append('A0000000', 1, text);
      store.diffs.append('A0000000', 2, octets`-.end\n.`);
      store.editLog.append(1, text);
      store.db.prepare('INSERT INTO diffs (item, time, text) VALUES (NULL, 1, ?)').run(Buffer.from(text));
    });
    const both = octets`${text}-.end\n.`;
    expect(store.diffs.text('A0000000')).toBe(both);
    const sent = [...store.diffs.wire('A0000000')];
    expect(sent.length).toBeGreaterThan(10);
    expect(Buffer.concat(sent).toString()).toBe(`${both}\n`.replaceAll('\n.', '\n..').replaceAll('\n', '\r\n'));
    expect(store.editLog.text()).toBe(text);
    for (const wire of [store.editLog.wire(), store.diffs.wire(undefined)]) {
      const all = [...wire];
      expect(Math.max(...all.map(({ length }) => length))).toBeLessThan(500_000);
      expect(Buffer.concat(all).toString()).toBe(text.replaceAll('\n', '\r\n'));
    }
    expect([...store.diffs.wire(undefined)].length).toBeGreaterThan(10);
    store.close();
  });

  test('that fail before the first piece are not begun', async () => {
    const failing = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('disk full')) }) };
    await expect(dataPieces(failing).next()).rejects.toThrow('disk full');
  });
});

test('an item does not grow without end, however often it is edited', async () => {
  const board = await openBoard();
  const editor = await login(board, 'ed');
  await editor.text('ed', 'x');
  editor.write('NEWI Growing\r\n');
  const item = (await editor.line())?.slice(4) ?? '';
  await editor.answer();
  await editor.ask('EDLK');
  const more = Array<string>(600).fill('y'.repeat(79));
  const lines = await editor.list(`EDIT ${item}`);
  expect(await editor.text('status', ...lines.slice(1), ...more)).toMatch(/^350/);
  expect(await editor.ask('EDCF once')).toMatch(/^220/);
  const longer = await editor.list(`EDIT ${item}`);
  expect(await editor.text('status', ...longer.slice(1), ...more)).toMatch(/^423 Data is too long/);
  expect(await editor.ask('EDAB')).toMatch(/^200/);
});

test('after a change of accounts, sessions are reviewed in turns', async () => {
  const store = BoardStore.open(':memory:');
  const board = boardOf(store);
  let reviewed = 0;
  for (let n = 0; n < 100; n++) board.members.add({ review: () => void reviewed++ });
  stepByStep();
  store.accounts.changed();
  let most = 0;
  while (reviewed < 100) {
    const before = reviewed;
    await new Promise(setImmediate);
    most = Math.max(most, reviewed - before);
  }
  expect(most).toBeLessThan(20);
  store.close();
});

describe('the edit log', () => {
  async function logOf(entries: number): Promise<BoardStore> {
    const store = BoardStore.open(':memory:');
    await store.commit(() => {
      for (let n = 1; n <= entries; n++) store.editLog.append(1, octets`entry ${n}\n\n`);
    });
    return store;
  }

  test('is made once for all who read it', async () => {
    const { editLog } = await logOf(100);
    const [first, second] = [[...editLog.wire()], [...editLog.wire()]];
    expect(first).toHaveLength(5);
    for (const [i, page] of second.entries()) expect(page).toBe(first[i]);
  });

  test.each([0, 1, 19, 20, 21, 40])('of %d entries shows one that comes after it was read', async (entries) => {
    const store = await logOf(entries);
    const read = () => [...store.editLog.wire()].map(String).join('');
    const before = read();
    await store.commit(() => store.editLog.append(2, octets`the newest\n\n`));
    expect(read()).toBe(`${before}the newest\r\n\r\n`);
  });
});

describe('connections', () => {
  test('have what their commands leave to promises done before the next turn', async () => {
    const promised = vi.spyOn(eventLoop, 'promised');
    onTestFinished(() => promised.mockRestore());
    const board = await openBoard();
    const client = await dial(board);
    await client.ask('NOOP');
    expect(promised).not.toHaveBeenCalled();
    await client.ask('USER guest');
    expect(promised).toHaveBeenCalled();
  });

  test('take the turns of their address; those from inside, turns of their own', async () => {
    const belongs = vi.spyOn(eventLoop, 'belongs');
    onTestFinished(() => belongs.mockRestore());
    const board = await openBoard();
    const clients = [await Dialogue.open(board.address.port), await Dialogue.open(board.address.port)];
    await Promise.all(clients.map((client) => client.line()));
    const inside = [board.connect(), board.connect()];
    await Promise.all(inside.map((stream) => once(stream, 'data')));
    const [first, second, ...own] = belongs.mock.calls.map(([, owner]) => owner);
    expect([first, second]).toEqual(['127.0.0.1', '127.0.0.1']);
    expect(new Set(own).size).toBe(2);
    for (const owner of own) expect(typeof owner).not.toBe('string');
  });

  test('that ask for much wait in the line of their address', async () => {
    const board = await openBoard();
    await board.store.commit(() => {
      for (const row of manyRows(5000)) board.store.index.append(row);
      for (let n = 0; n < 100; n++) board.store.editLog.append(1, octets`entry\n\n`);
    });
    const client = await Dialogue.open(board.address.port);
    await client.line();
    await client.ask('USER guest');
    stepByStep();
    const next = vi.spyOn(eventLoop, 'next');
    onTestFinished(() => next.mockRestore());
    for (const command of ['INDX', 'ELOG']) {
      next.mockClear();
      await client.list(command);
      expect(next.mock.calls.length, command).toBeGreaterThan(2);
      for (const call of next.mock.calls) expect(call).toEqual([false, '127.0.0.1']);
    }
  });

  test.each(['rgtp', 'rgtps'])('of %s clients that are reset end in turns', async (scheme) => {
    const certificate = new Certificate(tlsFiles('first'), silent, Date.now);
    const board = await openBoard(
      scheme === 'rgtps' ? { secure: (socket, owner) => serverTls(socket, certificate, owner) } : {},
    );
    const socket = connectTo({ port: board.address.port, host: '127.0.0.1' }).on('error', () => {});
    const stream =
      scheme === 'rgtps' ? tlsConnect({ socket, rejectUnauthorized: false }).on('error', () => {}) : socket;
    await once(stream, 'data');
    const belongs = vi.spyOn(eventLoop, 'belongs');
    onTestFinished(() => belongs.mockRestore());
    socket.resetAndDestroy();
    await expect.poll(() => board.connections).toBe(0);
    expect(belongs.mock.calls.map(([, owner]) => owner)).toEqual(['127.0.0.1']);
  });
});
