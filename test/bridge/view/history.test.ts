/** Whatever happens on a board, and whatever was read before: views show what a view made afresh shows. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ItemText } from '../../../src/bridge/item-text.ts';
import { SharedMemory } from '../../../src/bridge/memory.ts';
import { BoardView } from '../../../src/bridge/view/board-view.ts';
import type { GroupView } from '../../../src/bridge/view/group-view.ts';
import type { LiveBoard } from '../../support/live-board.ts';
import { boardOptions, linesOf, MemoryOwnPosts, testBoard } from '../../support/views.ts';

interface World {
  readonly model: LiveBoard;
  readonly own: MemoryOwnPosts;
  /** brings back what the board was like earlier */
  restore: () => void;
}

/** Picks from what is there now: the same number may mean another item at another time. */
function live({ board }: LiveBoard, pick: number): string | undefined {
  const open = [...board.items].filter(([, item]) => item.continuedIn === undefined);
  return open[pick % Math.max(1, open.length)]?.[0];
}

const id = (n: number) => `A${String(n).padStart(7, '0')}`;
const count = ({ board }: LiveBoard) => board.sequence + board.items.size;

/** What happens on the board. The mirror hears of it with the next `sync`. */
const steps: Record<string, (world: World, pick: number) => void> = {
  item: ({ model }, pick) => {
    model.board.newItem(`Subject ${pick}`, { lines: [`item ${pick}`], id: id(count(model)) });
  },
  reply: ({ model }, pick) => {
    const item = live(model, pick);
    if (item !== undefined) model.board.reply(item, { lines: [`reply ${pick}`, '.'], grogname: `Writer ${pick}` });
  },
  continue: ({ model }, pick) => {
    const item = live(model, pick);
    if (item !== undefined) model.board.continue(item, `Continued ${pick}`, { id: id(count(model)) });
  },
  edit: ({ model }, pick) => {
    const item = live(model, pick);
    if (item !== undefined) model.board.edit(item, pick % 3, `edited ${pick}`, `Subject, edited ${pick}`);
  },
  withdraw: ({ model }, pick) => {
    const item = live(model, pick);
    if (item !== undefined) model.board.withdraw(item);
  },
  indexEdit: ({ model: { board } }, pick) => {
    const sequence = board.index[pick % Math.max(1, board.index.length)]?.sequence;
    board.editIndex((rows) => rows.filter((row) => row.sequence !== sequence));
  },
  backup: (world) => {
    world.restore = world.model.board.backUp();
  },
  restore: ({ restore }) => restore(),
  motd: ({ model }, pick) => model.board.setMotd(`motd ${pick}`),
  own: ({ model, own }, pick) => {
    const { posts } = model.mirror;
    const sequence = posts.sequences[pick % Math.max(1, posts.length)];
    const epoch = posts.epochs[pick % Math.max(1, posts.length)];
    if (posts.length === 0 || sequence === undefined || epoch === undefined) return;
    const key = { newsgroup: boardOptions.newsgroup, epoch, sequence };
    if (own.idOf(key.newsgroup, epoch, sequence) === undefined) {
      own.add(key, { messageId: `<own.${epoch}.${sequence}@client.example>`, references: undefined });
    }
  },
  gap: ({ model }) => model.leaveGaps(),
};

function numbersOf(group: GroupView): number[] {
  return [...group.numbers(1, 0x7fffffff)].flatMap((piece) => [...piece]);
}

async function everything(groups: readonly GroupView[]): Promise<unknown[]> {
  const shown: unknown[] = [];
  for (const group of groups) {
    const numbers = numbersOf(group);
    shown.push(group.name, [group.low, group.high, group.count], numbers);
    shown.push(await linesOf(group.overview(1, 0x7fffffff)));
    shown.push(await linesOf(group.header('references', 1, 0x7fffffff)));
    for (const number of numbers) {
      const head = await group.head(number);
      shown.push(head?.bytes.subarray(0, head.bodyStart).toString('latin1'));
      shown.push((await group.article(number))?.bytes.toString('latin1'));
    }
  }
  return shown;
}

const history = fc.array(fc.tuple(fc.constantFrom(...Object.keys(steps), 'read', 'read'), fc.nat({ max: 50 })), {
  maxLength: 60,
  size: 'max',
});

/** Stories that went wrong once. */
const kept: [string, number][][] = [
  // A message of the day, taken back with a restored backup, whose number is then given to something else.
  [
    ['item', 0],
    ['backup', 0],
    ['motd', 0],
    ['restore', 0],
    ['withdraw', 0],
  ],
  [
    ['backup', 0],
    ['motd', 0],
    ['restore', 0],
  ],
  [
    ['motd', 0],
    ['motd', 0],
    ['read', 0],
    ['indexEdit', 1],
  ],
];

/** Late, so that the board changes while articles are made. */
const late = (text: ItemText | undefined) =>
  new Promise<ItemText | undefined>((resolve) => setImmediate(() => resolve(text)));
/** Nothing is known without texts. */
const fromTexts = (text: ItemText | undefined) => text;

const variants = (['flat', 'chain'] as const).flatMap((threading) =>
  (['at once', 'late'] as const).map((delivery) => ({ threading, delivery })),
);

test.each(variants)(
  'threads $threading, texts $delivery',
  async ({ threading, delivery }) => {
    await fc.assert(
      fc.asyncProperty(history, async (story) => {
        const own = new MemoryOwnPosts();
        const { model, view } = await testBoard({ threading }, { own });
        const world: World = { model, own, restore: () => {} };
        if (delivery === 'late') model.deliver = late;
        const highs = view.groups.map((group) => group.high);
        const meanings = new Map<number, string>();
        const reading: Promise<unknown>[] = [];
        for (const [name, pick] of story) {
          if (name === 'read') reading.push(everything(view.groups));
          else steps[name]?.(world, pick);
          if (pick % 2 === 0) await model.sync();
          else if (pick % 3 === 0) await new Promise(setImmediate);
          for (const [index, group] of view.groups.entries()) {
            expect(group.high).toBeGreaterThanOrEqual(highs[index] ?? 0);
            expect(group.low).toBeLessThanOrEqual(group.high + 1);
            highs[index] = group.high;
          }
        }
        await model.sync();
        await Promise.all(reading);
        const fresh = new BoardView({
          model: model.mirror,
          own,
          options: { ...boardOptions, threading },
          memory: new SharedMemory(1 << 20),
        });
        const shown = await everything(view.groups);
        model.deliver = fromTexts;
        expect(shown).toEqual(await everything(fresh.groups));
        for (const group of fresh.groups) {
          for (const number of numbersOf(group)) {
            const messageId = group.messageId(number) ?? '';
            expect(view.find(messageId)?.number).toBe(number);
            expect(meanings.get(number) ?? messageId).toBe(messageId);
            meanings.set(number, messageId);
            expect((await group.article(number))?.messageId).toBe(messageId);
            const [references = ''] = await linesOf(group.header('references', number, number));
            for (const reference of references.split(' ').slice(1)) {
              if (reference !== '') expect(view.find(reference), reference).toBeDefined();
            }
          }
        }
      }),
      { numRuns: 40, examples: kept.map((story) => [story]) },
    );
  },
  60_000,
);
