import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { StoreError } from '../errors.ts';
import type { Intent } from '../permanent-records.ts';
import type { Ownership } from '../shared.ts';
import { keepRow, lookAtRows } from './bridge-row.ts';
import { storeErrorFromPostgres } from './errors.ts';
import { type Joining, joinBridges } from './joining.ts';
import { Lease } from './lease.ts';
import type { Postgres, Query } from './postgres.ts';
import { Takeover } from './takeover.ts';
import { Turns } from './turns.ts';

/** The channel for hints. */
export const CHANNEL = 'rgtp_nntp';

/** All in ms. */
export interface Pace {
  /** between checks of the others, each of which also proves that this bridge still has its locks */
  readonly look: number;
  /** a bridge without such a proof for this long sends nothing that commits */
  readonly lease: number;
  /** between attempts to join */
  readonly again: number;
  /** how long a bridge taken for dead may still send something; at least `lease` */
  readonly patience: number;
}

const PACE: Pace = { look: 1000, lease: 3000, again: 1000, patience: 3000 };

export interface MembershipOptions extends Pick<Joining, 'alone' | 'identity' | 'onWaiting'> {
  /**
   * While this bridge was cut off, the board's data was copied elsewhere, or another process had it to itself: this one
   * must not go on.
   */
  readonly onLost: (error: StoreError) => void;
  readonly pace?: Partial<Pace>;
}

/**
 * This process as one of the bridges of a board. It has a name, a row with that name in `bridges`, and an advisory lock
 * on it, held by a separate connection: PostgreSQL frees the lock when the process, its machine or its network dies,
 * without comparing clocks (as a heartbeat would). A bridge that can take another's lock may take that one for dead: it
 * removes the row, and takes over the intents left behind.
 *
 * A bridge that was merely cut off finds its row gone, and can't commit any transaction (`requireMember`). It takes a
 * new name, and keeps those of its intents that nobody else has taken over. Nor may it send anything to the board:
 * `ownership` sees to that, and whoever takes over waits longer than a lease is valid.
 */
export class Membership {
  readonly #postgres: Postgres;
  readonly #board: string;
  readonly #options: MembershipOptions;
  readonly #pace: Pace;
  readonly #takeover: Takeover;
  #client: Client | undefined;
  #id = '';
  #leads = false;
  #isRead = false;
  #bridges = 0;
  #version = 0n;
  #state = { isRead: false, reachesBoard: true };
  readonly #lease: Lease;
  #looking: Promise<void> | undefined;
  #closed = false;
  readonly #ended = new AbortController();
  readonly #turns: Turns;
  readonly #onHint: ((about: 'rows' | 'posts') => void)[] = [];
  #onRejoined: (messageIds: ReadonlySet<string>) => void = () => {};

  /** Resolves once this process is one of the bridges. @throws StoreError */
  static async join(postgres: Postgres, board: string, options: MembershipOptions): Promise<Membership> {
    const member = new Membership(postgres, board, options);
    try {
      await member.#join();
    } catch (error) {
      await member.close();
      throw storeErrorFromPostgres(error, postgres.name);
    }
    void member.#goOn();
    return member;
  }

  private constructor(postgres: Postgres, board: string, options: MembershipOptions) {
    this.#postgres = postgres;
    this.#board = board;
    this.#options = options;
    this.#takeover = new Takeover(postgres, board, this);
    this.#pace = { ...PACE, ...options.pace };
    this.#lease = new Lease(this.#pace.lease);
    this.#turns = new Turns((peer) => `rgtp-nntp feeds ${board} ${peer}`, 3 * this.#pace.look);
  }

  /** Its current name. */
  get id(): string {
    return this.#id;
  }

  /** Why nothing can be written now. */
  get trouble(): StoreError | undefined {
    return this.#client === undefined ? this.#cutOff() : undefined;
  }

  get leads(): boolean {
    return this.#leads || this.#client === undefined;
  }

  get isRead(): boolean {
    return this.#isRead || this.#state.isRead;
  }

  get bridges(): number {
    return this.#client === undefined ? 0 : this.#bridges;
  }

  get patience(): number {
    return this.#pace.patience;
  }

  /** See `Shared`. A bridge that is whose lease has run out does not feed: another may have begun. */
  turn(peer: string): number | 'elsewhere' | undefined {
    const turn = this.#turns.turn(peer);
    return this.#lease.isValid ? turn : undefined;
  }

  pass(peer: string): void {
    this.#turns.pass(peer);
  }

  report(state: { readonly isRead: boolean; readonly reachesBoard: boolean }): void {
    this.#state = state;
  }

  onHint(listener: (about: 'rows' | 'posts') => void): void {
    this.#onHint.push(listener);
  }

  onRejoined(listener: (messageIds: ReadonlySet<string>) => void): void {
    this.#onRejoined = listener;
  }

  onTaken(listener: (intents: readonly Intent[]) => void): void {
    this.#takeover.onTaken(listener);
  }

  /** See `Shared`. */
  ownership(): Ownership {
    return this.#lease.ownership(
      () => this.#look(),
      () => this.#cutOff(),
    );
  }

  /**
   * To be called within a transaction that writes: until it ends, nobody can take this bridge for dead. Returns its
   * name.
   * @throws StoreError
   */
  async requireMember(query: Query): Promise<string> {
    const id = this.#id;
    if (!(await keepRow(query, this.#board, id))) throw this.#cutOff();
    return id;
  }

  /** This bridge has made a change and told the others, so it need not look for it itself. */
  made(version: bigint): void {
    if (version === this.#version + 1n) this.#version = version;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#ended.abort(this.#cutOff());
    await this.#client?.end().catch(() => {});
  }

  async #join(): Promise<void> {
    const before = this.#id;
    const { look, lease, again } = this.#pace;
    const silences = { answer: 2 * lease, silence: look + lease };
    const { client, id, kept, wasThere, isMoved } = await joinBridges(this.#postgres, this.#board, before, {
      ...this.#options,
      ...{ silences, again, ended: this.#ended.signal },
    });
    try {
      if (before !== '' && (isMoved || (this.#options.alone === true && !wasThere))) {
        const what = isMoved ? 'the board was copied from here to files' : 'another rgtp-nntp has taken over';
        this.#options.onLost(new StoreError('locked', this.#postgres.name, `${what}: ${this.#board}`));
        throw this.#cutOff();
      }
      const now = performance.now();
      if (this.#closed) throw this.#cutOff();
      if (!wasThere) this.#lease.replaced();
      this.#id = id;
      this.#client = client;
      this.#lease.confirmed(now);
      this.#version = -1n;
      if (before !== '') this.#onRejoined(new Set(kept));
      client.once('end', () => this.#lose(client));
      client.on('notification', ({ payload = '' }) => this.#heard(payload));
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      this.#lose(client);
      void client.end().catch(() => {});
      throw error;
    }
  }

  /** Checks the others until closed; joins again if the connection is lost. */
  async #goOn(): Promise<void> {
    for (let failures = 0; !this.#closed; ) {
      try {
        if (this.#client === undefined) await this.#join();
        await this.#look();
        failures = 0;
      } catch {
        failures++;
      }
      const { look, again } = this.#pace;
      const backOff = Math.min(5 * again, (again / 5) * 2 ** failures) * (0.5 + Math.random() / 2);
      await this.#pause(failures === 0 ? look : backOff);
    }
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const client = this.#client;
    if (client === undefined) throw this.#cutOff();
    const began = performance.now();
    try {
      const seen = await lookAtRows(client, this.#board, this.#id, this.#state.isRead);
      if (seen?.isHere !== true) throw this.#cutOff();
      if (this.#client !== client) throw this.#cutOff();
      this.#lease.confirmed(began);
      this.#bridges = seen.bridges;
      const led = this.#leads;
      await this.#lead(client);
      await this.#turns.look(client);
      // A bridge that has become the leader, or for which somebody reads now, polls at once.
      const isDue = this.#leads && (!led || (seen.isRead && !this.#isRead));
      this.#isRead = seen.isRead;
      const { version } = seen;
      const isNews = version > this.#version || this.#version < 0n;
      if (isNews) {
        this.#version = version;
        this.#hint('posts');
      }
      if (isNews || isDue) this.#hint('rows');
    } catch (error) {
      this.#lose(client);
      void client.end().catch(() => {});
      throw error;
    }
    this.#takeover.look();
  }

  /** Decides who leads: one of the bridges that reach the board polls it for all. */
  async #lead(client: Client): Promise<void> {
    const wants = this.#state.reachesBoard;
    if (wants === this.#leads) return;
    const verb = wants ? 'pg_try_advisory_lock' : 'pg_advisory_unlock';
    const sql = `SELECT ${verb}(hashtextextended($1, 0)) AS done`;
    const { rows } = await client.query<{ done: boolean }>(sql, [`rgtp-nntp leads ${this.#board}`]);
    this.#leads = wants && rows[0]?.done === true;
  }

  #heard(payload: string): void {
    const [about, id, ...board] = payload.split(' ');
    if (board.join(' ') !== this.#board || id === this.#id) return;
    if (about === 'rows' || about === 'posts') this.#hint(about);
  }

  #hint(about: 'rows' | 'posts'): void {
    for (const listener of this.#onHint) listener(about);
  }

  #lose(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#leads = false;
    this.#turns.lost();
    this.#lease.lost();
    // From now on this bridge polls for itself.
    if (!this.#closed) this.#hint('rows');
  }

  #cutOff(): StoreError {
    return new StoreError('away', this.#postgres.name, `this bridge of ${this.#board} was cut off from it`);
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { ref: false, signal: this.#ended.signal }).catch(() => {});
  }
}
