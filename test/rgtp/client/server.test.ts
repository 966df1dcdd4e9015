/**
 * What the client reads off a whole board, whatever is on it. By default a server over the sample board's files;
 * `RGTP_TEST_SERVER=host:port npm test -- test/rgtp/client/server` asks another one (a guest must be able to read it),
 * with `RGTP_TEST_USER` and `RGTP_TEST_SECRET` (hexadecimal) as somebody who logs in.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSlowBoard } from '../../../bench/support/slow-board.ts';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import type { ClientOptions } from '../../../src/rgtp/client/options.ts';
import { RgtpPool } from '../../../src/rgtp/client/pool.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import type { IndexEntry } from '../../../src/rgtp/index-entry.ts';
import { parseItemId } from '../../../src/rgtp/item-id.ts';
import { parseSecret } from '../../../src/rgtp/proof.ts';
import { latin1 } from '../../../src/wire/octets.ts';
import { realServer } from '../../support/real-server.ts';
import { unpackSampleSpool } from '../../support/sample-board.ts';
import type { TcpServer } from '../../support/tcp-server.ts';

const real = realServer();

async function sampleServer(): Promise<TcpServer> {
  const spool = unpackSampleSpool();
  const linesOf = (...path: string[]) =>
    readFileSync(join(spool, ...path), 'latin1')
      .split('\n')
      .slice(0, -1);
  const ids = readdirSync(join(spool, 'item')).filter((name) => parseItemId(name) === name);
  const items = new Map(ids.map((id) => [id, linesOf('item', id)]));
  return startSlowBoard({ rows: linesOf('index'), items, motd: linesOf('motd'), editLog: linesOf('editlog') }, 0);
}

describe(`the client against ${real?.host ?? 'the sample board'}`, () => {
  let server: TcpServer | undefined;
  let options: ClientOptions;
  let connection: RgtpConnection;
  const rows: IndexEntry[] = [];

  beforeAll(async () => {
    if (real === undefined) {
      server = await sampleServer();
      options = { host: server.host, port: server.port };
    } else {
      const { host, port, user, secret = '' } = real;
      options = { host, port, ...(user !== undefined && { user: latin1(user) }), secret: parseSecret(secret) };
    }
    connection = await RgtpConnection.open(options);
    await connection.index(undefined, (entry) => rows.push(entry));
  });

  afterAll(async () => {
    // There is none where the server is not there: that alone is to be said.
    await connection?.close();
    await server?.close();
  });

  it('may read', () => {
    expect(connection.level).toBeGreaterThanOrEqual(1);
  });

  it('has an index in order, continuations paired', () => {
    expect(rows.length).toBeGreaterThan(0);
    for (const [i, row] of rows.entries()) {
      const before = rows[i - 1];
      if (before === undefined) continue;
      // Withdrawing an item takes its C away and leaves the F of the item that it continued.
      if (row.sequence === before.sequence) expect([before.type, row.type]).toEqual(['C', 'F']);
      else expect(row.sequence).toBeGreaterThan(before.sequence);
    }
  });

  it('has the same index from any row on, that row included', async () => {
    const middle = Math.floor(rows.length / 2);
    for (const start of [0, middle, rows.length - 1]) {
      const sequence = rows[start]?.sequence ?? 0;
      const rest: IndexEntry[] = [];
      await connection.index({ sequence }, (entry) => rest.push(entry));
      expect(rest).toEqual(rows.filter((row) => row.sequence >= sequence));
    }
    const none: IndexEntry[] = [];
    await connection.index({ sequence: 0xffffffff }, (entry) => none.push(entry));
    expect(none).toEqual([]);
    const time = rows[middle]?.time ?? 0;
    const since: IndexEntry[] = [];
    await connection.index({ time }, (entry) => since.push(entry));
    expect(since.at(-1)).toEqual(rows.at(-1));
    expect(since.every((row) => row.time >= time)).toBe(true);
  });

  it('has its items: what posts say of themselves is what the index says, and pipelining changes nothing', async () => {
    const ids = [...new Set(rows.flatMap((row) => row.itemId ?? []))];
    const posts = new Map(rows.filter((row) => 'IRC'.includes(row.type)).map((row) => [row.sequence, row]));
    const known = {
      timeOf: (sequence: number) => posts.get(sequence)?.time,
      useridOf: (sequence: number) => posts.get(sequence)?.userid,
    };
    const items = await Promise.all(ids.map((id) => connection.item(id, known)));
    const edited = new Set(rows.filter((row) => row.type === 'E').map((row) => row.itemId));
    let compared = 0;
    for (const item of items) {
      expect(item.subject).not.toBe('');
      if (edited.has(item.id)) continue;
      for (const { sequence, time, userid } of item.contributions) {
        const row = posts.get(sequence);
        // Somebody may have edited the index.
        if (row === undefined) continue;
        expect(row).toMatchObject({ itemId: item.id, time, userid });
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(0);
    for (const item of items.slice(-5)) expect(await connection.item(item.id, known)).toEqual(item);
  });

  it('has a status for every item, or breaks down over it', async () => {
    const ids = [...new Set(rows.flatMap((row) => row.itemId ?? []))].slice(-50);
    const pool = new RgtpPool({ ...options, size: 1 });
    for (const id of ids) {
      const item = await connection.item(id);
      const { continuedFrom, continuedIn, lastEdit, lastReply, subject } = item;
      const stat = await pool.use((c) => c.stat(id)).catch((error: unknown) => error);
      if (stat instanceof RgtpError) expect(stat).toMatchObject({ kind: 'internal', code: 484 });
      else expect(stat).toEqual({ continuedFrom, continuedIn, lastEdit, lastReply, subject });
    }
    await pool.close();
  });

  it('has a message of the day with a time that can be, or none', async () => {
    const motd = await connection.motd();
    if (motd === undefined || motd.time === 0) return;
    expect(motd.time).toBeGreaterThan(Date.UTC(1985, 0) / 1000);
    expect(motd.time).toBeLessThan(Date.now() / 1000 + 86_400 * 365);
    expect(motd.lines.length).toBeGreaterThan(0);
  });

  it('has an edit log, or says that it has none', async () => {
    const log = await connection.editLog().catch((error: unknown) => error);
    if (log instanceof RgtpError) expect(log.kind).toBe('unsupported');
    else for (const entry of log as { sequence: number }[]) expect(entry.sequence).toBeGreaterThan(0);
  });

  it('has no item that was never made', async () => {
    await expect(connection.item('A0000000')).rejects.toMatchObject({ kind: 'no-such-item', code: 410 });
    expect(connection.usable).toBe(true);
  });
});
