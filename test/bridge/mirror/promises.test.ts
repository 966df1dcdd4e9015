/** What readers are promised, whatever a board, its editors and the network do. HISTORIES=100000 for a long night. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ModelBoard } from '../../support/model-board.ts';

const runs = Number(process.env['HISTORIES'] ?? 150);
const names = Object.keys(new ModelBoard(1).steps);
const history = fc.array(fc.tuple(fc.constantFrom(...names, 'reply', 'poll', 'poll'), fc.nat({ max: 50 })), {
  maxLength: 40,
  size: 'max',
});

/** An own post with which a new epoch begins is not found under its own id. */
const LEFT_OUT: readonly string[] = ['post'];
const onward = history.map((story) => story.filter(([name]) => !LEFT_OUT.includes(name)));

type Story = readonly (readonly [name: string, pick: number])[];

/** A reader who forgets nothing, and asks NEWNEWS from the DATE of the question before. */
class Reader {
  readonly #model: ModelBoard;
  readonly #highs = new Map<string, number>();
  readonly #ids = new Map<string, string>();
  readonly #numbers = new Map<string, number>();
  readonly #told = new Set<string>();
  #since = 0;

  constructor(model: ModelBoard) {
    this.#model = model;
  }

  look(): void {
    const { view, acknowledged, board } = this.#model;
    for (const group of view.groups) {
      const { name, low, high } = group;
      expect(high, `the high mark of ${name}`).toBeGreaterThanOrEqual(this.#highs.get(name) ?? 0);
      expect(low).toBeLessThanOrEqual(high + 1);
      this.#highs.set(name, high);
      for (const piece of group.numbers(1, 0x7fffffff)) {
        for (const number of piece) {
          const id = group.messageId(number) ?? '';
          expect(number).toBeLessThanOrEqual(high);
          expect(this.#ids.get(`${name} ${number}`) ?? id, `number ${number} of ${name}`).toBe(id);
          expect(this.#numbers.get(`${name} ${id}`) ?? number, `the number of ${id} in ${name}`).toBe(number);
          this.#ids.set(`${name} ${number}`, id);
          this.#numbers.set(`${name} ${id}`, number);
        }
      }
    }
    if (!this.#model.ready) return;
    for (const { messageId, row } of acknowledged) {
      const isThere = board.index.includes(row) && board.items.has(row.itemId ?? '');
      if (isThere) expect(view.find(messageId)?.number, `${messageId}, acknowledged`).toBeDefined();
    }
  }

  pull(): void {
    if (!this.#model.ready) return;
    const date = Math.floor(this.#model.clock / 1000);
    for (const group of this.#model.view.groups) {
      for (const id of group.arrivedSince(this.#since)) this.#told.add(id);
    }
    this.#since = date;
  }

  /** Everything there is now has been told of. */
  end(): void {
    this.pull();
    for (const group of this.#model.view.groups) {
      for (const piece of group.numbers(1, 0x7fffffff)) {
        for (const number of piece)
          expect([...this.#told], `${number} of ${group.name}`).toContain(group.messageId(number));
      }
    }
  }
}

async function tell(first: number, story: Story): Promise<void> {
  const model = new ModelBoard(first);
  await model.open();
  try {
    const reader = new Reader(model);
    for (const [name, pick] of story) {
      await model.steps[name]?.(pick);
      if (pick % 5 === 0) reader.pull();
      if (name === 'poll') reader.look();
    }
    await model.poll();
    reader.look();
    reader.end();
  } finally {
    await model.close();
  }
}

const steps = (...names: (string | readonly [string, number])[]): Story =>
  names.map((name) => (typeof name === 'string' ? [name, 0] : name));

/** What once went wrong. */
test.each<readonly [string, number, Story]>([
  ['an empty board that will count from 0', 0, steps('poll', 'item', 'poll', 'restart', 'item')],
  [
    'a bogus row over a wrap, and a lost cache',
    2 ** 32 - 20,
    steps('item', 'poll', ['jump', 18], 'a bogus row', 'item', 'item', 'restart'),
  ],
  [
    'the cache is lost before an epoch begins',
    2 ** 31 - 20,
    steps('item', 'poll', ['jump', 19], ['time passes', 21], 'a row less', 'restart'),
  ],
])('%s', async (_, first, story) => {
  await tell(first, story);
});

test.each([
  ['from the first number', 1, history],
  ['from number 0', 0, onward],
  ['over the wrap at 2³²', 2 ** 32 - 20, onward],
  ['past 2³¹', 2 ** 31 - 20, onward],
] as const)(
  'numbers, ids and marks keep their meaning, and NEWNEWS tells of everything: %s',
  { timeout: 3_600_000 },
  async (_, first, histories) => {
    await fc.assert(
      fc.asyncProperty(histories, (story) => tell(first, story)),
      // The suite plays the same histories every time; a long night (HISTORIES) plays new ones.
      { numRuns: runs, seed: process.env['HISTORIES'] === undefined ? 2 : Date.now() },
    );
  },
);
