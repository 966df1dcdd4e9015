/** Posts through the bridges of the model's board. Acknowledged, they are never denied again, and on the board once. */

import type { Order } from '../../src/bridge/posting/board-poster.ts';
import type { PostingConnection } from '../../src/bridge/posting/connection.ts';
import { deliver } from '../../src/bridge/posting/deliver.ts';
import { type Deed, hashOf } from '../../src/bridge/posting/plan.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import type { IndexEntry } from '../../src/rgtp/index-entry.ts';
import { latin1 } from '../../src/wire/octets.ts';
import type { FakeBoard } from './fake-board.ts';
import { ANN, author, type Fate } from './model-author.ts';
import type { ModelBridge } from './model-bridge.ts';

export interface AcknowledgedPost {
  readonly messageId: string;
  /** its row, as long as nobody has put another in its place */
  readonly row: IndexEntry;
}

/** What a newsreader heard: 240, 441 435, something else, or nothing. */
type Answer = 'posted' | 'duplicate' | 'refused' | 'none';

export class ModelPosts {
  readonly acknowledged: AcknowledgedPost[] = [];
  readonly #board: FakeBoard;
  #posts = 0;

  constructor(board: FakeBoard) {
    this.#board = board;
  }

  async post(bridge: ModelBridge, pick: number, fate: Fate, again = bridge): Promise<void> {
    if (!bridge.ready) return;
    const order = this.#order(pick, fate);
    if ((await submitted(bridge, order)) !== 'posted') return;
    this.#acknowledge(order);
    // Once more: never twice on the board.
    const second = await submitted(again, order);
    if (second !== 'duplicate') throw new Error(`${order.messageId} is acknowledged; posted again: ${second}`);
    this.#requireOnce(order);
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
    const connection = author(this.#board, lines, () => (left-- > 0 ? fate : 'arrives'));
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
    const row = this.#board.index.findLast(({ userid }) => userid === ANN);
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
    return error.kind === 'duplicate' ? 'duplicate' : 'refused';
  }
}
