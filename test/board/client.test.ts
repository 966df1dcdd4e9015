import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BoardServer } from '../../src/board/server.ts';
import { RgtpConnection } from '../../src/rgtp/client/connection.ts';
import type { IndexEntry } from '../../src/rgtp/index-entry.ts';
import { latin1, octets } from '../../src/wire/octets.ts';
import { openBoard, secrets } from './boards.ts';

/** Our own client, on a connection inside this process. */
function clientOf(board: BoardServer, user: string, secret: Buffer): Promise<RgtpConnection> {
  return RgtpConnection.open({ host: 'inside', port: 0, user: latin1(user), secret, connect: () => board.connect() });
}

/** Any octet but the ends of lines, and NUL. */
const octet = fc.integer({ min: 1, max: 255 }).filter((n) => n !== 10 && n !== 13);
const line = fc.oneof(
  fc.array(octet, { maxLength: 80 }).map((octets) => String.fromCharCode(...octets)),
  fc.constantFrom(
    '',
    '.',
    '..',
    '.x',
    '^',
    '^^',
    '^00000001 6B020000',
    'Subject: x',
    'Reply from x (y) at 12.00 on Sat 21 Nov',
  ),
);

/** What groggsd's isspace calls white space goes from line ends. */
function stripped(text: string): string {
  return text.replace(/[\t\n\v\f\r ]+$/, '');
}

test('whatever is posted is read back, line for line', async () => {
  const board = await openBoard();
  const ann = await clientOf(board, 'ann@rgtp.test', secrets.ann);
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 20 }), fc.array(line, { maxLength: 20 }), async (first, second) => {
      await ann.data(octets`Ann`, first.map(latin1));
      const { itemId, sequence } = await ann.newItem(octets`A subject`);
      await ann.data(octets``, second.map(latin1));
      const reply = await ann.reply(itemId);
      const { contributions, subject, lastReply } = await ann.item(itemId);
      expect(subject).toBe('A subject');
      expect(lastReply).toBe(reply.sequence);
      expect(contributions).toHaveLength(2);
      expect(contributions[0]).toMatchObject({ sequence, grogname: 'Ann', userid: 'ann@rgtp.test' });
      expect(contributions[0]?.lines).toEqual(first.map(stripped));
      expect(contributions[1]).toMatchObject({ sequence: reply.sequence, grogname: '', userid: 'ann@rgtp.test' });
      expect(contributions[1]?.lines).toEqual(second.map(stripped));
    }),
    { numRuns: 60 },
  );
  await ann.close();
});

test('our client and our board agree on everything else', async () => {
  const board = await openBoard();
  const ann = await clientOf(board, 'ann@rgtp.test', secrets.ann);
  const ed = await clientOf(board, 'ed@rgtp.test', secrets.ed);
  expect([ann.level, ed.level]).toEqual([2, 3]);
  await ann.data(octets`Ann`, [latin1('x'.repeat(79))]);
  const { itemId } = await ann.newItem(octets`To be edited`);
  await ed.lock();
  await expect(ed.edit('A0000000')).rejects.toMatchObject({ kind: 'no-such-item' });
  const lines = await ed.edit(itemId);
  await ed.data(octets``, [...lines.slice(1, -1), octets`edited`]);
  const { sequence } = await ed.confirmEdit(octets`a reason`);
  await ed.unlock();
  expect((await ann.stat(itemId)).lastEdit).toBe(sequence);
  expect(await ann.editLog()).toMatchObject([{ kind: 'edited', itemId, sequence, reason: ['a reason'] }]);
  expect(await ed.diff(itemId)).toContain('+edited');
  await ed.data(octets``, [octets`News`]);
  const motd = await ed.setMotd();
  expect(await ann.motd()).toMatchObject({ sequence: motd.sequence, lines: ['News'] });
  const rows: IndexEntry[] = [];
  await ann.index(undefined, (row) => rows.push(row));
  expect(rows.map(({ type }) => type).join('')).toBe('MIIEM');
  expect(await ann.changeLevel(1)).toBe(1);
  await expect(ann.data(octets``, [octets`x`])).rejects.toMatchObject({ kind: 'no-access' });
  expect(await ann.help()).toHaveLength(7);
  await Promise.all([ann.close(), ed.close()]);
});
