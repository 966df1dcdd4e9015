/** What a file can't do: two bridges at once, and a database that is away. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StoreError } from '../../../src/store/errors.ts';
import type { StoredAccount } from '../../../src/store/permanent-records.ts';
import { PermanentDatabase } from '../../../src/store/postgres/permanent-database.ts';
import { Postgres } from '../../../src/store/postgres/postgres.ts';
import { MIGRATIONS } from '../../../src/store/postgres/schema.ts';
import { CuttingWay } from '../../support/cutting-way.ts';
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

  async function bridge(url = server.url): Promise<PermanentDatabase> {
    const store = await PermanentDatabase.open(await connected(url), board);
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
    expect(await admin.query('SELECT version FROM migrations')).toHaveLength(MIGRATIONS.length);
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

  test('a standby, and a database that is read-only, count as away, and say so', async () => {
    const error = await failure(() => Postgres.open(`${server.url}&options=-c%20default_transaction_read_only%3Don`));
    expect(error.kind).toBe('away');
    expect(error.message).toMatch(/a standby, or read-only: .* in a read-only transaction \(25006\)/);
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
    let cutting: CuttingWay;

    beforeEach(async () => {
      cutting = await CuttingWay.open(server.socket);
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
