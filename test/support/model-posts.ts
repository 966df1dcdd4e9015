/** Posts through the bridges of the model's board. Acknowledged, they are never denied again, and on the board once. */

import type { PostingConnection } from '../../src/bridge/posting/connection.ts';
import { deliver } from '../../src/bridge/posting/deliver.ts';
import { type Deed, hashOf } from '../../src/bridge/posting/plan.ts';
import type { Order } from '../../src/bridge/posting/sender.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import type { IndexEntry } from '../../src/rgtp/index-entry.ts';
import { latin1 } from '../../src/wire/octets.ts';
import type { FakeBoard } from './fake-board.ts';
import { ANN, author, type Fate } from './model-author.ts';
import type { ModelBridge } from './model-bridge.ts';

export interface AcknowledgedPost {
  readonly messageId: string;
  /** its row, as the board made it */
  readonly row: IndexEntry;
}

/** What a newsreader hears: 240, 441 435, to try again (or nothing), or that it will never do. */
type Answer = 'posted' | 'duplicate' | 'unavailable' | 'rejected';

export class ModelPosts {
  readonly acknowledged: AcknowledgedPost[] = [];
  readonly #board: FakeBoard;
  /** sent, and not heard of */
  readonly #unanswered = new Set<Order>();
  /** by Message-ID: the row of a post that reached the board; the last, should it have been sent again */
  readonly #rows = new Map<string, IndexEntry>();
  #posts = 0;

  constructor(board: FakeBoard) {
    this.#board = board;
  }

  /** @param again the one that is asked to take it once more */
  async post(bridge: ModelBridge, pick: number, fate: Fate, again = bridge): Promise<void> {
    if (!bridge.ready) return;
    const order = this.#order(pick, fate);
    if ((await this.#submitted(bridge, order)) !== 'posted') return;
    // Never twice on the board.
    const second = await submitted(again, order);
    const isSure = again === bridge || second !== 'unavailable';
    if (isSure && second !== 'duplicate')
      throw new Error(`${order.messageId} is acknowledged; posted again: ${second}`);
    this.#requireOnce(order);
  }

  /** The same one through several bridges, at the same moment. */
  async postAtOnce(bridges: readonly ModelBridge[], pick: number): Promise<void> {
    const order = this.#order(pick, 'arrives');
    const answers = await Promise.all(
      bridges.filter(({ ready }) => ready).map((bridge) => this.#submitted(bridge, order)),
    );
    if (answers.filter((one) => one === 'posted').length > 1) throw new Error(`${order.messageId} was taken twice`);
    this.#requireOnce(order);
  }

  /** Whoever heard nothing sends the same again, to whichever bridge. @returns whether all are answered now */
  async retry(bridges: readonly ModelBridge[]): Promise<boolean> {
    for (const order of [...this.#unanswered]) {
      for (const bridge of bridges) {
        if (this.#unanswered.has(order)) await this.#submitted(bridge, order);
      }
      this.#requireOnce(order);
    }
    return this.#unanswered.size === 0;
  }

  /** Whether this is the text of a post through a bridge, as it is on the board under that number. */
  isOwn(sequence: number): boolean {
    return [...this.#board.items.values()].some(({ contributions }) =>
      contributions.some((each) => each.sequence === sequence && /^own post \d+$/.test(each.lines[0] ?? '')),
    );
  }

  async #submitted(bridge: ModelBridge, order: Order): Promise<Answer> {
    const answer = await submitted(bridge, order);
    if (answer === 'unavailable') this.#unanswered.add(order);
    else this.#unanswered.delete(order);
    if (answer === 'posted') this.#acknowledge(order);
    return answer;
  }

  #order(pick: number, fate: Fate): Order {
    const messageId = `<${++this.#posts}.model@client.example>`;
    const lines = [latin1(`own post ${this.#posts}`)];
    const items = [...this.#board.items.keys()];
    const target = items[pick % Math.max(1, items.length)];
    const deed: Deed =
      pick % 2 === 0 || target === undefined
        ? { kind: 'item', subject: latin1('Own') }
        : { kind: 'reply', itemId: target };
    let left = fate === 'arrives' ? 0 : 1;
    const next = () => (left-- > 0 ? fate : 'arrives');
    const connection = author(this.#board, lines, next, (row) => this.#rows.set(messageId, { ...row }));
    const delivery = { grogname: ANN, lines, continuationSubject: () => latin1('More') };
    return {
      ...{ messageId, deed, hash: hashOf(lines), references: '' },
      author: {
        userid: ANN,
        grogname: undefined,
        use: (task) => task(connection),
      },
      perform: (board: PostingConnection, revise: (next: Deed) => Promise<void>) =>
        deliver(board, deed, { ...delivery, revise }),
    };
  }

  #acknowledge({ messageId }: Order): void {
    const row = this.#rows.get(messageId);
    if (row === undefined) throw new Error(`${messageId} is acknowledged, and not on the board`);
    this.acknowledged.push({ messageId, row });
  }

  #requireOnce({ messageId, hash }: Order): void {
    const texts = [...this.#board.items.values()].flatMap(({ contributions }) =>
      contributions.map((each) => hashOf(each.lines)),
    );
    const times = texts.filter((text) => text === hash).length;
    if (times > 1) throw new Error(`${messageId} is on the board ${times} times`);
  }
}

async function submitted(bridge: ModelBridge, order: Order): Promise<Answer> {
  try {
    await bridge.submit(order);
    return 'posted';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.kind === 'duplicate' || error.kind === 'unavailable' ? error.kind : 'rejected';
  }
}
