import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { carryNumbering } from '../../src/store/carry-numbering.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';

const EPOCH = { number: 1, generation: 0, first: 0, base: 0 };

let folder: string;
let live: string;
let backup: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carry-'));
  live = join(folder, 'live.sqlite');
  backup = join(folder, 'backup.sqlite');
  await changed(live, async (store) => {
    await store.newsgroupCreated('groggs.gossip', 1000);
    await store.addEpochs([EPOCH]);
    await store.raiseMarks([{ place: 'groggs.gossip', low: 1, high: 5 }]);
  });
  copyFileSync(live, backup);
});
afterEach(() => rmSync(folder, { recursive: true }));

async function changed(path: string, change: (store: PermanentFile) => Promise<unknown>): Promise<void> {
  const store = PermanentFile.open(path);
  await change(store);
  await store.close();
}

function rows(path: string, table: string): unknown[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const found = db.prepare(`SELECT * FROM ${table}`).all();
  db.close();
  return found.map((row) => ({ ...row }));
}

test('marks and epochs that came since are in the copy; what was posted and who may log in is as it was', async () => {
  await changed(live, async (store) => {
    await store.raiseMarks([{ place: 'groggs.gossip', low: 2, high: 9 }]);
    await store.addEpochs([{ number: 2, generation: 1, first: 0, base: 9 }]);
    await store.done({ messageId: '<lost@x>', epoch: 2, sequence: 1, references: '' });
    await store.putAccount({ name: 'new', passwordHash: '', userid: 'a', secret: Uint8Array.of(1), settings: '' });
  });
  expect(carryNumbering(live, backup)).toBe(true);
  expect(rows(backup, 'water_marks')).toEqual([{ place: 'groggs.gossip', low: 1, high: 9 }]);
  expect(rows(backup, 'epochs')).toEqual([EPOCH, { number: 2, generation: 1, first: 0, base: 9 }]);
  for (const table of ['own_posts', 'accounts']) expect(rows(backup, table)).toEqual([]);
});

test('a file that a crash left keeps its log: it can be put back', async () => {
  const store = PermanentFile.open(live);
  await store.raiseMarks([{ place: 'groggs.gossip', low: 1, high: 9 }]);
  const crashed = join(folder, 'crashed.sqlite');
  for (const suffix of ['', '-wal', '-shm']) copyFileSync(live + suffix, crashed + suffix);
  await store.close();
  const log = readFileSync(`${crashed}-wal`);
  expect(carryNumbering(crashed, backup)).toBe(true);
  expect(rows(backup, 'water_marks')).toMatchObject([{ high: 9 }]);
  expect(readFileSync(`${crashed}-wal`).equals(log)).toBe(true);
  await PermanentFile.open(crashed).close();
});

test('a mark of the copy that is higher stays', async () => {
  await changed(backup, (store) => store.raiseMarks([{ place: 'groggs.gossip', low: 1, high: 7 }]));
  expect(carryNumbering(live, backup)).toBe(true);
  expect(rows(backup, 'water_marks')).toEqual([{ place: 'groggs.gossip', low: 1, high: 7 }]);
});

test.each([
  ['is not there', () => rmSync(live)],
  ['is damaged', () => writeFileSync(live, 'x'.repeat(9000))],
  [
    'is that of another board',
    async () => {
      rmSync(live);
      await changed(live, (store) => store.newsgroupCreated('groggs.gossip', 2000));
    },
  ],
  [
    'lacks an epoch of the copy',
    async () => {
      await changed(backup, (store) => store.addEpochs([{ number: 2, generation: 1, first: 0, base: 9 }]));
    },
  ],
  [
    'is of a later version',
    () => {
      const db = new DatabaseSync(live);
      db.exec('PRAGMA user_version=1000');
      db.close();
    },
  ],
])('nothing is carried where the file that is replaced %s', async (_, make) => {
  await make();
  const before = rows(backup, 'water_marks');
  expect(carryNumbering(live, backup)).toBe(false);
  expect(rows(backup, 'water_marks')).toEqual(before);
});
