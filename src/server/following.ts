/** One board and its mirror, without newsgroups or logins: for `sync`. */
import { BoardServer } from '../board/server.ts';
import { Mirror } from '../bridge/mirror/mirror.ts';
import type { BoardConfig, Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import { RgtpPool } from '../rgtp/client/pool.ts';
import type { Log } from '../wire/log.ts';
import { openCache } from './board-cache.ts';
import { boardClient } from './board-client.ts';
import { refuseLostFiles } from './lost-files.ts';
import { ownAccount } from './own-account.ts';
import { openAlone, openPostgres } from './permanent-store.ts';
import { Undo } from './undo.ts';

export class Following {
  readonly mirror: Mirror;
  readonly #undo: Undo;

  /** Opens the files. An embedded board does not listen, because it may be running elsewhere. */
  static async open(config: Config, board: BoardConfig, log: Log): Promise<Following> {
    refuseLostFiles(config, board);
    const undo = new Undo(log);
    try {
      return new Following(await openMirror(config, board, log, undo), undo);
    } catch (error) {
      // A board that is not closed looks as if it had lost its log.
      await undo.run();
      throw error;
    }
  }

  private constructor(mirror: Mirror, undo: Undo) {
    this.mirror = mirror;
    this.#undo = undo;
  }

  close(): Promise<void> {
    return this.#undo.run();
  }
}

async function openMirror(config: Config, board: BoardConfig, log: Log, undo: Undo): Promise<Mirror> {
  const paths = pathsOf(config, board);
  const embedded =
    board.rgtp === 'embedded'
      ? await BoardServer.open({ path: paths.board, keyFile: paths.boardKey, listen: undefined, empty: true })
      : undefined;
  undo.add(() => embedded?.close());
  const postgres = await openPostgres(config);
  undo.add(() => postgres?.close());
  const { permanent, close } = await openAlone(config, board, postgres);
  undo.add(close);
  const reached = embedded && { server: embedded, account: await ownAccount(embedded.store) };
  const pool = new RgtpPool({ ...boardClient(board, log, reached), size: 1 });
  undo.add(() => pool.close());
  const cache = await openCache(paths.cache, board, permanent, log);
  const { newsgroup, depth } = board;
  const mirror = await Mirror.open({
    ...{ newsgroup, pool, cache, permanent, depth },
    log: log.child({ board: board.name }),
  });
  undo.add(() => mirror.close());
  return mirror;
}
