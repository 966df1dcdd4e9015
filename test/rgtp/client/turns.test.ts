/** However much a board sends at once, it is read in turns with everything else. */
import { Duplex } from 'node:stream';
import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import { formatIndexEntry } from '../../../src/rgtp/index-entry.ts';
import { eventLoop } from '../../../src/wire/fair-share.ts';
import { octets } from '../../../src/wire/octets.ts';
import { stepByStep } from '../../support/turns.ts';
import { BANNER, withServer } from './guest.ts';

const ROWS = 300;
const row = (sequence: number) =>
  formatIndexEntry({ sequence, time: 4, itemId: 'P3242146', userid: octets`u`, type: 'I', subject: octets`s` });
const INDEX = ['250 here it is', ...Array.from({ length: ROWS }, (_, n) => row(n + 1)), '.'];

test('a long answer that comes at once is taken a few lines at a time', async () => {
  await withServer(
    async (peer) => {
      await peer.expect('INDX');
      peer.say(...INDEX);
      await peer.expectEnd();
    },
    async (connection) => {
      stepByStep();
      let taken = 0;
      let before = 0;
      let most = 0;
      let over = false;
      const other = (): void => {
        most = Math.max(most, taken - before);
        before = taken;
        if (!over) eventLoop.later(other);
      };
      eventLoop.later(other);
      await connection.index(undefined, () => void taken++);
      over = true;
      expect(taken).toBe(ROWS);
      // Each row looks at the clock once, and a turn is four milliseconds long.
      expect(most).toBeLessThan(20);
    },
  );
});

test('a long answer counts to its end, although the connection is lost while it waits for its turn', async () => {
  const stream = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      stream.push(INDEX.map((line) => `${line}\r\n`).join(''));
      done();
    },
  });
  stream.push(`${BANNER}\r\n`);
  const connection = await RgtpConnection.open({ host: 'here', port: 1, connect: () => stream });
  stepByStep();
  let taken = 0;
  const index = connection.index(undefined, () => void taken++);
  while (taken === 0) await nextRound();
  expect(taken).toBeLessThan(ROWS);
  stream.destroy(new Error('reset'));
  await index;
  expect(taken).toBe(ROWS);
});

test('of many answers that come at once, each item is parsed in a turn', async () => {
  const id = (n: number) => `A${String(n).padStart(7, '0')}`;
  const item = (n: number) => [
    '250 here it is',
    '                           00000003',
    '^00000003 6B02111B',
    `Item ${id(n)} from Ann (ann@rgtp.test) at 21.46 on Sat 21 Nov`,
    'Subject: A first item',
    '',
    'text',
    '.',
  ];
  await withServer(
    async (peer) => {
      for (let n = 0; n < 60; n++) await peer.expect(`ITEM ${id(n)}`);
      peer.say(...Array.from({ length: 60 }, (_, n) => item(n)).flat());
      await peer.expectEnd();
    },
    async (connection) => {
      stepByStep();
      const turns = vi.spyOn(eventLoop, 'next');
      await Promise.all(Array.from({ length: 60 }, (_, n) => connection.item(id(n))));
      expect(turns.mock.calls.length).toBeGreaterThan(10);
    },
  );
});

test('a long edit log is parsed in turns, and no entry is torn', async () => {
  const number = (n: number) => n.toString(16).toUpperCase().padStart(8, '0');
  const entries = Array.from({ length: 5000 }, (_, n) => [
    `Item P3242146 edited by ed at 12.00 on Mon  1 Jan (#${number(n)}):`,
    ...Array.from({ length: n % 3 }, (_, line) => `reason ${line} of ${n}`),
    '',
  ]);
  await withServer(
    async (peer) => {
      await peer.expect('ELOG');
      peer.say('250 here it is', ...entries.flat(), '.');
      await peer.expectEnd();
    },
    async (connection) => {
      stepByStep();
      const turns = vi.spyOn(eventLoop, 'next');
      const log = await connection.editLog();
      expect(log.map(({ sequence }) => sequence)).toEqual(entries.map((_, n) => n));
      expect(log.map(({ reason }) => [...reason])).toEqual(entries.map((entry) => entry.slice(1, -1)));
      expect(turns.mock.calls.length).toBeGreaterThan(1);
    },
  );
});
