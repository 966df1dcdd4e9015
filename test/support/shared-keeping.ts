/** What the bridges of a model share: a PostgreSQL, each over a way of its own, which can be cut. */
import { randomUUID } from 'node:crypto';
import { StoreError } from '../../src/store/errors.ts';
import type { Permanent } from '../../src/store/permanent.ts';
import type { Ownership, Shared } from '../../src/store/shared.ts';
import { openShared, type SharedStore } from './bridges-of-board.ts';
import { CuttingWay } from './cutting-way.ts';
import type { Keeping } from './model-board.ts';
import type { KeptForGood } from './model-bridge.ts';
import type { PostgresServer } from './postgres.ts';

/**
 * ms: a dead bridge is replaced at once, and what it left is in doubt for a moment. On a busy machine that must suffice
 * for a look. A bridge that is alive hears at once that its connection is cut, so its lease may be as long as a busy
 * machine takes to answer.
 */
const PACE = { look: 5, lease: 3_000, again: 5, patience: 300 };
/** Starts of a bridge, where the database is too busy. */
const STARTS = 100;

/** What a bridge asks the store, and is told: called before and after each question. */
type Witness = () => void | Promise<void>;

interface Open {
  readonly way: CuttingWay;
  witness: Witness;
  isCutOff: boolean;
  isDead: boolean;
}

export class SharedKeeping implements Keeping {
  /** poll.idle, as it is by default */
  readonly overlap = 300;
  readonly #database: PostgresServer;
  readonly #board = randomUUID();
  readonly #open = new Map<string, Open>();

  constructor(database: PostgresServer) {
    this.#database = database;
  }

  async open(bridge: string): Promise<KeptForGood> {
    const way = await CuttingWay.open(this.#database.socket);
    const now: Open = { way, witness: () => {}, isCutOff: false, isDead: false };
    this.#open.set(bridge, now);
    const store = await this.#store(way);
    return {
      permanent: mortal(store.permanent, now),
      die: () => {
        now.isDead = true;
        way.refuse();
      },
      close: async () => {
        now.isDead = true;
        await store.close();
        await way.close();
      },
    };
  }

  async #store(way: CuttingWay): Promise<SharedStore> {
    for (let starts = 1; ; starts++) {
      try {
        return await openShared(way.url, this.#board, { pace: PACE });
      } catch (error) {
        if (!(error instanceof StoreError) || starts === STARTS) throw error;
      }
    }
  }

  async close(): Promise<void> {}

  /** The way to the database of a bridge that is running. */
  way(bridge: string): CuttingWay {
    return this.#of(bridge).way;
  }

  /** It does not reach the database until all do, or it is started again. */
  cutOff(bridge: string): void {
    const open = this.#of(bridge);
    open.isCutOff = true;
    open.way.refuse();
  }

  isCutOff(bridge: string): boolean {
    return this.#of(bridge).isCutOff;
  }

  reconnect(): void {
    for (const open of this.#open.values()) {
      if (open.isCutOff) open.way.accept();
      open.isCutOff = false;
    }
  }

  /** Calls `witness` at each question of a bridge to the store, and each answer, as long as `task` takes. */
  async witnessed(bridge: string, witness: Witness, task: () => Promise<unknown>): Promise<void> {
    const open = this.#of(bridge);
    open.witness = witness;
    try {
      await task();
    } finally {
      open.witness = () => {};
    }
  }

  async restart(): Promise<void> {
    await this.#database.kill();
    await this.#database.start();
  }

  #of(bridge: string): Open {
    const open = this.#open.get(bridge);
    if (open === undefined) throw new Error(`${bridge} has nothing open`);
    return open;
  }
}

/** The functions of `Shared` that ask the database. */
const QUESTIONS: ReadonlySet<PropertyKey> = new Set<keyof Shared>(['news', 'version', 'shown', 'publish', 'changed']);
/** The one of `Permanent` that does not. */
const LISTENERS: ReadonlySet<PropertyKey> = new Set<keyof Permanent>(['onAccounts']);

/** A store that the dead neither read nor write. */
function mortal(permanent: Permanent, life: Open): Permanent {
  const asked = async <T>(question: () => Promise<T>): Promise<T> => {
    await life.witness();
    if (life.isDead) throw killed();
    const answer = await question();
    await life.witness();
    if (life.isDead) throw killed();
    return answer;
  };
  const { shared } = permanent;
  if (shared === undefined) throw new Error('nothing is shared');
  const ownership = (): Ownership => {
    const its = shared.ownership();
    return { confirm: () => asked(() => its.confirm()), whenLost: (listener) => its.whenLost(listener) };
  };
  return through(permanent, (name) => !LISTENERS.has(name), asked, {
    shared: through(shared, (name) => QUESTIONS.has(name), asked, { ownership }),
  });
}

function through<T extends object>(
  target: T,
  isQuestion: (name: PropertyKey) => boolean,
  asked: <A>(question: () => Promise<A>) => Promise<A>,
  instead: Partial<T>,
): T {
  return new Proxy(target, {
    get: (_, name) => {
      if (name in instead) return Reflect.get(instead, name) as unknown;
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      // Whatever `isQuestion` picks is asynchronous.
      const method = member.bind(target) as (...args: unknown[]) => Promise<unknown>;
      return isQuestion(name) ? (...args: unknown[]) => asked(() => method(...args)) : method;
    },
  });
}

function killed(): StoreError {
  return new StoreError('away', 'the database', 'the bridge was killed');
}
