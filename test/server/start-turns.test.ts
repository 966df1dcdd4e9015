/** A start takes turns with everything else in the process: by the order of what happens, not by the clock. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { pathsOf } from '../../src/config/paths.ts';
import { embeddedBoardOf } from '../../src/server/embedded-board.ts';
import { Service } from '../../src/server/service.ts';
import { eventLoop } from '../../src/wire/fair-share.ts';
import { silent } from '../../src/wire/log.ts';

const LISTENING = 'tracing:net.server.listen:asyncEnd';

test('many boards are opened, and closed at a reload, each in a turn of its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'start-turns-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const configOf = (name: string) =>
    loadConfig({
      environment: {
        RGTP_NNTP_DATA: folder,
        RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
        RGTP_NNTP_HTTP_LISTEN: 'off',
        ...Object.fromEntries(
          [0, 1, 2, 3, 4].flatMap((n) => [
            [`RGTP_NNTP_BOARDS_${n}_NEWSGROUP`, `groggs.${name}${n}`],
            [`RGTP_NNTP_BOARDS_${n}_RGTP`, 'rgtp://127.0.0.1:1'],
          ]),
        ),
      },
    });
  const open = (name: string) =>
    configOf(name).boards.filter((board) => existsSync(`${pathsOf(configOf(name), board).cache}-wal`)).length;
  /** What somebody sees who takes every other turn. */
  const during = async <T>(work: Promise<T>, look: () => number): Promise<{ result: T; seen: number[] }> => {
    let over = false;
    const ended = work.finally(() => {
      over = true;
    });
    const seen = new Set<number>();
    while (!over) {
      await eventLoop.next();
      seen.add(look());
    }
    return { result: await ended, seen: [...seen] };
  };
  const log = { ...silent, setLevel() {}, lost: 0 };
  const { result: service, seen } = await during(Service.start(configOf('old'), log), () => open('old'));
  onTestFinished(() => service.close());
  expect(seen).toEqual(expect.arrayContaining([1, 2, 3, 4]));
  const reload = service.reload(configOf('new'));
  const changed = await during(reload, () => 5 - open('old') + open('new'));
  expect(changed.seen).toEqual(expect.arrayContaining([1, 2, 3, 4, 5, 6, 7, 8, 9]));
});

test('the board is opened in a turn of its own, and who comes then is greeted before the rest is opened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'start-turns-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const environment = {
    RGTP_NNTP_DATA: folder,
    RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
    RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0',
    RGTP_NNTP_HTTP_LISTEN: 'off',
  };
  const config = loadConfig({ environment });
  const log = { ...silent, setLevel() {}, lost: 0 };
  // A new board has more to wait for than turns.
  await (await Service.start(config, log)).close();
  const paths = pathsOf(config, embeddedBoardOf(config));
  // There while a database is open.
  const isOpen = (path: string) => existsSync(`${path}-wal`);
  const seen: Record<string, boolean> = {};
  const onListening = () => {
    unsubscribe(LISTENING, onListening);
    seen['board, once it listens'] = isOpen(paths.board);
    void eventLoop.next().then(() => {
      seen['the rest, a turn later'] = isOpen(paths.permanent);
    });
  };
  subscribe(LISTENING, onListening);
  void eventLoop.next().then(() => {
    seen['board, a turn after the start'] = isOpen(paths.board);
  });
  const service = await Service.start(config, log);
  onTestFinished(() => service.close());
  expect(seen).toEqual({
    'board, a turn after the start': false,
    'board, once it listens': true,
    'the rest, a turn later': false,
  });
});
