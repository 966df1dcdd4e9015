import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importSpool } from '../../src/board/spool/import.ts';
import { BoardStore } from '../../src/board/store.ts';
import { octets } from '../../src/wire/octets.ts';
import { unpackSampleSpool } from '../support/sample-board.ts';

let spool = '';
beforeAll(() => {
  spool = unpackSampleSpool();
});
afterAll(() => rmSync(join(spool, '../..'), { recursive: true }));

function newStore(): BoardStore {
  return BoardStore.open(':memory:');
}

/** An answer's data as groggsd keeps it in a file: no dots doubled, lines ended by LF. */
function fileOf(answer: Buffer | undefined): string | undefined {
  const lines = answer?.toString('latin1').split('\r\n').slice(1, -2);
  return lines?.map((line) => `${line.replace(/^\.\./, '.')}\n`).join('');
}

describe('importing a groggsd spool', () => {
  test('gives every item and the index back, octet for octet', async () => {
    const store = newStore();
    const summary = await importSpool(spool, store);
    expect(summary).toMatchObject({ rows: 3166, items: 225, users: 18, edits: 12, diffs: 12, motd: true, skipped: [] });
    const names = readdirSync(join(spool, 'item')).filter((name) => !name.endsWith('.edited'));
    expect(names).toHaveLength(225);
    for (const name of names) {
      expect(fileOf(store.items.answer(name))).toBe(readFileSync(join(spool, 'item', name), 'latin1'));
    }
    const rows = [...store.index.wire(1, store.index.end)].map((block) => block.toString('latin1')).join('');
    expect(rows.replaceAll('\r\n', '\n')).toBe(readFileSync(join(spool, 'index'), 'latin1'));
    expect(store.editLog.text()).toBe(readFileSync(join(spool, 'editlog'), 'latin1'));
    expect(store.diffs.text('O0782148')).toBe(readFileSync(join(spool, 'item/O0782148.edited'), 'latin1'));
    expect(store.state.nextSequence).toBe(0xc93);
    store.close();
  });

  test('users keep their secrets and levels', async () => {
    const store = newStore();
    await importSpool(spool, store);
    expect(store.users.levels(octets`kk207@cam`)).toMatchObject([
      { level: 2, secret: Buffer.from('KK207'), confirmed: true, disabled: false },
    ]);
    expect(store.users.levels(octets`newbie@rgtp.test`)).toMatchObject([{ level: 2, confirmed: false }]);
    expect(store.users.levels(octets`disabled@rgtp.test`)).toMatchObject([{ disabled: true }]);
    expect(store.users.levels(octets`guest`)).toMatchObject([{ level: 1, secret: undefined }]);
    store.close();
  });

  test('names what is damaged, and takes the rest', async () => {
    const damaged = unpackSampleSpool();
    truncateSync(join(damaged, 'item/O0591429'), 20);
    truncateSync(join(damaged, 'item/O0631408'), 0);
    writeFileSync(join(damaged, 'item/lost+found'), 'x');
    const index = readFileSync(join(damaged, 'index'));
    // Row 11 lost an octet.
    writeFileSync(join(damaged, 'index'), Buffer.concat([index.subarray(0, 2050), index.subarray(2051)]));
    appendFileSync(join(damaged, 'index'), 'half a row');
    truncateSync(join(damaged, 'userdatabase'), 6350);
    writeFileSync(join(damaged, 'motd'), '\xff\xfe');
    rmSync(join(damaged, 'sequence'));
    const store = newStore();
    const summary = await importSpool(damaged, store);
    expect(summary).toMatchObject({ rows: 3165, items: 223, motd: false, nextSequence: 0xc93 });
    expect(summary.skipped.map(({ file }) => file).sort()).toEqual([
      'index, row 11',
      'index, row 3167',
      'item/O0591429',
      'item/O0631408',
      'item/lost+found',
      'motd',
      'sequence',
      'userdatabase',
    ]);
    store.close();
    rmSync(join(damaged, '../..'), { recursive: true });
  });

  test('knows that numbers have wrapped', async () => {
    const wrapped = unpackSampleSpool();
    const index = readFileSync(join(wrapped, 'index'), 'latin1').split('\n');
    const before = index.slice(0, 10).map((row, i) => `FFFFFFF${i}${row.slice(8)}`);
    const after = index.slice(10, 12).map((row, i) => `0000000${i}${row.slice(8)}`);
    writeFileSync(join(wrapped, 'index'), `${[...before, ...after].join('\n')}\n`, 'latin1');
    for (const name of ['editlog', 'motd', 'sequence']) rmSync(join(wrapped, name));
    const store = newStore();
    expect(await importSpool(wrapped, store)).toMatchObject({ rows: 12, nextSequence: 2 });
    store.close();
    rmSync(join(wrapped, '../..'), { recursive: true });
  });

  test('goes into an empty board only, and comes from a spool only', async () => {
    const store = newStore();
    await expect(importSpool(join(spool, 'item'), store)).rejects.toThrow(/not a groggsd data directory/);
    await importSpool(spool, store);
    await expect(importSpool(spool, store)).rejects.toThrow(/not empty/);
    store.close();
  });

  test('reports how far it is', async () => {
    const store = newStore();
    const seen: string[] = [];
    await importSpool(spool, store, { onProgress: ({ phase, done, total }) => seen.push(`${phase} ${done}/${total}`) });
    expect(seen).toContain('index 3166/3166');
    expect(seen.at(-1)).toBe('items 236/236');
    store.close();
  });
});
