/** One board and its mirror, without newsgroups or logins: for `sync`. */
import { BoardServer } from '../board/server.ts';
import { Mirror } from '../bridge/mirror/mirror.ts';
import type { BoardConfig, Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import { RgtpPool } from '../rgtp/client/pool.ts';
import { Cache } from '../store/cache.ts';
import type { Log } from '../wire/log.ts';
import { boardClient } from './board-client.ts';
import { refuseLostFiles } from './lost-files.ts';
import { ownAccount } from './own-account.ts';
import { openAlone, openPostgres } from './permanent-store.ts';

export class Following {
  readonly mirror: Mirror;
  readonly #end: () => Promise<void>;

  /** Opens the files. An embedded board does not listen, because it may be running elsewhere. */
  static async open(config: Config, board: BoardConfig, log: Log): Promise<Following> {
    const paths = pathsOf(config, board);
    refuseLostFiles(config, board);
    const embedded =
      board.rgtp === 'embedded'
        ? await BoardServer.open({ path: paths.board, keyFile: paths.boardKey, listen: undefined, empty: true })
        : undefined;
    const reached = embedded && { server: embedded, account: await ownAccount(embedded.store) };
    const pool = new RgtpPool({ ...boardClient(board, log, reached), size: 1 });
    const postgres = await openPostgres(config);
    const { permanent, close } = await openAlone(config, board, postgres);
    const mirror = await Mirror.open({
      newsgroup: board.newsgroup,
      pool,
      cache: Cache.open(paths.cache, { maxTextOctets: board.cache.disk }),
      permanent,
      log: log.child({ board: board.name }),
      depth: board.depth,
    });
    return new Following(mirror, async () => {
      await mirror.close();
      await pool.close();
      await close();
      await postgres?.close();
      await embedded?.close();
    });
  }

  private constructor(mirror: Mirror, end: () => Promise<void>) {
    this.mirror = mirror;
    this.#end = end;
  }

  close(): Promise<void> {
    return this.#end();
  }
}
