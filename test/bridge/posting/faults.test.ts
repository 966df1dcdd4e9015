import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BoardServer } from '../../../src/board/server.ts';
import type { Person } from '../../../src/bridge/ports.ts';
import { Refusal } from '../../../src/nntp/backend.ts';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { addUser, secrets } from '../../board/boards.ts';
import { CuttingProxy, type Step, type Verdict } from '../../support/cutting-proxy.ts';
import { seededRandom } from '../../support/random.ts';
import { draft, NEWSGROUP, TestBridge } from './bridge.ts';
import { Life } from './killable.ts';

/** More in a long run: RGTP_FAULT_POSTS=1000. */
const POSTS = Number(process.env['RGTP_FAULT_POSTS'] ?? 120);
const SEED = Number(process.env['RGTP_FAULT_SEED'] ?? 20260122);
const WORKERS = 8;
/** Every so many posts two have the same text: only their Message-IDs tell them apart. */
const TWINS = 6;
/** Items that are there before. */
const BASES = 5;

type Outcome = '240' | 'duplicate' | 'unavailable' | 'rejected' | 'no answer';

interface Case {
  readonly messageId: string;
  /** names the text */
  readonly mark: string;
  readonly lines: readonly string[];
  outcomes: Outcome[];
}

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
  readonly path: string;
  readonly permanent: PermanentFile;
  board: BoardServer | undefined;
  proxy: CuttingProxy | undefined;
  life = new Life();
  bridge: TestBridge | undefined;
  account: Person | undefined;
  calm = true;
  #changing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = join(path, 'board.sqlite');
    this.permanent = PermanentFile.open(join(path, 'permanent.sqlite'));
  }

  async start(): Promise<void> {
    this.board = await this.#openBoard();
    await addUser(this.board, 'ann@rgtp.test', 2, secrets.ann);
    this.proxy = await CuttingProxy.open(this.board.address.port, (step) => this.#decide(step));
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
    await this.board?.close();
    this.board = await this.#openBoard();
    if (this.proxy !== undefined) this.proxy.target = this.board.address.port;
  }

  #openBoard(): Promise<BoardServer> {
    return BoardServer.open({ path: this.path, listen: { host: '127.0.0.1', port: 0 }, proofDelay: 0 });
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
        if (life !== this.life) return;
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
    const { life } = this;
    const died = life.death.then((): Outcome => 'no answer');
    const answered = (async (): Promise<Outcome> => {
      try {
        await bridge.post(this.account ?? (await this.login()), lines);
        return '240';
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.reasons.set(error.message, (this.reasons.get(error.message) ?? 0) + 1);
        return error.kind === 'duplicate' ? 'duplicate' : error.kind === 'unavailable' ? 'unavailable' : 'rejected';
      }
    })();
    answered.catch(() => {});
    return Promise.race([answered, died]);
  }

  /** Marks of the texts on the board, with how often each is there, read past the proxy. */
  async marks(): Promise<Map<string, number>> {
    const marks = new Map<string, number>();
    const connection = await RgtpConnection.open({ host: '127.0.0.1', port: this.board?.address.port ?? 0 });
    const ids = new Set<string>();
    await connection.index(undefined, (entry) => entry.itemId !== undefined && ids.add(entry.itemId));
    for (const id of ids) {
      for (const { lines } of (await connection.item(id)).contributions) {
        const mark = /^mark-\d+$/.exec(lines[0] ?? '')?.[0];
        if (mark !== undefined) marks.set(mark, (marks.get(mark) ?? 0) + 1);
      }
    }
    await connection.close();
    return marks;
  }
}

/** Every tenth begins an item; the others reply to one of a few, which fill up and are continued. */
function makeCases(world: World): Case[] {
  return Array.from({ length: POSTS }, (_, n) => {
    // the second of two twins says what the first says, in the same place
    const origin = n % TWINS === 1 ? n - 1 : n;
    const reply = origin % 10 === 9 ? {} : { References: `<base${origin % BASES}@example.net>` };
    const length = n % TWINS <= 1 ? 3 : Math.floor(world.random() * 30);
    const text = [`mark-${origin}`, ...Array<string>(length).fill('x'.repeat(70))];
    const messageId = `<case${n}@example.net>`;
    const headers = { 'Message-ID': messageId, Subject: `Case ${origin}`, ...reply };
    return { messageId, mark: `mark-${origin}`, lines: draft(headers, ...text), outcomes: [] };
  });
}

test(`${POSTS} posts while connections, bridge and board die`, { timeout: 60_000 + POSTS * 500 }, async () => {
  const world = new World(folder);
  await world.start();
  for (let n = 0; n < BASES; n++) {
    await world.bridge?.post(
      world.account ?? (await world.login()),
      draft({ 'Message-ID': `<base${n}@example.net>` }, 'base'),
    );
  }
  world.calm = false;
  const cases = makeCases(world);
  const queue = [...cases];
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) one.outcomes.push(await world.post(one));
    }),
  );
  await world.steady();

  const expected = (settled: (one: Case) => boolean) => {
    const counts = new Map<string, number>();
    for (const one of cases.filter(settled)) counts.set(one.mark, (counts.get(one.mark) ?? 0) + 1);
    return counts;
  };
  const posted = (one: Case) => one.outcomes.includes('240') || one.outcomes.includes('duplicate');
  const atFirst = await world.marks();
  const acknowledged = expected(posted);
  const all = expected(() => true);
  for (const { mark } of cases) {
    // Acknowledged posts are there; no post is there more often than it was sent.
    expect(atFirst.get(mark) ?? 0, `${mark} after the storm`).toBeGreaterThanOrEqual(acknowledged.get(mark) ?? 0);
    expect(atFirst.get(mark) ?? 0, `${mark} after the storm`).toBeLessThanOrEqual(all.get(mark) ?? 0);
  }
  const first = tally(cases);

  // Whoever got no answer, or was told to try again, sends the same article again until it is settled.
  for (let round = 0; round < 20 && !cases.every(posted); round++) {
    world.calm = round >= 3;
    for (const one of cases) if (!posted(one)) one.outcomes.push(await world.post(one));
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

  expect(
    cases.filter((one) => !posted(one)).map((one) => one.messageId),
    JSON.stringify([...world.reasons]),
  ).toEqual([]);
  const atLast = await world.marks();
  const wrong = [...all].filter(([mark, count]) => atLast.get(mark) !== count);
  expect(wrong.map(([mark, count]) => `${mark}: ${atLast.get(mark) ?? 0} for ${count}`)).toEqual([]);
  expect(atLast.size).toBe(all.size);
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

function tally(cases: readonly Case[]): string {
  const counts = new Map<Outcome, number>();
  for (const { outcomes } of cases) {
    const last = outcomes.at(-1);
    if (last !== undefined) counts.set(last, (counts.get(last) ?? 0) + 1);
  }
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}
