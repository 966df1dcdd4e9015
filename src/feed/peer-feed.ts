import { setTimeout as delay } from 'node:timers/promises';
import { boundedLog } from '../wire/bounded-log.ts';
import type { Log } from '../wire/log.ts';
import { NewsgroupFeed, type Tally } from './newsgroup-feed.ts';
import { type PeerAddress, PeerConnection, PeerError } from './peer-connection.ts';
import type { FedNewsgroup, Offer, Source } from './source.ts';

export interface PeerFeedOptions {
  /** names it in logs, on the status page, and in the store */
  readonly name: string;
  readonly address: PeerAddress;
  /** the peer in Path */
  readonly path: string;
  readonly wants: (newsgroup: FedNewsgroup) => boolean;
  readonly wantsOffer: (offer: Offer) => boolean;
  readonly from: 'now' | 'the beginning';
  readonly connections: number;
  readonly source: Source;
  readonly log: Log;
  /** ms, monotonic */
  readonly clock?: () => number;
  /** 0 … 1 */
  readonly random?: () => number;
  /** ms between checks for something to do */
  readonly look?: number;
  /** ms before the next attempt after the first failure, and at most */
  readonly pause?: { readonly first: number; readonly most: number };
  /** ms that an answer may take */
  readonly patience?: number;
  /** ms for outstanding answers when the feed ends */
  readonly grace?: number;
}

export interface PeerStatus extends Readonly<Tally> {
  readonly name: string;
  /**
   * `away`: the peer could not be reached, or ended the connection, and will be tried again. `elsewhere`: another of
   * several servers sends to it
   */
  readonly state: 'waiting' | 'sending' | 'away' | 'elsewhere';
  /** how many articles wait for it, at most */
  readonly backlog: number;
  readonly lastError: { readonly message: string; readonly at: number } | undefined;
}

/** A newsgroup being sent to a peer. */
interface Strand {
  feed: NewsgroupFeed;
  /** the turn in which it was last sent from here */
  turn: number | undefined;
  /** another server was sending it when last asked */
  isElsewhere: boolean;
  busy: boolean;
  readonly pause: Pause;
}

const LOOK = 250;
const PAUSE = { first: 1_000, most: 300_000 };
const PATIENCE = 60_000;
/** ms that a connection without work is kept */
const IDLE = 60_000;
const GRACE = 250;

type PauseOptions = Required<Pick<PeerFeedOptions, 'clock' | 'random' | 'pause'>>;

/** Grows with every failure, with jitter, so that what failed together is not retried together. */
class Pause {
  readonly #options: PauseOptions;
  #length = 0;
  #until = -Infinity;

  constructor(options: PauseOptions) {
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#options.clock() >= this.#until;
  }

  failed(): void {
    // Failures at the same time, over other connections, count once.
    if (!this.isOver) return;
    const { clock, random, pause } = this.#options;
    this.#length = Math.min(Math.max(pause.first, this.#length * 2), pause.most);
    this.#until = clock() + this.#length * (0.5 + random() / 2);
  }

  worked(): void {
    this.#length = 0;
    this.#until = -Infinity;
  }
}

/** Sends newsgroups to one peer: each newsgroup over one connection at a time, so that its articles stay in order. */
export class PeerFeed {
  readonly #options: Required<PeerFeedOptions>;
  readonly #tally: Tally = { offered: 0, accepted: 0, refused: 0, deferred: 0 };
  readonly #strands = new Map<string, Strand>();
  readonly #pause: Pause;
  readonly #watch: NodeJS.Timeout;
  readonly #work: Promise<unknown>;
  /** nothing more is sent; nothing is waited for */
  readonly #ending = new AbortController();
  readonly #ended = new AbortController();
  #awake = Promise.withResolvers<void>();
  #away = false;
  #lastError: PeerStatus['lastError'];

  constructor(options: PeerFeedOptions) {
    const defaults = {
      clock: () => performance.now(),
      random: Math.random,
      look: LOOK,
      pause: PAUSE,
      patience: PATIENCE,
      grace: GRACE,
    };
    // A peer refuses as many articles as it likes.
    this.#options = { ...defaults, ...options, log: boundedLog(options.log) };
    this.#pause = new Pause(this.#options);
    this.#watch = setInterval(() => this.#wake(), this.#options.look).unref();
    this.#work = Promise.all(Array.from({ length: options.connections }, () => this.#send()));
  }

  get status(): PeerStatus {
    const wanted = this.#wanted();
    const ours = wanted.filter((fed) => !this.#strandOf(fed).isElsewhere);
    const backlog = ours.reduce((sum, fed) => sum + this.#strandOf(fed).feed.backlog(fed), 0);
    const isElsewhere = wanted.length > 0 && ours.length === 0;
    const isSending = ours.some((fed) => this.#strandOf(fed).busy);
    const state = this.#away ? 'away' : isElsewhere ? 'elsewhere' : isSending ? 'sending' : 'waiting';
    return { name: this.#options.name, state, backlog, ...this.#tally, lastError: this.#lastError };
  }

  /** Waits briefly for answers to what was sent. What is not answered by then is offered again at the next start. */
  async close(): Promise<void> {
    clearInterval(this.#watch);
    this.#ending.abort();
    this.#wake();
    const done = new AbortController();
    const late = delay(this.#options.grace, undefined, { signal: done.signal }).catch(() => {});
    await Promise.race([this.#work, late]);
    done.abort();
    this.#ended.abort();
    await this.#work;
    const { name, source } = this.#options;
    for (const fed of source.newsgroups()) if (this.#strands.has(fed.name)) fed.pass(name);
  }

  #wake(): void {
    this.#awake.resolve();
    this.#awake = Promise.withResolvers();
  }

  #wanted(): readonly FedNewsgroup[] {
    return this.#options.source.newsgroups().filter(this.#options.wants);
  }

  #strandOf({ name }: FedNewsgroup): Strand {
    let strand = this.#strands.get(name);
    if (strand === undefined) {
      strand = {
        feed: this.#newFeed(),
        turn: undefined,
        isElsewhere: false,
        busy: false,
        pause: new Pause(this.#options),
      };
      this.#strands.set(name, strand);
    }
    return strand;
  }

  #newFeed(): NewsgroupFeed {
    const { name: peer, path, from, wantsOffer, log } = this.#options;
    const signals = { ending: this.#ending.signal, ended: this.#ended.signal };
    return new NewsgroupFeed({ peer, path, from, wantsOffer, log, tally: this.#tally, ...signals });
  }

  /** One connection's work. */
  async #send(): Promise<void> {
    let connection: PeerConnection | undefined;
    let idleSince = this.#options.clock();
    while (!this.#ending.signal.aborted) {
      const next = this.#pause.isOver ? await this.#next() : undefined;
      if (next === undefined) {
        if (this.#options.clock() - idleSince >= IDLE) connection = connection?.close();
        if (this.#ending.signal.aborted) break;
        await this.#awake.promise;
        continue;
      }
      connection = await this.#advance(next.fed, next.strand, connection);
      idleSince = this.#options.clock();
    }
    connection?.close();
  }

  /** A newsgroup with articles to send, reserved for the caller. */
  async #next(): Promise<{ readonly fed: FedNewsgroup; readonly strand: Strand } | undefined> {
    for (const fed of this.#wanted()) {
      const strand = this.#strandOf(fed);
      if (strand.busy || !strand.pause.isOver) continue;
      strand.busy = true;
      try {
        if (await this.#isOurs(fed, strand)) {
          await strand.feed.begin(fed);
          if (strand.feed.backlog(fed) > 0) return { fed, strand };
        }
      } catch (error) {
        this.#options.log.error(
          { peer: this.#options.name, err: error },
          'how far a peer has got can’t be read or stored now',
        );
        strand.pause.failed();
      }
      strand.busy = false;
    }
    return undefined;
  }

  async #isOurs(fed: FedNewsgroup, strand: Strand): Promise<boolean> {
    const turn = await fed.turn(this.#options.name);
    // Only the stored place knows what another server has sent in the meantime, and what came in late there.
    if (typeof turn === 'number' && turn !== strand.turn) {
      strand.feed = this.#newFeed();
      strand.turn = turn;
    }
    if (turn !== undefined) strand.isElsewhere = turn === 'elsewhere';
    // Whether this server can reach the peer does not matter while another one sends.
    if ([...this.#strands.values()].every(({ isElsewhere }) => isElsewhere)) {
      this.#away = false;
      this.#pause.worked();
    }
    return typeof turn === 'number';
  }

  async #advance(fed: FedNewsgroup, strand: Strand, open: PeerConnection | undefined) {
    let connection = open;
    try {
      if (connection === undefined || connection.closed) connection = await this.#connect();
      const later = await strand.feed.advance(fed, connection);
      this.#worked();
      if (later > 0) strand.pause.failed();
      else strand.pause.worked();
      return connection;
    } catch (error) {
      if (!(error instanceof PeerError)) {
        // A text is out of reach now, or the store can't be written.
        strand.pause.failed();
        fed.pass(this.#options.name);
        this.#options.log.warn({ peer: this.#options.name, err: error }, 'a newsgroup can’t be fed now');
        return connection;
      }
      this.#failed(error);
      fed.pass(this.#options.name);
      return connection?.close();
    } finally {
      strand.busy = false;
    }
  }

  #connect(): Promise<PeerConnection> {
    const { address, patience } = this.#options;
    return PeerConnection.open(address, patience, this.#ended.signal);
  }

  #worked(): void {
    if (this.#away) this.#options.log.info({ peer: this.#options.name }, 'a peer is back');
    this.#away = false;
    this.#pause.worked();
  }

  #failed(error: PeerError): void {
    if (this.#ending.signal.aborted) return;
    this.#pause.failed();
    this.#lastError = { message: error.message, at: Date.now() };
    if (!this.#away) this.#options.log.warn({ peer: this.#options.name, reason: error.message }, 'a peer is away');
    this.#away = true;
  }
}
