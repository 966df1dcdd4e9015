import { eventLoop } from '../wire/fair-share.ts';
import type { Log } from '../wire/log.ts';
import { type PeerAnswer, type PeerConnection, PeerError, unexpected } from './peer-connection.ts';
import type { Entry, FedNewsgroup, Offer, Place } from './source.ts';

/** What became of the articles offered. */
export interface Tally {
  offered: number;
  accepted: number;
  refused: number;
  deferred: number;
}

export interface NewsgroupFeedOptions {
  /** the peer's name in the configuration */
  readonly peer: string;
  /** the peer in Path */
  readonly path: string;
  readonly from: 'now' | 'the beginning';
  readonly wantsOffer: (offer: Offer) => boolean;
  readonly tally: Tally;
  /** sends nothing more, but waits for answers to what was sent */
  readonly ending: AbortSignal;
  /** waits for nothing */
  readonly ended: AbortSignal;
  readonly log: Log;
}

/** An entry that has been read. */
interface Read {
  readonly number: number;
  readonly offers: readonly Offer[];
}

/** What is to be sent next. */
interface Batch {
  readonly open: readonly Offer[];
  /** everything in the newsgroup up to here, settled or not */
  readonly entries: readonly Read[];
  /** the last entry is incomplete, or more follow it */
  readonly isCut: boolean;
}

/** How many articles are offered at a time. */
const BATCH = 50;
/** How many entries are examined for these. */
const LOOKED_AT = 2_000;

/**
 * Sends one newsgroup to one peer, in order. It stores only the last number up to which everything is settled; what was
 * settled above that is offered again after a restart, and the peer says that it has it.
 */
export class NewsgroupFeed {
  readonly #options: NewsgroupFeedOptions;
  /** Message-IDs that are settled while something before them is not */
  readonly #settled = new Set<string>();
  /** the newsgroup's `returned` when everything late was last settled */
  #returned: number | undefined;
  /** late articles under way: for which `returned`, and the number up to which they are settled */
  #late = { returned: -1, number: 0 };
  /** an entry of many batches, and for which `returned` it was read */
  #long: (Read & { readonly returned: number }) | undefined;

  constructor(options: NewsgroupFeedOptions) {
    this.#options = options;
  }

  /** The most articles there may be to send; 0: none. */
  backlog(fed: FedNewsgroup): number {
    const { number } = this.#place(fed);
    if (fed.hasMore(number)) return Math.max(1, fed.high - number);
    return this.#isLate(fed) ? 1 : 0;
  }

  /** Remembers where a new peer begins. */
  async begin(fed: FedNewsgroup): Promise<void> {
    const { peer } = this.#options;
    if (fed.place(peer) !== undefined) return;
    this.#returned = fed.returned;
    await fed.setPlace(peer, this.#place(fed));
  }

  /**
   * Sends the next articles. Resolves with how many must be tried again later. Rejects with `PeerError`, or as
   * `article()` does.
   */
  async advance(fed: FedNewsgroup, connection: PeerConnection): Promise<number> {
    const { tally } = this.#options;
    const { first, number } = this.#place(fed);
    const isLate = this.#isLate(fed);
    if (isLate && this.#late.returned !== fed.returned) this.#late = { returned: fed.returned, number: first };
    const all = isLate ? fed.late(this.#late.number, number) : fed.entries(number);
    const batch = await this.#batch(all, first, fed.returned);
    try {
      const later = await (connection.streaming
        ? this.#stream(batch.open, connection)
        : this.#offer(batch.open, connection));
      tally.deferred += later;
      return later;
    } finally {
      if (isLate) this.#settleLate(batch);
      else await this.#settle(fed, batch);
    }
  }

  #place(fed: FedNewsgroup): Place {
    const { peer, from } = this.#options;
    const start = from === 'now' ? fed.high : 0;
    return fed.place(peer) ?? { first: start, number: start };
  }

  /**
   * Whether something may have come in below what was sent. That goes first: the last number must not move away from
   * it.
   */
  #isLate(fed: FedNewsgroup): boolean {
    return this.#returned !== fed.returned;
  }

  async #batch(all: Iterable<Entry>, first: number, returned: number): Promise<Batch> {
    const { path, wantsOffer } = this.#options;
    const entries: Read[] = [];
    const open: Offer[] = [];
    let offers = 0;
    for (const each of all) {
      // Settled entries count, too, so that not everything is sent ahead of one that takes long.
      if (offers >= BATCH || entries.length >= LOOKED_AT) return { entries, open, isCut: true };
      const entry = await this.#read(each, returned);
      entries.push(entry);
      offers += entry.offers.length;
      for (const offer of entry.offers) {
        const isSent = wantsOffer(offer) && (offer.about === undefined || offer.about > first);
        if (!isSent || hasPassed(offer.path, path)) this.#settled.add(offer.messageId);
        if (this.#settled.has(offer.messageId)) continue;
        if (open.length >= BATCH) return { entries, open, isCut: true };
        open.push(offer);
      }
    }
    return { entries, open, isCut: false };
  }

  /** Takes turns with readers. */
  async #read({ number, offers: made }: Entry, returned: number): Promise<Read> {
    if (this.#long?.number === number && this.#long.returned === returned) return this.#long;
    const offers: Offer[] = [];
    if (eventLoop.over(true)) await eventLoop.next();
    for (const offer of made) {
      offers.push(offer);
      if (eventLoop.over(true)) await eventLoop.next();
    }
    const read = { number, offers, returned };
    if (offers.length > BATCH) this.#long = read;
    return read;
  }

  /** Moves the last number up to before the first entry that is not settled. */
  async #settle(fed: FedNewsgroup, { entries }: Batch): Promise<void> {
    const place = this.#place(fed);
    const number = this.#settledUpTo(entries);
    if (number > place.number) await fed.setPlace(this.#options.peer, { ...place, number });
  }

  #settleLate({ entries, isCut }: Batch): void {
    const { returned, number } = this.#late;
    const settled = this.#settledUpTo(entries);
    this.#late = { returned, number: Math.max(number, settled) };
    if (!isCut && settled === (entries.at(-1)?.number ?? 0)) this.#returned = returned;
  }

  /** The last number up to which nothing is open; 0: the first entry is open. */
  #settledUpTo(entries: readonly Read[]): number {
    const open = entries.findIndex(({ offers }) => !this.#isSettled(offers));
    const done = open < 0 ? entries : entries.slice(0, open);
    for (const { offers } of done) for (const { messageId } of offers) this.#settled.delete(messageId);
    return done.at(-1)?.number ?? 0;
  }

  #isSettled(offers: readonly Offer[]): boolean {
    return offers.every(({ messageId }) => this.#settled.has(messageId));
  }

  /** RFC 4644. */
  async #stream(offers: readonly Offer[], connection: PeerConnection): Promise<number> {
    const checks = offers.map((offer) => inItsTurn(this.#asked(connection.ask(`CHECK ${offer.messageId}`), offer)));
    const sent: Promise<void>[] = [];
    let later = 0;
    try {
      for (const [index, offer] of offers.entries()) {
        const answer = await checks[index];
        if (answer?.code === 431) later++;
        else if (answer?.code === 438) this.#settled.add(offer.messageId);
        else if (answer?.code === 238) {
          const article = await this.#article(offer);
          if (this.#options.ending.aborted) break;
          if (article === undefined) this.#settled.add(offer.messageId);
          else sent.push(inItsTurn(this.#taken(connection.ask(`TAKETHIS ${offer.messageId}`, article), offer)));
        } else if (answer !== undefined) throw unexpected('CHECK', answer);
        await connection.room();
      }
    } finally {
      await Promise.allSettled([...checks, ...sent]);
    }
    await Promise.all(sent);
    return later;
  }

  /** Takes turns with readers. Rejects as `article()` does, and when the feed ends. */
  async #article(offer: Offer): Promise<Buffer | undefined> {
    if (eventLoop.over(true)) await eventLoop.next();
    const article = offer.article();
    return article instanceof Promise ? until(this.#options.ended, article) : article;
  }

  async #asked(check: Promise<PeerAnswer>, offer: Offer): Promise<PeerAnswer> {
    const answer = await check;
    this.#options.tally.offered++;
    if ([238, 431, 438].includes(answer.code)) expectId(answer, offer);
    return answer;
  }

  async #taken(transfer: Promise<PeerAnswer>, offer: Offer): Promise<void> {
    const answer = await transfer;
    if (answer.code !== 239 && answer.code !== 439) throw unexpected('TAKETHIS', answer);
    expectId(answer, offer);
    this.#answered(offer, answer.code === 239, answer);
  }

  /** RFC 3977 §6.3.2, for a peer that does not stream. */
  async #offer(offers: readonly Offer[], connection: PeerConnection): Promise<number> {
    let later = 0;
    for (const offer of offers) {
      // Get the article before offering it: once the peer waits for it, it must be sent.
      const article = await this.#article(offer);
      if (this.#options.ending.aborted) break;
      const asked = article && (await connection.ask(`IHAVE ${offer.messageId}`));
      if (article === undefined || asked === undefined) {
        this.#settled.add(offer.messageId);
        continue;
      }
      this.#options.tally.offered++;
      if (asked.code === 435) this.#settled.add(offer.messageId);
      else if (asked.code === 436) later++;
      else if (asked.code !== 335) throw unexpected('IHAVE', asked);
      else {
        const answer = await connection.send(article);
        if (answer.code === 436) later++;
        else if (answer.code !== 235 && answer.code !== 437) throw unexpected('IHAVE', answer);
        else this.#answered(offer, answer.code === 235, answer);
      }
    }
    return later;
  }

  #answered({ messageId }: Offer, accepted: boolean, { text }: PeerAnswer): void {
    const { tally, log, peer } = this.#options;
    this.#settled.add(messageId);
    if (accepted) tally.accepted++;
    else {
      tally.refused++;
      log.warn({ peer, messageId, reason: text.slice(0, 200) }, 'a peer refused an article');
    }
  }
}

/** Whether an article has passed a server (RFC 5536 §3.1.5). */
function hasPassed(path: string, server: string): boolean {
  return path.toLowerCase().split('!').includes(server.toLowerCase());
}

/** A failure that comes before anybody waits for the answer is not an unhandled one: it is dealt with in its turn. */
function inItsTurn<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => {});
  return answer;
}

/** Rejects with `PeerError` if the signal comes first. */
async function until<T>(ended: AbortSignal, promise: Promise<T>): Promise<T> {
  const { promise: end, reject } = Promise.withResolvers<never>();
  const onEnd = () => reject(new PeerError('closed'));
  ended.addEventListener('abort', onEnd);
  try {
    if (ended.aborted) onEnd();
    return await Promise.race([promise, end]);
  } finally {
    ended.removeEventListener('abort', onEnd);
  }
}

/** Answers out of step would settle the wrong articles. @throws PeerError */
function expectId(answer: PeerAnswer, { messageId }: Offer): void {
  if (answer.text.split(' ')[0] !== messageId)
    throw new PeerError(`${answer.code} for an article other than ${messageId}`);
}
