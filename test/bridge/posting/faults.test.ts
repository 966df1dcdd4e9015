import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Person } from '../../../src/bridge/ports.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { CuttingProxy, type Step, type Verdict } from '../../support/cutting-proxy.ts';
import { seededRandom } from '../../support/random.ts';
import { NEWSGROUP, TestBridge } from './bridge.ts';
import { embedded, type FaultBoard } from './fault-boards.ts';
import {
  base,
  type Case,
  expectAll,
  expectNoneLost,
  isPosted,
  makeCases,
  marksOn,
  type Outcome,
  outcomeOf,
  tally,
} from './fault-cases.ts';
import { Life } from './killable.ts';

/** More in a long run: RGTP_FAULT_POSTS=1000. */
const POSTS = Number(process.env['RGTP_FAULT_POSTS'] ?? 120);
const SEED = Number(process.env['RGTP_FAULT_SEED'] ?? 20260122);
const WORKERS = 8;
/** Items that are there before. */
const BASES = 5;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faults-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A board and a bridge that are restarted, and connections that are cut, at random steps of the protocol. */
class World {
  readonly random = seededRandom(SEED);
  readonly faults = new Map<string, number>();
  readonly violations: string[] = [];
  readonly reasons = new Map<string, number>();
  readonly #folder: string;
  readonly permanent: PermanentFile;
  board: FaultBoard | undefined;
  proxy: CuttingProxy | undefined;
  life = new Life();
  bridge: TestBridge | undefined;
  account: Person | undefined;
  calm = true;
  #changing: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
    this.permanent = PermanentFile.open(join(folder, 'permanent.sqlite'));
  }

  async start(): Promise<void> {
    this.board = await embedded(this.#folder);
    this.proxy = await CuttingProxy.open(this.board.port, (step) => this.#decide(step));
    await this.#openBridge();
  }

  /** Waits until no restart is under way. */
  async steady(): Promise<TestBridge> {
    for (let changing: Promise<void> | undefined; changing !== this.#changing; ) {
      changing = this.#changing;
      await changing;
    }
    if (this.bridge === undefined) throw new Error('no bridge');
    return this.bridge;
  }

  async close(): Promise<void> {
    await this.steady();
    this.life.kill();
    await this.proxy?.close();
    await this.board?.close();
    await this.permanent.close();
  }

  #decide(step: Step): Verdict {
    // Long answers would otherwise hardly ever come to their end.
    const chance = step === 'S data' ? 0.0001 : step === 'C text' ? 0.001 : 0.02;
    if (this.calm || this.random() >= chance) return 'pass';
    const kind = this.random();
    const verdict: Verdict =
      (['cut before', 'cut within', 'cut after'] as const)[Math.floor(this.random() * 3)] ?? 'pass';
    const what = kind < 0.7 ? 'connection' : kind < 0.85 ? 'bridge' : 'board';
    this.faults.set(`${what}, ${verdict} ${step}`, (this.faults.get(`${what}, ${verdict} ${step}`) ?? 0) + 1);
    if (what === 'bridge') this.#change(() => this.#killBridge());
    if (what === 'board') this.#change(() => this.#restartBoard());
    return verdict;
  }

  #change(task: () => Promise<void>): void {
    this.#changing = this.#changing.then(task);
  }

  async #killBridge(): Promise<void> {
    this.life.kill();
    this.life = new Life();
    await this.#openBridge();
  }

  async #restartBoard(): Promise<void> {
    this.proxy?.cutAll();
    await this.board?.restart();
    if (this.proxy !== undefined) this.proxy.target = this.board?.port ?? 0;
  }

  async #openBridge(): Promise<void> {
    const { life } = this;
    const { connect } = life;
    this.account = undefined;
    this.bridge = await TestBridge.open(this.proxy?.port ?? 0, {
      permanent: life.permanent(this.permanent),
      grace: 100,
      size: WORKERS,
      mortal: true,
      client: { connect, timeouts: { connect: 2000, banner: 2000, answer: 5000 } },
      onPublish: (rows, own) => {
        // the dead show nothing to anybody
        if (life.isOver) return;
        for (const { userid, epoch, sequence } of rows) {
          if (userid.startsWith('ann') && own.idOf(NEWSGROUP, epoch, sequence) === undefined)
            this.violations.push(`derived id of #${sequence} shown`);
        }
      },
    });
    const { bridge } = this;
    // A mirror has its cache and tries again; this one only tries again.
    for (let tries = 0; tries < 50 && !bridge.model.isRead; tries++) await bridge.model.refresh().catch(() => {});
    void bridge.poster.start();
  }

  async login(): Promise<Person | undefined> {
    this.account = await this.bridge?.ann();
    return this.account;
  }

  /** Posts through whatever bridge there is, as a newsreader would; one that dies gives no answer. */
  async post({ lines }: Case): Promise<Outcome> {
    const bridge = await this.steady();
    const post = async () => bridge.post(this.account ?? (await this.login()), lines);
    const count = (reason: string) => this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    return outcomeOf(post, this.life.death, count);
  }

  /** Read past the proxy. */
  marks(): Promise<ReadonlyMap<string, number>> {
    return marksOn(this.board?.port ?? 0);
  }
}

test(`${POSTS} posts while connections, bridge and board die`, { timeout: 240_000 + POSTS * 500 }, async () => {
  const world = new World(folder);
  await world.start();
  for (let n = 0; n < BASES; n++) {
    await world.bridge?.post(world.account ?? (await world.login()), base(n));
  }
  world.calm = false;
  const cases = makeCases(POSTS, BASES, 30, world.random);
  const queue = [...cases];
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) one.outcomes.push(await world.post(one));
    }),
  );
  await world.steady();

  expectNoneLost(cases, await world.marks());
  const first = tally(cases);

  // Whoever got no answer, or was told to try again, sends the same article again until it is settled.
  for (let round = 0; round < 20 && !cases.every(isPosted); round++) {
    world.calm = round >= 3;
    for (const one of cases) if (!isPosted(one)) one.outcomes.push(await world.post(one));
    await world.steady();
  }
  world.calm = true;
  const bridge = await world.steady();
  // What is held back at first is shown in the end.
  let isShown = false;
  for (let tries = 0; tries < 50 && !isShown; tries++) {
    isShown = await bridge.model.refresh().then(
      () => true,
      () => false,
    );
  }
  expect(isShown).toBe(true);

  const atLast = await world.marks();
  expectAll(cases, atLast, world.reasons.keys());
  expect(world.violations).toEqual([]);
  // every Message-ID names a post with its own text
  const own = await world.permanent.ownPosts();
  const ids = own.map((post) => post.messageId).filter((id) => id.startsWith('<case'));
  expect(new Set(ids)).toEqual(new Set(cases.map((one) => one.messageId)));
  expect(new Set(own.map((post) => post.sequence)).size).toBe(cases.length + BASES);
  expect(await world.permanent.intents()).toEqual([]);
  const steps = [...world.faults].sort(([a], [b]) => a.localeCompare(b));
  console.log(
    [
      `${POSTS} posts, seed ${SEED}: ${steps.reduce((sum, [, count]) => sum + count, 0)} faults at ${steps.length} different steps`,
      `first answers: ${first}; after retries: ${tally(cases)}`,
      `on the board: ${[...atLast.values()].reduce((sum, count) => sum + count, 0)}, none twice, none missing`,
      ...(process.env['RGTP_FAULT_STEPS'] === undefined ? [] : steps.map(([step, count]) => `  ${count} × ${step}`)),
    ].join('\n'),
  );
  await world.close();
});
