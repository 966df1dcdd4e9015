/** The boards of the configuration: opened, replaced at a reload, closed. */
import type { Bridge } from '../bridge/bridge.ts';
import type { Config } from '../config/config.ts';
import type { BoardStatus } from '../ops/status.ts';
import { eventLoop } from '../wire/fair-share.ts';
import type { ConfiguredBoard } from './board.ts';
import { RgtpBoard, type Surroundings } from './rgtp-board.ts';

export class Boards {
  readonly #bridge: Bridge;
  readonly #around: Surroundings;
  #boards: readonly ConfiguredBoard[] = [];

  /** @param around what all boards share */
  constructor(bridge: Bridge, around: Surroundings) {
    this.#bridge = bridge;
    this.#around = around;
  }

  get all(): readonly ConfiguredBoard[] {
    return this.#boards;
  }

  get newsgroups(): readonly string[] {
    return this.#boards.map(({ view }) => view.newsgroup);
  }

  status(): BoardStatus[] {
    return this.#boards.map((board) => board.status());
  }

  /** Serves the boards of a configuration. Opens all or none. @throws StoreError, Failure */
  async open(config: Config): Promise<void> {
    this.#serve(await this.#opened(config, []));
  }

  /**
   * Serves the boards of `next`; those that have not changed stay open. If one can't be opened, rejects, and the boards
   * of `config` are served as before.
   */
  async exchange(config: Config, next: Config): Promise<void> {
    const kept = this.#boards.filter((board) => next.boards.some((wanted) => board.is(wanted)));
    // Two mirrors can't share a file, so a changed board is closed before it is opened again.
    for (const board of this.#boards) {
      if (kept.includes(board)) continue;
      await eventLoop.next();
      await board.close();
    }
    try {
      this.#serve(await this.#opened(next, kept));
    } catch (error) {
      this.#serve(await this.#opened(config, kept));
      throw error;
    }
  }

  async close(): Promise<void> {
    const closed = await Promise.allSettled(this.#boards.map((board) => board.close()));
    const failed = closed.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #serve(boards: readonly ConfiguredBoard[]): void {
    this.#bridge.setBoards(boards);
    this.#boards = boards;
  }

  /** In the order of the configuration. */
  async #opened(config: Config, kept: readonly ConfiguredBoard[]): Promise<ConfiguredBoard[]> {
    const boards: ConfiguredBoard[] = [];
    try {
      for (const wanted of config.boards) {
        const known = kept.find((board) => board.is(wanted));
        // Opening one takes some milliseconds.
        if (known === undefined) await eventLoop.next();
        boards.push(known ?? (await RgtpBoard.open(config, wanted, this.#around)));
      }
      // Before the clock was set back, clients may have been told a later time: only what comes after that is new to
      // them.
      const told = await Promise.all(boards.map(({ view }) => view.dated?.() ?? 0));
      const now = Math.max(Math.floor(Date.now() / 1000), ...told);
      for (const board of boards) await board.offer(now);
      return boards;
    } catch (error) {
      for (const board of boards) if (!kept.includes(board)) await board.close();
      throw error;
    }
  }
}
