import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Mirror } from '../../../src/bridge/mirror/mirror.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import { Cache } from '../../../src/store/cache.ts';
import { deleteDatabase } from '../../../src/store/database.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { octets } from '../../../src/wire/octets.ts';
import { FakeBoard, START } from '../../support/fake-board.ts';
import { highest, openMirror, type Shown, STILL, shown } from '../../support/mirrors.ts';

/** What happens to a board, or to its mirror. Numbers pick an item, a row, a post: any is as good as another. */
type Step =
  | { readonly do: 'item' | 'motd' | 'gap' }
  | { readonly do: 'reply' | 'continue' | 'withdraw' | 'delete row' | 'change row'; readonly pick: number }
  | { readonly do: 'edit'; readonly pick: number; readonly post: number; readonly renames: boolean }
  | {
      readonly do: 'undo index edit' | 'restore backup' | 'poll' | 'reconcile' | 'restart' | 'crash' | 'lose the cache';
    }
  /** the next poll fails at its nth request */
  | { readonly do: 'fail'; readonly after: number }
  /** these happen in the middle of the next poll */
  | { readonly do: 'meanwhile'; readonly steps: readonly Step[] };

const pick = fc.nat(1000);
const change: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('item' as const) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('reply' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('continue' as const), pick }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('edit' as const), pick, post: fc.nat(3), renames: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('withdraw' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('delete row' as const, 'change row' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('motd' as const, 'gap' as const) }) },
);
const event: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('poll' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'undo index edit' as const,
        'restore backup' as const,
        'reconcile' as const,
        'restart' as const,
        'crash' as const,
        'lose the cache' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), after: fc.nat(6) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('meanwhile' as const), steps: fc.array(change, { maxLength: 3 }) }),
  },
);
const histories = fc.array(fc.oneof({ weight: 3, arbitrary: change }, { weight: 1, arbitrary: event }), {
  maxLength: 60,
});

/** A board and its mirror going through a history, and what must hold of them at any time. */
class World {
  readonly board: FakeBoard;
  readonly #directory = mkdtempSync(join(tmpdir(), 'history-'));
  readonly #permanent = PermanentFile.open(':memory:');
  readonly #meanings = new Map<number, string>();
  readonly #deleted: { row: FakeBoard['index'][number]; before: number }[] = [];
  #backup: (() => void) | undefined;
  #cachePath = join(this.#directory, 'cache-0.sqlite');
  #caches = 0;
  #clock = START * 1000;
  #highest = 0;
  #mirror: Mirror | undefined;

  constructor(first: number) {
    this.board = new FakeBoard(first);
  }

  get mirror(): Mirror {
    if (this.#mirror === undefined) throw new Error('not open');
    return this.#mirror;
  }

  async open(): Promise<void> {
    this.#mirror = await openMirror(this.board, {
      cache: Cache.open(this.#cachePath),
      permanent: this.#permanent,
      poll: { ...STILL, reconcile: 3_600_000 },
      now: () => this.#clock,
    });
  }

  async end(): Promise<void> {
    await this.mirror.close();
    await this.#permanent.close();
    rmSync(this.#directory, { recursive: true });
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'poll':
        return this.#poll();
      case 'reconcile':
        this.#clock += 3_600_000;
        return this.#poll();
      case 'fail': {
        let left = step.after;
        this.board.fault = () => {
          if (left-- <= 0) throw new RgtpError('unavailable', 'lost');
        };
        return;
      }
      case 'meanwhile': {
        const steps = [...step.steps];
        this.board.fault = (request) => {
          const next = request === 'connect' ? undefined : steps.shift();
          if (next !== undefined) this.#change(next);
        };
        return;
      }
      case 'restart':
        await this.mirror.close();
        return this.open();
      case 'crash':
        return this.#crash();
      case 'lose the cache':
        await this.mirror.close();
        deleteDatabase(this.#cachePath);
        await this.open();
        return this.#poll();
      default:
        return this.#change(step);
    }
  }

  /** Everything that happened becomes visible at the latest with the next comparison of the whole index. */
  async settle(): Promise<void> {
    this.board.fault = () => {};
    this.#clock += 3_600_000;
    await this.mirror.complete();
    await this.check();
  }

  /** What must hold at any time: numbers mean what they meant, and nothing comes in below the high water mark. */
  async check(): Promise<void> {
    const { mirror } = this;
    expect(highest(mirror)).toBeGreaterThanOrEqual(this.#highest);
    for (const { number, epoch, sequence, kind, item } of await shown(mirror)) {
      const meaning = `${epoch} ${sequence} ${kind} ${item}`;
      const before = this.#meanings.get(number);
      if (before === undefined) expect(number).toBeGreaterThan(this.#highest);
      else expect(meaning).toBe(before);
      this.#meanings.set(number, meaning);
    }
    this.#highest = highest(mirror);
  }

  async fresh(): Promise<Shown[]> {
    const mirror = await openMirror(this.board, { permanent: this.#permanent, now: () => this.#clock });
    await mirror.complete();
    const all = await shown(mirror);
    await mirror.close();
    return all;
  }

  async #poll(): Promise<void> {
    await this.mirror.complete().catch((error: unknown) => {
      if (!(error instanceof RgtpError) || error.kind !== 'unavailable') throw error;
    });
    this.board.fault = () => {};
    await this.mirror.complete();
    await this.check();
  }

  /** What is on disk at this moment is all that is left. */
  async #crash(): Promise<void> {
    const copy = join(this.#directory, `cache-${++this.#caches}.sqlite`);
    for (const suffix of ['', '-wal']) {
      if (existsSync(this.#cachePath + suffix)) copyFileSync(this.#cachePath + suffix, copy + suffix);
    }
    await this.mirror.close();
    this.#cachePath = copy;
    await this.open();
  }

  #change(step: Step): void {
    const { board } = this;
    const items = [...board.items.keys()];
    const item = 'pick' in step ? items[step.pick % items.length] : undefined;
    const open = items.filter((id) => board.items.get(id)?.continuedIn === undefined);
    const row = 'pick' in step ? board.index[step.pick % board.index.length] : undefined;
    switch (step.do) {
      case 'item':
        board.newItem(`Item ${board.sequence}`, `text ${board.sequence}`);
        return;
      case 'motd':
        board.setMotd(`message ${board.sequence}`);
        return;
      case 'gap':
        board.gap();
        return;
      case 'reply':
        if (open.length > 0) board.reply(open[step.pick % open.length] ?? '', `reply ${board.sequence}`);
        return;
      case 'continue':
        if (open.length > 0) board.continue(open[step.pick % open.length] ?? '', `More ${board.sequence}`);
        return;
      case 'edit':
        if (item !== undefined)
          board.edit(item, step.post, `edited ${board.sequence}`, step.renames ? 'Renamed' : undefined);
        return;
      case 'withdraw':
        if (item !== undefined) board.withdraw(item);
        return;
      case 'delete row':
        // C and F are one: an editor who takes one takes both.
        if (row === undefined) return;
        // Nothing tells a mirror of a continuation whose rows went before it came by, until it fetches the old item again.
        if ('CF'.includes(row.type) && !this.#wasSeen(row.sequence)) return;
        this.#deleted.push({ row, before: board.index.indexOf(row) });
        board.editIndex((rows) => rows.filter((each) => each.sequence !== row.sequence));
        return;
      case 'change row':
        board.editIndex((rows) =>
          rows.map((each) => (each === row ? { ...each, userid: octets`zoe@example.org`, time: each.time + 1 } : each)),
        );
        return;
      case 'restore backup':
        if (this.#backup !== undefined) this.#backup();
        else this.#backup = board.backUp();
        return;
      case 'undo index edit': {
        const undone = this.#deleted.pop();
        if (undone === undefined || !this.#wasSeen(undone.row.sequence)) return;
        board.editIndex((rows) => rows.toSpliced(undone.before, 0, undone.row));
        return;
      }
      default:
        throw new Error(step.do);
    }
  }

  /** A number that was never given can't be given any more once there are higher ones. */
  #wasSeen(sequence: number): boolean {
    return [...this.#meanings.values()].some((meaning) => meaning.split(' ')[1] === String(sequence));
  }
}

async function expectFaithful(world: World, steps: readonly Step[]): Promise<void> {
  await world.open();
  try {
    for (const step of steps) await world.step(step);
    await world.settle();
    expect(await shown(world.mirror)).toEqual(await world.fresh());
  } finally {
    await world.end();
  }
}

const runs = Number(process.env['HISTORIES'] ?? 100);

test.each([
  ['from the first number', 1],
  ['over the wrap at 2³²', 2 ** 32 - 20],
  ['past 2³¹', 2 ** 31 - 20],
])('a mirror that saw it happen shows what a fresh one shows: %s', { timeout: 600_000 }, async (_, first) => {
  await fc.assert(
    fc.asyncProperty(histories, async (steps) => {
      await expectFaithful(new World(first), steps);
    }),
    { numRuns: runs },
  );
});

// There is no telling from the index alone whether a row that comes in below numbers given already was put there by an
// editor or is a new post of a board restored from a backup: the mirror takes it for the former. And after a withdrawal
// of the newest posts nothing but the cache knows how high the numbers were.
test('the same on a board without an edit log', { timeout: 600_000 }, async () => {
  const onward = histories.map((steps) =>
    steps.filter((step) => step.do !== 'restore backup' && step.do !== 'lose the cache'),
  );
  await fc.assert(
    fc.asyncProperty(onward, async (steps) => {
      const world = new World(1);
      world.board.hasEditLog = false;
      await expectFaithful(world, steps);
    }),
    { numRuns: runs },
  );
});
