import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PermanentFile } from '../../src/store/permanent-file.ts';
import { cutOften } from '../support/power-cut/cuts.ts';
import { canRecord, Recording } from '../support/power-cut/trace.ts';
import type { Noted } from './power-cut-process.ts';

const PROCESS = fileURLToPath(new URL('power-cut-process.ts', import.meta.url));
const FILE = 'gossip.permanent.sqlite';

describe.skipIf(!canRecord).each([
  ['a file', false],
  // SQLite keeps the log beside the file, not beside the link.
  ['a symbolic link to one', true],
])('a power cut at any moment, where the name is that of %s', (_, isLink) => {
  let recording: Recording;
  let links: string;
  beforeAll(() => {
    recording = new Recording();
    mkdirSync(recording.folder);
    links = mkdtempSync(join(tmpdir(), 'power-cut-links-'));
    const file = join(recording.folder, FILE);
    const path = isLink ? join(links, FILE) : file;
    if (isLink) symlinkSync(file, path);
    const run = spawnSync(process.execPath, [PROCESS, path], { env: recording.env, encoding: 'utf8' });
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
  });
  afterAll(() => {
    recording.remove();
    rmSync(links, { recursive: true });
  });

  test.each([
    ['of what was acknowledged', () => true],
    ['of what was still waiting when the file was closed', (id: string) => id.startsWith('<last.')],
  ] as const)(
    'the permanent file opens, is sound, and lacks nothing %s',
    async (_, chosen) => {
      let fullest = 0;
      await cutOften(
        recording,
        async ({ folder, notes, what }) => {
          const path = join(folder, FILE);
          const store = PermanentFile.open(path);
          expect(integrity(path), what).toEqual(['ok']);
          await check(store, notes.filter(isNoted), what);
          fullest = Math.max(fullest, (await store.ownPosts()).length);
          await store.close();
        },
        (note) => isNoted(note) && chosen('id' in note ? note.id : ''),
      );
      // The recording was long enough for something to be at stake.
      expect(fullest).toBeGreaterThan(100);
    },
    120_000,
  );

  test.skipIf(isLink)('each sync of the log is waited for by those alone who wrote before it began', async () => {
    let most = 0;
    await cutOften(
      recording,
      ({ folder, notes, what }) => {
        const synced = notes.filter(isNoted).flatMap((noted) => (noted.what === 'synced' ? [noted.line] : []));
        if (synced.length === 0) return;
        const last = Math.max(...synced);
        const lines = readFileSync(join(folder, `${FILE}.lines-wal`), 'latin1').split('\n');
        expect(lines.slice(0, last + 1), what).toEqual(Array.from({ length: last + 1 }, (_, line) => String(line)));
        most = Math.max(most, synced.length);
      },
      (note) => isNoted(note) && note.what === 'synced',
    );
    expect(most).toBeGreaterThan(1);
  });

  test.skipIf(isLink)('closing a log syncs what waits', async () => {
    let most = 0;
    await cutOften(
      recording,
      ({ folder, notes, what }) => {
        const closed = notes.filter(isNoted).flatMap((noted) => (noted.what === 'closed' ? [noted.log] : []));
        for (const log of closed)
          expect(readFileSync(join(folder, `${log}-wal`), 'latin1'), what).toBe('first\nsecond\n');
        most = Math.max(most, closed.length);
      },
      (note) => isNoted(note) && note.what === 'closed',
    );
    expect(most).toBeGreaterThan(1);
  });
});

/** `note` was given nothing else. */
function isNoted(note: unknown): note is Noted {
  return typeof note === 'object' && note !== null && 'what' in note;
}

function integrity(path: string): string[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const found = db.prepare('PRAGMA integrity_check').all();
  db.close();
  return found.map((row) => String(row['integrity_check']));
}

async function check(store: PermanentFile, notes: readonly Noted[], what: string): Promise<void> {
  const intents = new Map((await store.intents()).map(({ messageId, details }) => [messageId, details]));
  const posts = new Set((await store.ownPosts()).map(({ messageId }) => messageId));
  const accounts = new Set((await store.accounts()).map(({ name }) => name));
  const epochs = await store.epochs();
  const high = (await store.published()).marks[0]?.high;
  const detailsOf = new Map<string, string>();
  for (const noted of notes) {
    if (noted.what === 'intended' || noted.what === 'revised') detailsOf.set(noted.id, noted.details);
    else if (noted.what === 'forgetting') detailsOf.delete(noted.id);
    else if (noted.what === 'mark') expect(high, what).toBeGreaterThanOrEqual(noted.high);
    else if (noted.what === 'epochs') expect(epochs.length, what).toBeGreaterThanOrEqual(noted.count);
    else if (noted.what === 'newsgroup') {
      expect(await store.newsgroupCreated(noted.name, 1), what).toBe(noted.created);
    }
  }
  for (const [id, details] of detailsOf) {
    // `done` may be undone by a power cut; the intent is back then, and with it the question to the board.
    if (posts.has(id)) continue;
    expect([id, intents.get(id)], what).toEqual([id, expect.any(String)]);
    if (details === 'revised') expect([id, intents.get(id)], what).toEqual([id, 'revised']);
  }
  for (const id of posts) expect(intents.has(id), `${what}: ${id} is done and intended`).toBe(false);
  const lastWord = new Map(notes.flatMap((noted) => ('name' in noted ? [[noted.name, noted.what]] : [])));
  for (const [name, word] of lastWord) {
    if (word === 'account') expect(accounts, what).toContain(name);
    if (word === 'no account') expect(accounts, what).not.toContain(name);
  }
}
