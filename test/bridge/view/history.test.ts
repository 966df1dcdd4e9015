/** Whatever happens on a board, and whatever was read before: views show what a view made afresh shows. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PostKind } from '../../../src/bridge/model.ts';
import { BoardView } from '../../../src/bridge/view/board-view.ts';
import { ViewCaches } from '../../../src/bridge/view/caches.ts';
import type { GroupView } from '../../../src/bridge/view/group-view.ts';
import { isPost } from '../../../src/bridge/view/kinds.ts';
import type { Item } from '../../../src/rgtp/item.ts';
import { octets } from '../../../src/wire/octets.ts';
import type { MemoryModel } from '../../support/memory-model.ts';
import { boardOptions, linesOf, MemoryOwnPosts, testBoard } from '../../support/views.ts';

interface World {
  readonly model: MemoryModel;
  readonly own: MemoryOwnPosts;
}

/** Picks from what is there now: the same number may mean another item at another time. */
function live(model: MemoryModel, pick: number): string | undefined {
  const there = model.items.filter((item) => item.rows.some((row) => isPost(kind(model, row))));
  return there[pick % Math.max(1, there.length)]?.id;
}

function kind(model: MemoryModel, row: number): PostKind {
  // The column holds nothing else.
  return (model.posts.kinds[row] ?? PostKind.Gone) as PostKind;
}

const id = (n: number) => `A${String(n).padStart(7, '0')}`;

const steps: Record<string, (world: World, pick: number) => void> = {
  item: ({ model }, pick) =>
    model.newItem(id(model.items.length), octets`Subject ${pick}`, { lines: [octets`item ${pick}`] }),
  reply: ({ model }, pick) => {
    const item = live(model, pick);
    if (item !== undefined)
      model.reply(item, { lines: [octets`reply ${pick}`, octets`.`], grogname: octets`Writer ${pick}` });
  },
  continue: ({ model }, pick) => {
    const item = live(model, pick);
    if (item !== undefined) model.continue(item, id(model.items.length), octets`Continued ${pick}`);
  },
  edit: ({ model }, pick) => {
    const item = live(model, pick);
    const rows = model.items.find((each) => each.id === item)?.rows.filter((row) => isPost(kind(model, row))) ?? [];
    const row = rows[pick % Math.max(1, rows.length)];
    if (item !== undefined && row !== undefined) {
      model.edit(item, new Map([[row, [octets`edited ${pick}`]]]), { subject: octets`Subject, edited ${pick}` });
    }
  },
  withdraw: ({ model }, pick) => {
    const item = live(model, pick);
    if (item !== undefined) model.withdraw(item);
  },
  indexEdit: ({ model }, pick) => {
    model.indexEdit();
    const row = pick % Math.max(1, model.posts.length);
    if (kind(model, row) !== PostKind.Gone && kind(model, row) !== PostKind.IndexEdit) model.remove([row]);
  },
  restore: ({ model }, pick) => model.restore([pick % Math.max(1, model.posts.length)]),
  motd: ({ model }, pick) => model.setMotd([octets`motd ${pick}`]),
  own: ({ model, own }, pick) => {
    const sequence = model.posts.sequences[pick % Math.max(1, model.posts.length)];
    const epoch = model.posts.epochs[pick % Math.max(1, model.posts.length)];
    if (sequence === undefined || epoch === undefined) return;
    const key = { newsgroup: boardOptions.newsgroup, epoch, sequence };
    if (own.idOf(key.newsgroup, epoch, sequence) === undefined) {
      own.add(key, { messageId: `<own.${epoch}.${sequence}@client.example>`, references: undefined });
    }
  },
  gap: ({ model }) => model.skip(),
  epoch: ({ model }) => model.newEpoch(),
};

function numbersOf(group: GroupView): number[] {
  return [...group.numbers(1, 0x7fffffff)].flatMap((piece) => [...piece]);
}

async function everything(groups: readonly GroupView[]): Promise<unknown[]> {
  const shown: unknown[] = [];
  for (const group of groups) {
    const numbers = numbersOf(group);
    shown.push(group.name, [group.low, group.count], numbers);
    shown.push(await linesOf(group.overview(1, 0x7fffffff)));
    shown.push(await linesOf(group.header('references', 1, 0x7fffffff)));
    for (const number of numbers) shown.push((await group.article(number))?.bytes.toString('latin1'));
  }
  return shown;
}

const history = fc.array(fc.tuple(fc.constantFrom(...Object.keys(steps), 'read', 'read'), fc.nat({ max: 50 })), {
  maxLength: 60,
  size: 'max',
});

/** Texts at once, as from memory; or late, so that the board changes while articles are made. */
const deliveries = {
  'at once': (item: Item | undefined) => item,
  late: (item: Item | undefined) => new Promise<Item | undefined>((resolve) => setImmediate(() => resolve(item))),
};

const variants = (['flat', 'chain'] as const).flatMap((threading) =>
  (['at once', 'late'] as const).map((delivery) => ({ threading, delivery })),
);

test.each(variants)(
  'threads $threading, texts $delivery',
  async ({ threading, delivery }) => {
    await fc.assert(
      fc.asyncProperty(history, async (story) => {
        const own = new MemoryOwnPosts();
        const { model, view } = testBoard({ threading }, { own });
        model.deliver = deliveries[delivery];
        const highs = view.groups.map((group) => group.high);
        const meanings = new Map<number, string>();
        const reading: Promise<unknown>[] = [];
        for (const [name, pick] of story) {
          if (name === 'read') reading.push(everything(view.groups));
          else steps[name]?.({ model, own }, pick);
          if (pick % 4 === 0) await new Promise(setImmediate);
          for (const [index, group] of view.groups.entries()) {
            expect(group.high).toBeGreaterThanOrEqual(highs[index] ?? 0);
            expect(group.low).toBeLessThanOrEqual(group.high + 1);
            highs[index] = group.high;
          }
        }
        await Promise.all(reading);
        const fresh = new BoardView({
          model,
          own,
          options: { ...boardOptions, threading },
          caches: new ViewCaches({ articles: 1 << 20, overviews: 1 << 20 }),
        });
        expect(await everything(view.groups)).toEqual(await everything(fresh.groups));
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
      { numRuns: 40 },
    );
  },
  60_000,
);
