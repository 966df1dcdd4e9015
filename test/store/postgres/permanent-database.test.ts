/** What a file can't do: two bridges at once, and a database that is away. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StoreError } from '../../../src/store/errors.ts';
import type { StoredAccount } from '../../../src/store/permanent.ts';
import { Lease } from '../../../src/store/postgres/lease.ts';
import { PermanentDatabase } from '../../../src/store/postgres/permanent-database.ts';
import { Postgres } from '../../../src/store/postgres/postgres.ts';
import { hasPostgres, PostgresServer } from '../../support/postgres.ts';

const post = { messageId: '<1@example>', epoch: 1, sequence: 7, references: '' };
const intent = { messageId: '<1@example>', created: 5, details: '{}' };

describe.skipIf(!hasPostgres)('PostgreSQL', () => {
  let server: PostgresServer;
  let board: string;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.remove());
  beforeEach(() => {
    board = randomUUID();
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function connected(url = server.url): Promise<Postgres> {
    const postgres = await Postgres.open(url);
    closing.push(() => postgres.close());
    return postgres;
  }

  async function bridge(url = server.url, owner?: string): Promise<PermanentDatabase> {
    const store = await PermanentDatabase.open(await connected(url), board, owner);
    closing.push(() => store.close());
    return store;
  }

  async function failure(task: () => Promise<unknown>): Promise<StoreError> {
    const error = await task().catch((reason: unknown) => reason);
    if (!(error instanceof StoreError)) throw new Error(`no StoreError: ${String(error)}`);
    return error;
  }

  test('several bridges may start on an empty database at once', async () => {
    const admin = await connected();
    await admin.query('DROP SCHEMA rgtp_nntp CASCADE');
    await Promise.all(Array.from({ length: 8 }, () => connected()));
    expect(await admin.query('SELECT version FROM migrations')).toHaveLength(1);
  });

  test('a newer schema is refused', async () => {
    const admin = await connected();
    await admin.query('INSERT INTO migrations VALUES (1000)');
    const error = await failure(() => Postgres.open(server.url));
    await admin.query('DELETE FROM migrations WHERE version = 1000');
    expect(error.kind).toBe('newer');
    expect(error.message).toContain('run the newer rgtp-nntp');
  });

  test.each([
    ['a database that is not there', '/nothing', 'missing'],
    ['a user that is not there', '/postgres', 'denied'],
  ])('%s is told apart from one that is away, without its password', async (_, path, kind) => {
    const url = `postgres://${kind === 'denied' ? 'nobody-here' : 'postgres'}:sesame@localhost${path}?host=${server.folder}`;
    const error = await failure(() => Postgres.open(url));
    expect(error.kind).toBe(kind);
    expect(error.message).not.toContain('sesame');
  });

  test('a Message-ID is intended once by however many bridges at the same moment', async () => {
    const bridges = await Promise.all([bridge(), bridge(), bridge()]);
    for (let round = 0; round < 40; round++) {
      const one = { ...intent, messageId: `<${round}@example>` };
      const outcomes = await Promise.all(bridges.map((store) => store.intend(one)));
      expect(outcomes.filter(({ known }) => !known)).toHaveLength(1);
    }
  });

  test('nor is it intended while another bridge is finishing it', async () => {
    const [one, other] = [await bridge(), await bridge()];
    for (let round = 0; round < 40; round++) {
      const messageId = `<${round}@example>`;
      await one.intend({ ...intent, messageId });
      const [, outcome] = await Promise.all([
        one.done({ ...post, messageId, sequence: round }),
        other.intend({ ...intent, messageId }),
      ]);
      expect(outcome.known).toBe(true);
    }
  });

  test('what was done or forgotten while the database was away is so once it is back', async () => {
    const store = await bridge();
    await store.intend(intent);
    await store.intend({ ...intent, messageId: '<2@example>' });
    await server.kill();
    expect((await failure(() => store.done(post))).kind).toBe('away');
    expect((await failure(() => store.forget('<2@example>'))).kind).toBe('away');
    expect(store.trouble?.kind).toBe('away');
    await server.start();
    await expect.poll(() => store.trouble).toBeUndefined();
    expect(await store.intents()).toEqual([]);
    expect(await store.ownPosts()).toEqual([post]);
  });

  test('what the database refuses is not asked of it again, and holds up nothing', async () => {
    const store = await bridge();
    await store.intend(intent);
    const nul = String.fromCharCode(0);
    await expect(store.done({ ...post, references: nul })).rejects.toThrow('invalid byte sequence');
    await expect(store.intend({ ...intent, messageId: nul })).rejects.toThrow('invalid byte sequence');
    expect(await store.intents()).toEqual([intent]);
    await store.done(post);
    expect(await store.ownPosts()).toEqual([post]);
  });

  test('an orderly restart between two questions goes unnoticed', async () => {
    const store = await bridge();
    await store.intend(intent);
    await server.stop();
    await server.start();
    expect(await store.intents()).toEqual([intent]);
    expect(store.trouble).toBeUndefined();
  });

  describe('an answer that is lost with its connection', () => {
    let cutting: Cutting;

    beforeEach(async () => {
      cutting = await Cutting.open(join(server.folder, '.s.PGSQL.5432'));
    });
    afterEach(() => cutting.close());

    test('to COMMIT: it is looked up, not assumed', async () => {
      const store = await bridge(cutting.url);
      cutting.cutAfter('COMMIT\0', 1);
      expect(await store.intend(intent)).toEqual({ known: false });
      expect(cutting.cuts).toBe(1);
      expect(await store.intend(intent)).toEqual({ known: true, post: undefined, intent });
    });

    test('to every COMMIT: the intent of a post that was not taken does not stay', async () => {
      const store = await bridge(cutting.url);
      cutting.cutAfter('COMMIT\0', 2);
      expect((await failure(() => store.intend(intent))).kind).toBe('away');
      expect(cutting.cuts).toBe(2);
      expect(await store.intents()).toEqual([]);
      expect(await store.intend(intent)).toEqual({ known: false });
    });

    test('to what is done', async () => {
      const store = await bridge(cutting.url);
      await store.intend(intent);
      cutting.cutAfter('COMMIT\0', 1);
      await store.done(post);
      expect([await store.intents(), await store.ownPosts()]).toEqual([[], [post]]);
    });
  });

  describe('of two bridges that are to serve one board', () => {
    const unexpected = () => expect.fail('this one has it');

    async function lease(url: string, onWaiting: () => void, onLost: (error: StoreError) => void): Promise<Lease> {
      const postgres = await connected(url);
      await PermanentDatabase.declare(postgres, board);
      return Lease.take(postgres, board, { onWaiting, onLost });
    }

    test('one waits, and takes over when the other ends', async () => {
      const first = await lease(server.url, unexpected, unexpected);
      const waiting = Promise.withResolvers<void>();
      const second = lease(server.url, waiting.resolve, unexpected);
      await waiting.promise;
      await first.close();
      const { owner, close } = await second.then((taken) => ({ owner: taken.owner, close: () => taken.close() }));
      expect(await (await bridge(server.url, owner)).intend(intent)).toEqual({ known: false });
      await close();
    });

    test('one that was cut off and replaced writes nothing any more, and is told', async () => {
      const cutting = await Cutting.open(join(server.folder, '.s.PGSQL.5432'));
      const lost = Promise.withResolvers<StoreError>();
      const first = await lease(cutting.url, unexpected, lost.resolve);
      const store = await bridge(server.url, first.owner);
      expect(await store.intend(intent)).toEqual({ known: false });
      cutting.refuse();
      const second = await lease(server.url, () => {}, unexpected);
      const error = await failure(() => store.intend({ ...intent, messageId: '<2@example>' }));
      expect(error.kind).toBe('locked');
      expect(error.message).toContain('another rgtp-nntp has taken over');
      expect((await failure(() => store.done(post))).kind).toBe('locked');
      expect((await failure(() => store.raiseMarks([{ place: 'main', low: 1, high: 9 }]))).kind).toBe('locked');
      expect(await (await bridge(server.url, second.owner)).intents()).toEqual([intent]);
      await second.close();
      cutting.accept();
      expect((await lost.promise).kind).toBe('locked');
      await first.close();
      await cutting.close();
    });

    test('one that was cut off for a while, and not replaced, goes on', async () => {
      const cutting = await Cutting.open(join(server.folder, '.s.PGSQL.5432'));
      const first = await lease(cutting.url, () => {}, unexpected);
      const store = await bridge(server.url, first.owner);
      cutting.cutAll();
      expect(await store.intend(intent)).toEqual({ known: false });
      await first.close();
      await cutting.close();
    });
  });

  test('accounts made on one bridge are known on all, and so is their end', async () => {
    const [one, other] = [await bridge(), await bridge()];
    const account: StoredAccount = {
      name: 'anne',
      passwordHash: '$',
      userid: 'a@b',
      secret: Buffer.of(1),
      settings: '{}',
    };
    let known: readonly string[] | undefined;
    other.onAccounts((accounts) => {
      known = accounts.map(({ name }) => name);
    });
    await expect.poll(() => known).toEqual([]);
    await one.putAccount(account);
    await expect.poll(() => known).toEqual(['anne']);
    await one.removeAccount('anne');
    await expect.poll(() => known).toEqual([]);
  });

  test('what is committed is synced, although the server is told not to', async () => {
    await server.stop();
    await server.start('synchronous_commit=off');
    const store = await connected();
    expect(await store.query('SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
    await server.stop();
    await server.start();
  });
});

/** A way to the server that loses answers. */
class Cutting {
  readonly #server = createServer();
  readonly #sockets = new Set<Socket>();
  #word = '';
  #left = 0;
  #refusing = false;
  cuts = 0;

  static async open(target: string): Promise<Cutting> {
    const cutting = new Cutting();
    cutting.#server.on('connection', (client) => cutting.#relay(client, connect(target)));
    cutting.#server.listen(0, '127.0.0.1');
    await once(cutting.#server, 'listening');
    return cutting;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return `postgres://postgres@127.0.0.1:${address.port}/postgres`;
  }

  /** The next `times` statements of this name reach the server, and their answers nobody. */
  cutAfter(word: string, times: number): void {
    this.#word = word;
    this.#left = times;
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Cuts everything, and lets nobody in. */
  refuse(): void {
    this.#refusing = true;
    this.cutAll();
  }

  accept(): void {
    this.#refusing = false;
  }

  async close(): Promise<void> {
    this.cutAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #relay(client: Socket, server: Socket): void {
    if (this.#refusing) {
      client.destroy();
      server.destroy();
      return;
    }
    let silent = false;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (chunk) => {
      server.write(chunk);
      if (this.#left === 0 || !chunk.includes(this.#word)) return;
      this.#left--;
      silent = true;
    });
    server.on('data', (chunk) => {
      if (!silent) {
        client.write(chunk);
        return;
      }
      // It has been done, and is being answered.
      this.cuts++;
      client.destroy();
      server.destroy();
    });
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }
}
