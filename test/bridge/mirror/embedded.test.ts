import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BoardServer } from '../../../src/board/server.ts';
import type { Mirror } from '../../../src/bridge/mirror/mirror.ts';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import { RgtpPool } from '../../../src/rgtp/client/pool.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import { Cache } from '../../../src/store/cache.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { latin1, type Octets, octets } from '../../../src/wire/octets.ts';
import { highest, openMirror, STILL, shown } from '../../support/mirrors.ts';

type Step =
  | {
      readonly do:
        | 'item'
        | 'motd'
        | 'poll'
        | 'restart the board'
        | 'restart the mirror'
        | 'cut'
        | 'back up'
        | 'restore';
    }
  | { readonly do: 'reply' | 'fill' | 'edit' | 'withdraw' | 'delete row' | 'change row'; readonly pick: number };

const pick = fc.nat(1000);
const histories = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('item' as const) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('reply' as const), pick }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constantFrom('fill', 'edit', 'edit', 'withdraw', 'delete row', 'change row') as fc.Arbitrary<'fill'>,
        pick,
      }),
    },
    {
      weight: 9,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'poll',
          'poll',
          'poll',
          'motd',
          'restart the board',
          'restart the mirror',
          'cut',
          'back up',
          'restore',
        ) as fc.Arbitrary<'poll'>,
      }),
    },
  ),
  { minLength: 5, maxLength: 40 },
);

/** An embedded board on a real socket, an editor who does things to it, and a mirror that follows. */
class World {
  readonly #directory = mkdtempSync(join(tmpdir(), 'embedded-'));
  readonly #path = join(this.#directory, 'board.sqlite');
  readonly #backup = join(this.#directory, 'backup.sqlite');
  readonly #permanent = PermanentFile.open(':memory:');
  readonly #sockets = new Set<Socket>();
  readonly #meanings = new Map<number, string>();
  #highest = 0;
  #clock = Date.UTC(2026, 10, 1);
  #count = 0;
  #hasBackup = false;
  #items: string[] = [];
  #editor: { userid: string; secret: Buffer } | undefined;
  #board!: BoardServer;
  #connection!: RgtpConnection;
  #pool!: RgtpPool;
  mirror!: Mirror;

  async open(): Promise<void> {
    await this.#startBoard();
    await this.#startMirror();
  }

  async end(): Promise<void> {
    await this.mirror.close();
    await this.#pool.close();
    await this.#stopBoard();
    await this.#permanent.close();
    rmSync(this.#directory, { recursive: true });
  }

  async step(step: Step): Promise<void> {
    this.#clock += 60_000;
    switch (step.do) {
      case 'poll':
        return this.#poll();
      case 'restart the board':
        await this.#stopBoard();
        return this.#startBoard();
      case 'restart the mirror':
        await this.mirror.close();
        await this.#pool.close();
        return this.#startMirror();
      case 'back up':
        await this.#stopBoard();
        copyFileSync(this.#path, this.#backup);
        this.#hasBackup = true;
        return this.#startBoard();
      case 'restore':
        if (!this.#hasBackup) return;
        await this.#stopBoard();
        copyFileSync(this.#backup, this.#path);
        this.#clock += 86_400_000;
        return this.#startBoard();
      case 'cut':
        for (const socket of this.#sockets) socket.destroy();
        return;
      default:
        return this.#change(step).catch((error: unknown) => {
          // Items that an editor or a restored backup took away.
          if (!(error instanceof RgtpError) || error.kind !== 'no-such-item') throw error;
        });
    }
  }

  async settle(): Promise<void> {
    this.#clock += 3_600_000;
    await this.#poll();
    const fresh = await openMirror(this.#pool, { permanent: this.#permanent, now: () => this.#clock });
    await this.mirror.close();
    await fresh.complete();
    const expected = await shown(fresh);
    await fresh.close();
    await this.#startMirror();
    expect(await shown(this.mirror)).toEqual(expected);
  }

  /** Until it goes well: the first attempt after a cut or a restart may not. */
  async #poll(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const failure = await this.mirror.complete().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) break;
      if (attempt > 5 || !(failure instanceof RgtpError) || failure.kind !== 'unavailable') throw failure;
    }
    expect(highest(this.mirror)).toBeGreaterThanOrEqual(this.#highest);
    for (const { number, epoch, sequence, kind, item } of await shown(this.mirror)) {
      const meaning = `${epoch} ${sequence} ${kind} ${item}`;
      const before = this.#meanings.get(number);
      if (before === undefined) expect(number).toBeGreaterThan(this.#highest);
      else expect(meaning).toBe(before);
      this.#meanings.set(number, meaning);
    }
    this.#highest = highest(this.mirror);
  }

  async #change(step: Step): Promise<void> {
    const board = this.#connection;
    const count = ++this.#count;
    const item = 'pick' in step ? this.#items[step.pick % this.#items.length] : undefined;
    if (step.do === 'item' || item === undefined) {
      return this.#addItem(count);
    }
    switch (step.do) {
      case 'motd':
        await board.data(octets``, [octets`message ${count}`]);
        await board.setMotd();
        return;
      case 'reply':
        return this.#reply(item, [`post ${count}`]);
      case 'fill':
        return this.#reply(
          item,
          Array.from({ length: 36 }, () => `post ${count} ${'x'.repeat(65)}`),
        );
      case 'edit':
        return this.#edit(async () => {
          const [first = octets``, ...lines] = await board.edit(item);
          const posts = lines.flatMap((line, at) => (line.startsWith('post ') ? [at] : []));
          const chosen = posts[count % posts.length];
          await board.data(
            first,
            lines.map((line, at) => (at === chosen ? octets`post edited ${count}` : line)),
          );
        });
      case 'withdraw':
        await board.lock();
        try {
          await board.edit(item);
          await board.withdraw(octets`not nice`);
        } finally {
          await board.unlock();
        }
        return;
      case 'delete row':
        // An index without rows can't be sent.
        await this.#addItem(count);
        return this.#edit(async () => {
          const rows = await board.editIndex();
          const row = rows[('pick' in step ? step.pick : 0) % rows.length];
          const gone = row?.slice(0, 8);
          // Nothing tells a mirror of a continuation whose rows went before it came by.
          if ('CF'.includes(row?.charAt(103) ?? '') && !this.#wasSeen(gone)) return this.#sendIndex(rows);
          await this.#sendIndex(rows.filter((row) => row.slice(0, 8) !== gone));
        });
      case 'change row':
        return this.#edit(async () => {
          const rows = await board.editIndex();
          const chosen = ('pick' in step ? step.pick : 0) % rows.length;
          const zoe = octets`zoe@example.org`.padEnd(75);
          await this.#sendIndex(
            rows.map((row, at) => (at === chosen ? row.slice(0, 27).concat(zoe, row.slice(102)) : row)),
          );
        });
      default:
        throw new Error(step.do);
    }
  }

  async #addItem(count: number): Promise<void> {
    await this.#connection.data(octets`Poster ${count}`, [
      octets`post ${count}`,
      octets`^caret`,
      octets`.dot`,
      octets``,
    ]);
    this.#items.push((await this.#connection.newItem(octets`Subject ${count}`)).itemId);
  }

  async #edit(change: () => Promise<void>): Promise<void> {
    await this.#connection.lock();
    try {
      await change();
      await this.#connection.confirmEdit(octets`because`);
    } catch (error) {
      await this.#connection.abortEdit().catch(() => {});
      throw error;
    } finally {
      await this.#connection.unlock();
    }
  }

  #wasSeen(hex = ''): boolean {
    const sequence = String(Number.parseInt(hex, 16));
    return [...this.#meanings.values()].some((meaning) => meaning.split(' ')[1] === sequence);
  }

  /** All of it: the index has no line for a grogname. */
  #sendIndex([first = octets``, ...rows]: readonly Octets[]): Promise<void> {
    return this.#connection.data(first, rows);
  }

  async #reply(item: string, text: readonly string[]): Promise<void> {
    await this.#connection.data(octets`Replier`, text.map(latin1));
    try {
      await this.#connection.reply(item);
    } catch (error) {
      if (!(error instanceof RgtpError)) throw error;
      if (error.kind === 'full') this.#items.push((await this.#connection.continue(octets`It goes on`)).itemId);
      else if (error.kind !== 'continued') throw error;
    }
  }

  async #startBoard(): Promise<void> {
    this.#board = await BoardServer.open({
      path: this.#path,
      listen: { host: '127.0.0.1', port: 0 },
      now: () => this.#clock,
    });
    this.#editor ??= this.#board.made?.editor;
    const { userid: user, secret } = this.#editor ?? expect.fail('no editor');
    this.#connection = await RgtpConnection.open({ ...this.#board.address, user: latin1(user), secret });
  }

  async #stopBoard(): Promise<void> {
    await this.#connection.close();
    await this.#board.close();
  }

  async #startMirror(): Promise<void> {
    this.#pool = new RgtpPool({
      host: 'wherever the board is now',
      port: 0,
      size: 1,
      connect: () => {
        const socket = connect({ ...this.#board.address, noDelay: true });
        this.#sockets.add(socket);
        socket.on('close', () => this.#sockets.delete(socket));
        return socket;
      },
    });
    this.mirror = await openMirror(this.#pool, {
      cache: Cache.open(join(this.#directory, 'cache.sqlite')),
      permanent: this.#permanent,
      poll: { ...STILL, reconcile: 3_600_000, retryFirst: 1 },
      now: () => this.#clock,
    });
  }
}

test('a mirror that saw an embedded board live shows what a fresh one shows', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (steps) => {
      const world = new World();
      await world.open();
      try {
        for (const step of steps) await world.step(step);
        await world.settle();
      } finally {
        await world.end();
      }
    }),
    { numRuns: Number(process.env['HISTORIES'] ?? 15) },
  );
});
