import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BoardStore } from '../../src/board/store.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { cutOften } from '../support/power-cut/cuts.ts';
import { canRecord, Recording } from '../support/power-cut/trace.ts';
import { type Acknowledged, Crowd, checkAcknowledged, checkSound } from './crowd.ts';

const PROCESS = fileURLToPath(new URL('power-cut-process.ts', import.meta.url));
const FILE = 'gossip.board.sqlite';
const POSTS = 250;

type Noted = { readonly user: string } | { readonly acknowledged: Acknowledged };

describe.skipIf(!canRecord)('a power cut at any moment', () => {
  let recording: Recording;
  beforeAll(async () => {
    recording = new Recording();
    mkdirSync(recording.folder);
    const child = fork(PROCESS, [join(recording.folder, FILE)], { env: recording.env });
    const [port] = await once(child, 'message');
    const crowd = new Crowd(Number(port), (acknowledged) => recording.note({ acknowledged }));
    const enough = () => crowd.acknowledged.length >= POSTS;
    const posters = Array.from({ length: 6 }, () => crowd.poster('writer', enough));
    await Promise.all([...posters, crowd.editor('boss', enough)]);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  afterAll(() => recording.remove());

  /** Cuts where `stake` chooses, and looks at every board that is left. */
  async function boardsLeft(stake: (note: Noted) => boolean, look: (left: Left) => void): Promise<void> {
    await cutOften(
      recording,
      ({ folder, notes, what }) => {
        const store = BoardStore.open(join(folder, FILE));
        look({ store, notes: notes.filter(isNoted), what });
        store.close();
      },
      (note) => isNoted(note) && stake(note),
    );
  }

  test('the board opens, is sound, and has everything that was acknowledged', async () => {
    const kinds = new Set<string>();
    await boardsLeft(
      (note) => 'acknowledged' in note,
      ({ store, notes, what }) => {
        const acknowledged = notes.flatMap((note) => ('acknowledged' in note ? [note.acknowledged] : []));
        for (const one of acknowledged) kinds.add(one.what);
        checkSound(store, what);
        checkAcknowledged(store, acknowledged, what);
      },
    );
    expect(kinds).toEqual(new Set(['item', 'reply', 'continuation', 'edit']));
  });

  test('accounts are there, and their secrets open', async () => {
    await boardsLeft(
      (note) => 'user' in note,
      ({ store, notes, what }) => {
        for (const note of notes) {
          if ('user' in note) expect(store.users.levels(latin1(note.user)), what).toHaveLength(1);
        }
      },
    );
  });
});

interface Left {
  readonly store: BoardStore;
  readonly notes: readonly Noted[];
  readonly what: string;
}

/** `note` was given nothing else. */
function isNoted(note: unknown): note is Noted {
  return typeof note === 'object' && note !== null && ('user' in note || 'acknowledged' in note);
}
