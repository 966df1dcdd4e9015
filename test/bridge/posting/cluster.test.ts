/** Several bridges in front of one board, with one database, while everything dies at random steps. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Person } from '../../../src/bridge/ports.ts';
import { openShared, type SharedStore } from '../../support/bridges-of-board.ts';
import { CuttingProxy, type Step, type Verdict } from '../../support/cutting-proxy.ts';
import { CuttingWay } from '../../support/cutting-way.ts';
import { hasPostgres, PostgresServer } from '../../support/postgres.ts';
import { seededRandom } from '../../support/random.ts';
import { NEWSGROUP, TestBridge } from './bridge.ts';
import { embedded, type FaultBoard, ofGroggsd } from './fault-boards.ts';
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
  TWINS,
} from './fault-cases.ts';
import { Life } from './killable.ts';

/** More in a long run: RGTP_FAULT_POSTS=1000. */
const POSTS = Number(process.env['RGTP_FAULT_POSTS'] ?? 100);
const SEED = Number(process.env['RGTP_FAULT_SEED'] ?? 20261127);
const WORKERS = 6;
const BASES = 3;

/** One bridge: killed, it is replaced by another that knows nothing but what the database and the board do. */
class Place {
  readonly #world: World;
  #life = new Life();
  #way: CuttingWay | undefined;
  #store: SharedStore | undefined;
  #bridge: TestBridge | undefined;
  #person: Person | undefined;
  #changing: Promise<void> = Promise.resolve();
  #isStarting = false;

  constructor(world: World) {
    this.#world = world;
  }

  get bridge(): TestBridge {
    if (this.#bridge === undefined) throw new Error('no bridge');
    return this.#bridge;
  }

  async steady(): Promise<void> {
    for (let changing: Promise<void> | undefined; changing !== this.#changing; ) {
      changing = this.#changing;
      await changing;
    }
  }

  /** One that is just starting is left alone: it would be started again. */
  kill(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    this.end();
    this.#changing = this.#changing.then(() => this.open());
  }

  /** Its connections to the database are cut. It does not die of it. */
  cutOff(): void {
    this.#way?.cutAll();
  }

  end(): void {
    this.#life.kill();
    this.#way?.refuse();
    const [store, way, bridge] = [this.#store, this.#way, this.#bridge];
    bridge?.boardPoster.close();
    this.#world.dead.push(async () => {
      await bridge?.model.close();
      await store?.close();
      await way?.close();
    });
  }

  async open(): Promise<void> {
    const world = this.#world;
    const life = new Life();
    this.#life = life;
    this.#person = undefined;
    this.#way = await CuttingWay.open(world.socket);
    const pace = { look: 100, lease: 3000, again: 100 };
    // The database may be away just now: a supervisor starts the bridge again.
    for (this.#store = undefined; this.#store === undefined; ) {
      await world.databaseIsThere;
      this.#store = await openShared(this.#way.url, 'board', { pace }).catch(() => undefined);
    }
    const { permanent } = this.#store;
    for (let bridge: TestBridge | undefined; bridge === undefined; ) {
      bridge = await TestBridge.open(world.proxy?.port ?? 0, {
        ...{ permanent, grace: 100, size: WORKERS, mortal: true },
        client: { connect: life.connect, timeouts: { connect: 2000, banner: 2000, answer: 5000 } },
        onPublish: (rows, own) => {
          // the dead show nothing to anybody
          if (life.isOver) return;
          for (const { userid, epoch, sequence } of rows) {
            if (userid.startsWith('ann') && own.idOf(NEWSGROUP, epoch, sequence) === undefined)
              world.violations.push(`derived id of #${sequence} shown`);
          }
        },
      }).catch(() => undefined);
      this.#bridge = bridge;
    }
    const { model, poster } = this.bridge;
    for (let tries = 0; tries < 50 && !model.isRead; tries++) await model.refresh().catch(() => {});
    model.start();
    void poster.start();
    this.#isStarting = false;
  }

  /** As a newsreader would; a bridge that dies gives no answer. */
  async post({ lines }: Pick<Case, 'lines'>): Promise<Outcome> {
    await this.steady();
    const { bridge } = this;
    const post = async () => {
      this.#person ??= await bridge.ann();
      await bridge.post(this.#person, lines);
    };
    return outcomeOf(post, this.#life.death, (reason) => this.#world.reasons.add(reason));
  }

  /** Every article, octet for octet. */
  async articles(): Promise<string[]> {
    const [group] = this.bridge.view.groups;
    if (group === undefined) throw new Error('no newsgroup');
    const all = [`${group.low} ${group.high} ${group.count}`];
    for (const piece of group.numbers(group.low, group.high)) {
      for (const number of piece) {
        const article = await group.article(number);
        all.push(`${number}\n${article?.bytes.toString('latin1').replace(/^(Path|Xref): .*$/gm, '$1')}`);
      }
    }
    return all;
  }
}

class World {
  readonly random = seededRandom(SEED);
  readonly violations: string[] = [];
  readonly reasons = new Set<string>();
  readonly faults = new Map<string, number>();
  readonly places: Place[] = [];
  readonly dead: (() => Promise<void>)[] = [];
  readonly socket: string;
  readonly #database: PostgresServer;
  databaseIsThere: Promise<void> = Promise.resolve();
  proxy: CuttingProxy | undefined;
  calm = true;
  readonly #board: FaultBoard;
  #boardChanging: Promise<void> = Promise.resolve();

  constructor(board: FaultBoard, database: PostgresServer) {
    this.#board = board;
    this.#database = database;
    this.socket = database.socket;
  }

  async start(bridges: number): Promise<void> {
    this.proxy = await CuttingProxy.open(this.#board.port, (step) => this.#decide(step));
    for (let n = 0; n < bridges; n++) {
      const place = new Place(this);
      await place.open();
      this.places.push(place);
    }
  }

  async steady(): Promise<void> {
    await this.databaseIsThere;
    await this.#boardChanging;
    for (const place of this.places) await place.steady();
  }

  place(at: number): Place {
    const place = this.places[at % this.places.length];
    if (place === undefined) throw new Error('no bridges');
    return place;
  }

  /** Also where the test has failed: it would go on in the next one's database. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.calm = true;
    await this.steady();
    for (const place of this.places) place.end();
    await this.proxy?.close();
    await this.#board.close();
    for (const bury of this.dead) await bury();
  }

  /** Read past the proxy. */
  marks(): Promise<ReadonlyMap<string, number>> {
    return marksOn(this.#board.port);
  }

  #decide(step: Step): Verdict {
    const chance = step === 'S data' ? 0.0001 : step === 'C text' ? 0.001 : 0.02;
    if (this.calm || this.random() >= chance) return 'pass';
    const kind = this.random();
    const at = Math.floor(this.random() * this.places.length);
    const what =
      kind < 0.5 ? 'connection' : kind < 0.7 ? 'bridge' : kind < 0.88 ? 'way' : kind < 0.94 ? 'database' : 'board';
    this.faults.set(what, (this.faults.get(what) ?? 0) + 1);
    if (what === 'bridge') this.places[at]?.kill();
    if (what === 'way') this.places[at]?.cutOff();
    if (what === 'database') this.databaseIsThere = this.databaseIsThere.then(() => this.#restartDatabase());
    if (what === 'board') this.#boardChanging = this.#boardChanging.then(() => this.#restartBoard());
    return (['cut before', 'cut within', 'cut after'] as const)[Math.floor(this.random() * 3)] ?? 'pass';
  }

  async #restartDatabase(): Promise<void> {
    await this.#database.kill();
    await this.#database.start();
  }

  async #restartBoard(): Promise<void> {
    this.proxy?.cutAll();
    await this.#board.restart();
    if (this.proxy !== undefined) this.proxy.target = this.#board.port;
  }
}

describe.skipIf(!hasPostgres)('bridges of one board', () => {
  let folder = '';
  let database: PostgresServer;

  beforeAll(async () => {
    database = await PostgresServer.start();
  });
  afterAll(() => database.remove());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cluster-'));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await database.empty();
  });

  const patience = { timeout: 480_000 + POSTS * 1000 };

  test.each([
    ['the embedded board', 2, embedded],
    ['the embedded board', 3, embedded],
    ['a double of groggsd', 2, ofGroggsd],
    ['a double of groggsd', 3, ofGroggsd],
  ] as const)(
    `${POSTS} posts to %s through %i bridges, while they, the database and connections die`,
    patience,
    async (name, count, open) => {
      await using world = new World(await open(folder), database);
      await world.start(count);
      for (let n = 0; n < BASES; n++) {
        expect(await world.place(n).post({ lines: base(n) })).toBe('240');
      }
      for (const { bridge } of world.places)
        await expect.poll(() => bridge.entries.length).toBeGreaterThanOrEqual(BASES);
      world.calm = false;
      const cases = makeCases(POSTS, BASES, 20, world.random);
      const queue = [...cases.entries()];
      const attempt = async (one: Case, at: number): Promise<void> => {
        one.outcomes.push(await world.place(at).post(one));
      };
      await Promise.all(
        Array.from({ length: WORKERS }, async () => {
          for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
            const [n, one] = next;
            const both = n % TWINS === 3 ? [attempt(one, n + 1)] : [];
            await Promise.all([attempt(one, n), ...both]);
          }
        }),
      );
      await world.steady();

      expectNoneLost(cases, await world.marks());
      // Nobody was told of a success twice.
      expect(cases.filter(({ outcomes }) => outcomes.filter((one) => one === '240').length > 1)).toEqual([]);

      // Whoever got no answer, or was told to try again, sends the same article again, to whichever bridge, until it is settled.
      let round = 0;
      const unsettled = async () => {
        world.calm = round >= 3;
        for (const [n, one] of cases.entries()) if (!isPosted(one)) await attempt(one, n + round);
        await world.steady();
        round++;
        return cases.filter((one) => !isPosted(one));
      };
      await expect.poll(unsettled).toEqual([]);
      world.calm = true;
      await world.steady();
      expectAll(cases, await world.marks(), world.reasons);

      const first = world.place(0);
      await expect.poll(() => first.bridge.permanent.intents().catch(() => undefined)).toEqual([]);
      for (const { bridge } of world.places) {
        await expect
          .poll(() =>
            bridge.model.refresh().then(
              () => true,
              () => false,
            ),
          )
          .toBe(true);
      }
      const own = await first.bridge.permanent.ownPosts();
      const ids = own.map(({ messageId }) => messageId).filter((id) => id.startsWith('<case'));
      expect(new Set(ids)).toEqual(new Set(cases.map(({ messageId }) => messageId)));
      expect(new Set(own.map(({ sequence }) => sequence)).size).toBe(cases.length + BASES);
      expect(world.violations).toEqual([]);

      const articles = await first.articles();
      expect(articles.filter((one) => one.includes('Message-ID: <case'))).toHaveLength(POSTS);
      for (const place of world.places) expect(await place.articles()).toEqual(articles);
      console.log(
        `${POSTS} posts to ${name} through ${count} bridges, seed ${SEED}: ${[...world.faults].map(([what, times]) => `${what} ${times}`).join(', ')}; none twice, none missing`,
      );
    },
  );
});
