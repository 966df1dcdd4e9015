import type { Log } from '../../wire/log.ts';
import { answered } from './denial.ts';

/** What a remote board allows guests. Survives a restart, when the board may be away. */
export interface GuestOfBoard {
  /** Asks for the level that the board gives a guest now. */
  ask(): Promise<number>;
  /** the level that it last gave, 0: none; `undefined`: it has never been asked */
  readonly said: number | undefined;
  /** Stores the level for the next start. */
  keep(level: number): Promise<void>;
}

/** Asks a remote board what guests may do, and remembers its answer over restarts. */
export class RemoteGuest {
  readonly #guest: GuestOfBoard;
  readonly #board: string;
  readonly #log: Log;
  /** the level stored for the next start */
  #kept: number | undefined;

  /** @param board its name, for the log */
  constructor(guest: GuestOfBoard, board: string, log: Log) {
    this.#guest = guest;
    this.#board = board;
    this.#log = log;
    this.#kept = guest.said;
  }

  /** The answer is not used before it is stored, so that the next start knows what guests were told. */
  async ask(): Promise<number> {
    const level = (await answered(this.#guest.ask())) ?? 0;
    if (level === this.#kept) return level;
    try {
      await this.#guest.keep(level);
      this.#kept = level;
    } catch (error) {
      // It is valid all the same, and will be stored when the board is next asked.
      this.#log.error({ board: this.#board, err: error }, 'what guests may do on the board could not be stored');
    }
    return level;
  }
}
