import { describe, expect, it } from 'vitest';
import type { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import { DEFAULT_LIMITS } from '../../../src/rgtp/client/options.ts';
import type { IndexEntry } from '../../../src/rgtp/index-entry.ts';
import { formatIndexEntry } from '../../../src/rgtp/index-entry.ts';
import { octets } from '../../../src/wire/octets.ts';
import type { Peer } from '../../support/scripted-server.ts';
import { withServer } from './guest.ts';

const ENTRY: IndexEntry = {
  sequence: 2,
  time: 0x6b02111b,
  itemId: 'P3242146',
  userid: octets`ann@rgtp.test`,
  type: 'I',
  subject: octets`A first item`,
};
const ROW = formatIndexEntry(ENTRY);
const ITEM = [
  '                           00000003',
  '^00000003 6B02111B',
  'Item P3242146 from Ann (ann@rgtp.test) at 21.46 on Sat 21 Nov',
  'Subject: A first item',
  '',
  '..dots',
  '^^carets',
];

describe('INDX', () => {
  it.each([
    ['all', undefined, 'INDX'],
    ['from a sequence number', { sequence: 0xabc }, 'INDX #00000ABC'],
    ['from a time', { time: 0x6b02111b }, 'INDX 6B02111B'],
  ] as const)('%s', async (_, from, command) => {
    await withServer(
      (peer) => peer.expect(command, '250 Data follows', ROW, '.'),
      async (connection) => {
        const entries: IndexEntry[] = [];
        await connection.index(from, (entry) => entries.push(entry));
        expect(entries).toEqual([ENTRY]);
      },
    );
  });

  it('passes rows on as they come, not at the end', async () => {
    const seen = Promise.withResolvers<IndexEntry>();
    await withServer(
      async (peer) => {
        await peer.expect('INDX', '250 Data follows', ROW);
        await seen.promise;
        peer.say('.');
      },
      async (connection) => {
        await connection.index(undefined, seen.resolve);
        expect(await seen.promise).toEqual(ENTRY);
      },
    );
  });

  it('goes on after a bad row, and names it', async () => {
    const script = async (peer: Peer) => {
      for (let i = 0; i < 2; i++) await peer.expect('INDX', '250 Data follows', ROW, '..bad\x07', ROW, '.');
      await peer.expectEnd();
    };
    await withServer(script, async (connection) => {
      const bad: [string, string][] = [];
      let rows = 0;
      await connection.index(
        undefined,
        () => rows++,
        (row, error) => bad.push([row, error.message]),
      );
      expect(rows).toBe(2);
      expect(bad).toEqual([['.bad\x07', 'malformed index row: ".bad\\x07"']]);
      await expect(connection.index(undefined, () => rows++)).rejects.toMatchObject({ kind: 'nonsense' });
      expect(rows).toBe(4);
      expect(connection.usable).toBe(true);
    });
  });

  it('gives its octets, too, and reads no rows among the first of them', async () => {
    const data = [ROW, ROW.replace('00000002', '00000003'), '..bad', ROW.replace('00000002', '00000004')];
    const all = data.map((row) => `${row}\r\n`).join('');
    const rowOctets = ROW.length + 2;
    const cases: readonly (readonly [unread: number, left: readonly number[]])[] = [
      [0, [2, 3, 4]],
      [rowOctets, [3, 4]],
      [2 * rowOctets, [4]],
      [all.length - rowOctets, [4]],
      [all.length, []],
      [all.length + 1, []],
    ];
    await withServer(
      async (peer) => {
        for (const _ of cases) await peer.expect('INDX', '250 Data follows', ...data, '.');
      },
      async (connection) => {
        for (const [unread, left] of cases) {
          const taken: Buffer[] = [];
          const rows: number[] = [];
          let bad = 0;
          const take = (octets: Buffer) => void taken.push(Buffer.from(octets));
          await connection.index(
            undefined,
            ({ sequence }) => rows.push(sequence),
            () => bad++,
            { unread, take },
          );
          expect(Buffer.concat(taken).toString('latin1')).toBe(all);
          // A line that is stuffed is always read.
          expect(bad).toBe(1);
          expect(rows).toEqual(left);
        }
      },
    );
  });

  it('refuses a line that is too long among rows that are taken together', async () => {
    await withServer(
      (peer) => peer.expect('INDX', '250 Data follows', ROW, 'x'.repeat(300), ROW, '.'),
      async (connection) => {
        const octets = { unread: 0, take: () => {} };
        const index = connection.index(
          undefined,
          () => {},
          () => {},
          octets,
        );
        await expect(index).rejects.toMatchObject({ kind: 'nonsense' });
      },
      { limits: { ...DEFAULT_LIMITS, line: 250 } },
    );
  });

  it('survives a caller that throws', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('INDX', '250 Data follows', ROW, ROW, '.');
        await peer.expect('HELP', '250', 'help', '.');
      },
      async (connection) => {
        await expect(
          connection.index(undefined, () => {
            throw new Error('mine');
          }),
        ).rejects.toThrow('mine');
        expect(await connection.help()).toEqual(['help']);
      },
    );
  });
});

describe('ITEM', () => {
  it('gives the item, dots and carets undone', async () => {
    await withServer(
      (peer) => peer.expect('ITEM P3242146', '250 Data follows', ...ITEM, '.'),
      async (connection) => {
        expect(await connection.item('p3242146')).toMatchObject({
          id: 'P3242146',
          subject: 'A first item',
          lastReply: 3,
          contributions: [{ sequence: 3, grogname: 'Ann', userid: 'ann@rgtp.test', lines: ['.dots', '^carets'] }],
        });
      },
    );
  });

  it('does not undo carets of spurge', async () => {
    await withServer(
      (peer) => peer.expect('ITEM P3242146', "250 Here's your data.", ...ITEM, '.'),
      async (connection) => {
        expect((await connection.item('P3242146')).contributions[0]?.lines).toEqual(['.dots', '^^carets']);
      },
      { banner: '231 Spurge RGTP server ready (read-only; log in for more)' },
    );
  });

  it.each([
    ['is not there', ['410 Item P3242146 does not exist or has been archived.'], 'no-such-item', 410],
    ['may not be read (groggsd)', ['530 Permission denied'], 'no-access', 530],
    ['may not be read (spurge)', ['531 Not available to you.'], 'no-access', 531],
    ['is nonsense', ['250 Data follows', 'Hello there', '.'], 'nonsense', undefined],
    ['is empty', ['250 Data follows', '.'], 'nonsense', undefined],
  ])('%s: the connection goes on', async (_, answer, kind, code) => {
    await withServer(
      async (peer) => {
        await peer.expect('ITEM P3242146', ...answer);
        await peer.expect('ITEM P3242146', '250 Data follows', ...ITEM, '.');
      },
      async (connection) => {
        await expect(connection.item('P3242146')).rejects.toMatchObject({ kind, code });
        expect(await connection.item('P3242146')).toMatchObject({ subject: 'A first item' });
      },
    );
  });

  it.each([
    ['LF alone', ITEM.join('\n')],
    ['both', ITEM.join('\r\n').replace('1B\r\n', '1B\n')],
    ['LF alone the last', `${ITEM.join('\r\n')}\nmore`],
  ])('may have lines that end in %s', async (_, text) => {
    const script = async (peer: Peer) => {
      await peer.expect('ITEM P3242146');
      peer.raw(`250 Data follows\r\n${text}\n.\r\n`);
    };
    await withServer(script, async (connection) => {
      const { contributions } = await connection.item('P3242146');
      expect(contributions[0]?.header).toHaveLength(2);
      expect(contributions[0]?.lines.slice(0, 2)).toEqual(['.dots', '^carets']);
    });
  });

  it('with a line that is too long among others is refused, and the connection goes on', async () => {
    const script = async (peer: Peer) => {
      await peer.expect('ITEM P3242146', '250 Data follows', ...ITEM, 'x'.repeat(20_000), 'more', '.');
      await peer.expect('ITEM P3242146', '250 Data follows', ...ITEM, '.');
    };
    const task = async (connection: RgtpConnection) => {
      await expect(connection.item('P3242146')).rejects.toMatchObject({ kind: 'nonsense' });
      expect(await connection.item('P3242146')).toMatchObject({ subject: 'A first item' });
    };
    await withServer(script, task, { limits: { ...DEFAULT_LIMITS, line: 10_000 } });
  });

  it('asks for nothing that is no item id', async () => {
    await withServer(
      (peer) => peer.expectEnd(),
      async (connection) => {
        for (const id of ['', 'bad', 'P3242146\r\nQUIT', 'P3242146 x']) {
          await expect(connection.item(id)).rejects.toMatchObject({ kind: 'no-such-item' });
        }
      },
    );
  });
});

it('STAT gives links, numbers and subject', async () => {
  await withServer(
    async (peer) => {
      await peer.expect('STAT P3242156', '211          P3242157 0000002B 0000001F A long  item ');
      await peer.expect('STAT P3242156', '211 hello');
    },
    async (connection) => {
      expect(await connection.stat('P3242156')).toEqual({
        continuedFrom: undefined,
        continuedIn: 'P3242157',
        lastEdit: 0x2b,
        lastReply: 0x1f,
        subject: 'A long  item ',
      });
      await expect(connection.stat('P3242156')).rejects.toMatchObject({ kind: 'nonsense', line: '"hello"' });
    },
  );
});

it('STAT that makes groggsd fail ends the connection, and what waited behind it is to be tried again', async () => {
  await withServer(
    async (peer) => {
      await peer.expect(
        'STAT P3231653',
        '484 Server internal error: Item P3231653 has no subject (searched first 4 lines)',
      );
      await peer.expect('ITEM P3242146');
      await peer.expectEnd();
    },
    async (connection) => {
      const [stat, item] = await Promise.allSettled([connection.stat('P3231653'), connection.item('P3242146')]);
      expect(stat).toMatchObject({ reason: { kind: 'internal', code: 484 } });
      expect(item).toMatchObject({ reason: { kind: 'unavailable' } });
      expect(connection.usable).toBe(false);
    },
  );
});

describe('MOTD', () => {
  it.each([
    ['in the order of the specification', '231 Test RGTP server', '00000002 6B02111B'],
    ['in the order of groggsd', '231 Experimental GROGGS system RGTP server ready', '6B02111B 00000002'],
  ])('%s', async (_, banner, first) => {
    await withServer(
      (peer) => peer.expect('MOTD', '250 Data follows', first, 'Welcome.', '^^caret', '.'),
      async (connection) => {
        expect(await connection.motd()).toEqual({ sequence: 2, time: 0x6b02111b, lines: ['Welcome.', '^caret'] });
      },
      { banner },
    );
  });

  it('is none', async () => {
    await withServer(
      (peer) => peer.expect('MOTD', '410 There is no message of the day.'),
      async (connection) => expect(await connection.motd()).toBeUndefined(),
    );
  });
});

it('ELOG gives its entries, and says where a server has none', async () => {
  await withServer(
    async (peer) => {
      await peer.expect(
        'ELOG',
        '250 Data follows',
        'Item P3242200 edited by ed@rgtp.test at 21.46 on Sat 21 Nov (#0000002B):',
        'why',
        '',
        '.',
      );
      await peer.expect('ELOG', '250 No edits stored', '.');
      await peer.expect('ELOG', '510 Not implemented.');
    },
    async (connection) => {
      expect(await connection.editLog()).toMatchObject([
        { kind: 'edited', itemId: 'P3242200', sequence: 0x2b, reason: ['why'] },
      ]);
      expect(await connection.editLog()).toEqual([]);
      await expect(connection.editLog()).rejects.toMatchObject({ kind: 'unsupported' });
    },
  );
});
