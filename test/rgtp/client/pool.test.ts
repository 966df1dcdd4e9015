import { describe, expect, it } from 'vitest';
import { type PoolOptions, RgtpPool } from '../../../src/rgtp/client/pool.ts';
import { type Peer, type Script, scriptedServer } from '../../support/scripted-server.ts';
import { BANNER } from './guest.ts';

/** Greets, answers every HELP with the connection's number, and says goodbye. */
function helper(log: string[] = []): Script {
  let count = 0;
  return async (peer: Peer) => {
    const number = String(++count);
    log.push(`open ${number}`);
    peer.say(BANNER);
    for (let line = await peer.line(); line !== undefined; line = await peer.line()) {
      if (line === 'QUIT') {
        log.push(`quit ${number}`);
        peer.say('280 Goodbye.');
        return;
      }
      if (line === 'EDLK') peer.say('200 locked');
      else if (line === 'ALVL 1') peer.say('231 down');
      else peer.say('250 Help', number, '.');
    }
    log.push(`lost ${number}`);
  };
}

async function withPool(
  script: Script,
  options: Partial<PoolOptions>,
  task: (pool: RgtpPool) => Promise<void>,
): Promise<void> {
  const server = await scriptedServer(script);
  const pool = new RgtpPool({ host: server.host, port: server.port, size: 2, ...options });
  try {
    await task(pool);
  } finally {
    await pool.close();
    await server.done();
  }
}

const help = (pool: RgtpPool) => pool.use(async (connection) => (await connection.help())[0]);

describe('a pool', () => {
  it('lends a connection again', async () => {
    const log: string[] = [];
    await withPool(helper(log), {}, async (pool) => {
      expect([await help(pool), await help(pool), await help(pool)]).toEqual(['1', '1', '1']);
    });
    expect(log).toEqual(['open 1', 'quit 1']);
  });

  it('has no more connections than its size, opened one after the other', async () => {
    let opening = 0;
    const script = helper();
    await withPool(
      async (peer) => {
        if (++opening > 1) throw new Error('two connections at once');
        await new Promise((resolve) => setImmediate(resolve));
        opening--;
        await script(peer);
      },
      { size: 3 },
      async (pool) => {
        const gate = Promise.withResolvers<void>();
        const numbers: (string | undefined)[] = [];
        const tasks = Array.from({ length: 9 }, () =>
          pool.use(async (connection) => {
            numbers.push((await connection.help())[0]);
            if (numbers.length === 3) gate.resolve();
            await gate.promise;
          }),
        );
        await Promise.all(tasks);
        expect(new Set(numbers)).toEqual(new Set(['1', '2', '3']));
        expect(numbers).toHaveLength(9);
      },
    );
  });

  it('destroys a connection after a task that failed, and hands the error on', async () => {
    const log: string[] = [];
    await withPool(helper(log), { size: 1 }, async (pool) => {
      await expect(pool.use(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
      expect(await help(pool)).toBe('2');
    });
    expect(log).toContain('lost 1');
  });

  it('does not hand on a lock, another level, or answers still due', async () => {
    await withPool(helper(), { size: 1 }, async (pool) => {
      await pool.use((connection) => connection.lock());
      expect(await help(pool)).toBe('2');
      await pool.use(async (connection) => {
        connection.help().catch(() => {});
      });
      expect(await help(pool)).toBe('3');
    });
    await withPool(
      async (peer) => {
        peer.say(BANNER.replace('231', '232'));
        for (let line = await peer.line(); line !== undefined; line = await peer.line())
          peer.say(line === 'QUIT' ? '280' : '231 down');
      },
      { size: 1 },
      async (pool) => {
        let first: unknown;
        await pool.use(async (connection) => {
          first = connection;
          await connection.changeLevel(1);
        });
        await pool.use(async (connection) => expect(connection).not.toBe(first));
      },
    );
  });

  it('replaces a connection that ended while it rested', async () => {
    let first = true;
    const again = helper();
    await withPool(
      async (peer) => {
        if (!first) return again(peer);
        first = false;
        peer.say(BANNER);
        await peer.expect('HELP', '250', '0', '.', '481 Timeout awaiting input - closing connection.');
        await peer.expectEnd();
      },
      { size: 1 },
      async (pool) => {
        let gone: () => boolean = () => true;
        await pool.use(async (connection) => {
          gone = () => !connection.usable;
          expect(await connection.help()).toEqual(['0']);
        });
        while (!gone()) await new Promise((resolve) => setImmediate(resolve));
        expect(await help(pool)).toBe('1');
      },
    );
  });

  it('tells all who wait that the board is away', async () => {
    await withPool(
      async (peer) => peer.say('482 Go away.'),
      {},
      async (pool) => {
        const results = await Promise.allSettled([help(pool), help(pool), help(pool)]);
        for (const result of results) expect(result).toMatchObject({ reason: { kind: 'refused', code: 482 } });
      },
    );
  });

  it('lets those wait who can still get a connection that is lent', async () => {
    let connections = 0;
    const script = helper();
    const turnedAway = Promise.withResolvers<void>();
    await withPool(
      async (peer) => {
        if (++connections === 1) return script(peer);
        peer.say('481 Too many connections.');
        await peer.expectEnd();
        turnedAway.resolve();
      },
      { size: 2 },
      async (pool) => {
        const gate = Promise.withResolvers<void>();
        const first = pool.use(() => gate.promise);
        const second = help(pool);
        await turnedAway.promise;
        gate.resolve();
        await first;
        expect(await second).toBe('1');
      },
    );
  });

  it('tries again for those who wait, while a connection is lent for long', async () => {
    let connections = 0;
    const script = helper();
    await withPool(
      async (peer) => {
        if (++connections !== 2) return script(peer);
        peer.say('481 Too many connections.');
        await peer.expectEnd();
      },
      { size: 2, retry: 1 },
      async (pool) => {
        // The task that has the first one waits for what is done over the second.
        await pool.use(async () => expect(await help(pool)).toBe('2'));
      },
    );
  });

  it('tells those who wait that the board is away, though a connection is lent that has ended', async () => {
    let connections = 0;
    await withPool(
      async (peer) => {
        if (++connections > 1) return peer.say('482 Go away.');
        peer.say(BANNER);
        await peer.expect('HELP', '481 Going down.');
        await peer.expectEnd();
      },
      { size: 2 },
      async (pool) => {
        await pool.use(async (connection) => {
          await expect(connection.help()).rejects.toMatchObject({ kind: 'unavailable' });
          await expect(help(pool)).rejects.toMatchObject({ kind: 'refused' });
        });
      },
    );
  });

  it('lets go of tasks that are given up, waiting or running', async () => {
    await withPool(helper(), { size: 1 }, async (pool) => {
      const giveUp = new AbortController();
      const working = Promise.withResolvers<void>();
      const atWork = pool.use(async (connection) => {
        working.resolve();
        await new Promise<void>((resolve) => giveUp.signal.addEventListener('abort', () => resolve()));
        await connection.help();
      }, giveUp.signal);
      await working.promise;
      const waiting = pool.use((connection) => connection.help(), giveUp.signal);
      giveUp.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
      await expect(atWork).rejects.toMatchObject({ kind: 'unavailable' });
      await expect(pool.use((connection) => connection.help(), giveUp.signal)).rejects.toThrow('enough');
      expect(await help(pool)).toBe('2');
    });
  });

  it('says goodbye to connections nobody uses', async () => {
    const log: string[] = [];
    const left = Promise.withResolvers<void>();
    const script = helper(log);
    await withPool(
      async (peer) => {
        await script(peer);
        left.resolve();
      },
      { idle: 5 },
      async (pool) => {
        await help(pool);
        await left.promise;
        expect(log).toEqual(['open 1', 'quit 1']);
        expect(await help(pool)).toBe('2');
      },
    );
  });

  it('when closed, finishes what runs and lends no more', async () => {
    await withPool(helper(), { size: 1 }, async (pool) => {
      const started = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const running = pool.use(async (connection) => {
        started.resolve();
        await gate.promise;
        return connection.help();
      });
      await started.promise;
      const waiting = help(pool);
      const closing = pool.close();
      await expect(waiting).rejects.toMatchObject({ kind: 'unavailable' });
      await expect(help(pool)).rejects.toMatchObject({ kind: 'unavailable' });
      gate.resolve();
      expect(await running).toEqual(['1']);
      await closing;
    });
  });
});
