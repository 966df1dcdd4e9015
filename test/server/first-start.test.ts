/** A power cut at any moment of the first start: the next one completes it, and the editor's secret is not lost. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { openEmbeddedBoard } from '../../src/server/embedded-board.ts';
import { Service } from '../../src/server/service.ts';
import { silent } from '../../src/wire/log.ts';
import { octets } from '../../src/wire/octets.ts';
import { cutOften } from '../support/power-cut/cuts.ts';
import { canRecord, Recording } from '../support/power-cut/trace.ts';

vi.setConfig({ testTimeout: 600_000 });

/** Every moment is equally likely. */
const anywhere = () => false;
const PROCESS = fileURLToPath(new URL('first-start-process.ts', import.meta.url));

describe.skipIf(!canRecord)('a power cut at any moment of the first start', () => {
  let recording: Recording;
  beforeAll(async () => {
    recording = new Recording();
    mkdirSync(recording.folder);
    const child = fork(PROCESS, [recording.folder], { env: recording.env });
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  afterAll(() => recording.remove());

  const configOf = (folder: string) =>
    loadConfig({
      environment: {
        RGTP_NNTP_DATA: folder,
        RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
        RGTP_NNTP_EMBEDDED_LISTEN: 'off',
        RGTP_NNTP_HTTP_LISTEN: 'off',
      },
    });

  test('the next start has a whole board, and an editor whose secret is known', async () => {
    let starts = 0;
    await cutOften(
      recording,
      async ({ folder, notes, what }) => {
        const { server, made } = await openEmbeddedBoard(configOf(folder), silent);
        const { store } = server;
        const [editor] = store.users.levels(octets`editor`);
        const secret = editor?.secret?.toString('hex').toUpperCase();
        const seen = notes.some((note) => JSON.stringify(note) === '{"seen":true}');
        // Shown until a start has shown it; kept in its file all the same.
        if (!seen) expect(made?.secret ?? secret, what).toBe(secret);
        const shown = notes.find((note) => JSON.stringify(note).startsWith('{"secret"'));
        if (shown !== undefined) expect(JSON.stringify(shown), what).toBe(JSON.stringify({ secret }));
        else expect(made, what).toBeDefined();
        expect(readFileSync(join(folder, 'gossip.editor.secret'), 'utf8').trim(), what).toBe(secret);
        expect(store.state.motd, what).toBeDefined();
        expect([...store.items.all()], what).toHaveLength(1);
        expect(store.state.nextSequence, what).toBe(3);
        starts++;
        await server.close();
      },
      anywhere,
    );
    expect(starts).toBeGreaterThan(0);
  });

  test('so has the bridge', async () => {
    let cuts = 0;
    await cutOften(
      recording,
      async ({ folder, what }) => {
        if (cuts++ % 3 > 0) return;
        const service = await Service.start(configOf(folder), { ...silent, setLevel() {} }).catch((cause: unknown) => {
          throw new Error(what, { cause });
        });
        expect(service.parts.boards.status(), what).toMatchObject([{ ready: true, articles: 2 }]);
        await service.close();
      },
      anywhere,
    );
  });
});
