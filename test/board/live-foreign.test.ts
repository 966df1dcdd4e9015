/** Boards that are not ours, and servers that are no boards: what a copy makes of them. */
import { describe, expect, it } from 'vitest';
import { BoardServer } from '../../src/board/server.ts';
import { ForeignBoard } from '../support/foreign-board.ts';
import { groggsd, type Manners, spurge } from '../support/foreign-manners.ts';
import { type Peer, scriptedServer } from '../support/scripted-server.ts';
import { Dialogue } from './dialogue.ts';
import { copy, copyPath, serveCopy, whenDone } from './live.ts';

const ANN = { userid: 'ann@rgtp.test', secret: Buffer.from('00112233445566778899AABBCCDDEEFF', 'hex') };

async function foreign(manners: Manners): Promise<ForeignBoard> {
  const board = await ForeignBoard.open(manners, { [ANN.userid]: { secret: ANN.secret.toString('hex'), level: 2 } });
  whenDone(() => board[Symbol.asyncDispose]());
  const text = ['Ann', 'Latin-1: \xe9\xff', '..a dot', '..', '', '', '^a caret', '^00000001 6B020000', 'last'];
  const { id } = board.newItem('I', ANN.userid, 'A caf\xe9', text.map(manners.keep));
  const item = board.items.get(id);
  if (item === undefined) throw new Error('no item');
  board.reply(item, ANN.userid, ['Bob', '', 'A reply.'].map(manners.keep));
  board.newItem('C', ANN.userid, 'It goes on', ['Carol', 'Continued.'].map(manners.keep), item);
  const gone = board.newItem('I', ANN.userid, 'Gone', ['Ann', 'x']);
  board.items.delete(gone.id);
  board.motd = { sequence: board.sequence++, time: 1_790_000_000, lines: ['..hello', '', 'all'].map(manners.keep) };
  board.row(board.motd.sequence, board.motd.time, '', ANN.userid, 'M', '');
  return board;
}

async function asked(port: number, command: string): Promise<readonly string[]> {
  const dialogue = await Dialogue.open(port);
  // A spurge has let guests in, and does not know that userid.
  if ((await dialogue.line())?.startsWith('230')) await dialogue.ask('USER guest');
  const answer = await dialogue.ask(command);
  const told = answer.startsWith('250') ? await dialogue.data() : [answer.slice(0, 3)];
  dialogue.close();
  return told;
}

describe.each([
  ['a groggsd', groggsd],
  ['a spurge', spurge],
])('%s is copied', (name, manners) => {
  it.each(['as a guest', 'with a login'])('%s, octet for octet', async (how) => {
    const board = await foreign(manners);
    const summary = await copy({ port: board.port, ...(how === 'with a login' && { user: ANN }) });
    expect(summary).toMatchObject({ rows: board.rows.length, items: 2, missing: 1, motd: true });
    expect(summary.nextSequence).toBe(board.sequence);
    const copied = await serveCopy();
    const { port } = copied.address;
    expect(await asked(port, 'INDX')).toEqual(await asked(board.port, 'INDX'));
    for (const id of board.items.keys()) {
      const [status = '', ...theirs] = await asked(board.port, `ITEM ${id}`);
      const [ours, ...text] = await asked(port, `ITEM ${id}`);
      // A spurge adds the subject, writes small letters, and does not double carets: there only cookies keep theirs.
      expect(ours).toBe(name === 'a spurge' ? status.slice(0, 35).toUpperCase() : status);
      const forged = theirs.indexOf('^00000001 6B020000');
      const doubled = theirs.map((line, n) => (line === '^a caret' || n === forged ? `^${line}` : line));
      expect(text).toEqual(name === 'a spurge' ? doubled : theirs);
    }
    const hex = (n = 0) => n.toString(16).toUpperCase().padStart(8, '0');
    expect(await asked(port, 'MOTD')).toEqual([
      `${hex(board.motd?.sequence)} ${hex(board.motd?.time)}`,
      '.hello',
      '',
      'all',
    ]);
    expect(summary.skipped.map(({ file }) => file)).toEqual(name === 'a spurge' ? ['the edit log'] : []);
    expect(summary.remarks.filter((remark) => !remark.startsWith('The diffs'))).toHaveLength(
      name === 'a spurge' ? 2 : 0,
    );
  });
});

const row = (n: number, id: string, type = 'I') => {
  const hex = n.toString(16).toUpperCase().padStart(8, '0');
  return `${hex} 6B020000 ${id.padEnd(8)} ${'x@y'.padEnd(75)} ${type} ${'subject'.padEnd(94)}`;
};
const ITEM = [
  '                           00000001',
  '^00000001 6B020000',
  'Item A0000001 from x@y at 12.00 on Sat 21 Nov',
  'Subject: subject',
  '',
  'text',
];

/** A board of these rows, which answers ITEM as told. */
async function hostile(
  rows: readonly string[],
  item: (id: string, peer: Peer) => Promise<void> | void,
  others: Readonly<Record<string, (peer: Peer) => Promise<void> | void>> = {},
): Promise<number> {
  const server = await scriptedServer(async (peer) => {
    peer.say('230 hello');
    for (let line = await peer.line(); line !== undefined; line = await peer.line()) {
      const [verb = '', argument = ''] = line.split(' ');
      const other = others[verb];
      if (other !== undefined) await other(peer);
      else if (verb === 'USER') peer.say('231 read');
      else if (verb === 'INDX') peer.say('250 here', ...rows, '.');
      else if (verb === 'ELOG') peer.say('250 none', '.');
      else if (verb === 'MOTD') peer.say('410 none');
      else if (verb === 'ITEM') await item(argument, peer);
    }
  });
  whenDone(() => server.done().catch(() => {}));
  return server.port;
}

const sayItem = (_: string, peer: Peer) => peer.say('250 here', ...ITEM, '.');

describe('a server that lies is not believed, and what it says is bounded', () => {
  it('an index without an end fails with a word, and costs no memory', async () => {
    const port = await hostile([], sayItem, {
      INDX: (peer) => {
        peer.say('250 here');
        return peer.flood(`${'x'.repeat(60_000)}\r\n`);
      },
    });
    await expect(copy({ port }, { largestIndex: 1_000_000 })).rejects.toMatchObject({
      kind: 'nonsense',
      message: 'the server sent data of over 1000000 octets',
    });
    await expect(BoardServer.open({ path: copyPath() })).rejects.toMatchObject({ kind: 'unfinished' });
  });

  it('rows that are none are named, and the rest is taken', async () => {
    const short = row(2, 'A0000002').trimEnd();
    const port = await hostile(['rubbish', row(1, 'A0000001'), short, `${row(3, 'A0000003')}too long`], sayItem);
    const { rows, skipped, remarks } = await copy({ port });
    expect(rows).toBe(3);
    expect(skipped).toEqual([{ file: 'index, row 1', reason: 'is not a row: "rubbish"' }]);
    expect(remarks).toContain('Rows of another length were given the 199 octets of the protocol.');
  });

  it.each<[string, (peer: Peer) => Promise<void> | void, RegExp]>([
    ['is refused to this login', (peer) => peer.say('531 not for you'), /531 not for you/],
    ['has another answer', (peer) => peer.say('500 what?'), /500 what/],
    ['is empty', (peer) => peer.say('250 here', '.'), /does not begin with a cookie/],
    ['has no status line', (peer) => peer.say('250 here', 'x', ...ITEM.slice(1), '.'), /malformed item status/],
    ['has no cookie', (peer) => peer.say('250 here', ITEM[0] ?? '', 'text', '.'), /does not begin with a cookie/],
    [
      'is too large',
      (peer) => peer.say('250 here', ...ITEM, ...Array.from({ length: 20_000 }, () => 'x'.repeat(60)), '.'),
      /has over 1048576 octets/,
    ],
    [
      'has a line that is too long',
      (peer) => peer.say('250 here', ...ITEM, 'x'.repeat(70_000), '.'),
      /a line of over 65536 octets/,
    ],
    [
      'has no end',
      (peer) => {
        peer.say('250 here');
        return peer.flood(`${'x'.repeat(60_000)}\r\n`);
      },
      /data of over 4194304 octets/,
    ],
    [
      'is an internal error',
      (peer) => {
        peer.say('484 oh');
        peer.close();
      },
      /484 oh/,
    ],
    ['ends the connection', (peer) => peer.close(), /the connection ended each time/],
  ])('an item that %s is left out and said; the others are there', async (_, answer, reason) => {
    const rows = Array.from({ length: 80 }, (__, n) => row(n + 1, `A00000${String(n + 10)}`));
    let times = 0;
    const port = await hostile(rows, (id, peer) =>
      // Whoever goes on asking gets it in the end.
      id === 'A0000050' && times++ < 6 ? answer(peer) : sayItem(id, peer),
    );
    const summary = await copy({ port });
    expect(summary).toMatchObject({ rows: 80, items: 79, missing: 1 });
    expect(summary.skipped).toEqual([{ file: 'item A0000050', reason: expect.stringMatching(reason) }]);
  });

  it('of very much that is wrong, the first are named, and all are counted', async () => {
    const rows = Array.from({ length: 1_500 }, (_, n) => row(n + 1, `A${String(n).padStart(7, '0')}`));
    const bad = Array.from({ length: 1_200 }, (_, n) => `rubbish ${n}`);
    const port = await hostile([...rows, ...bad], (_, peer) => peer.say('531 not for you'));
    const { skipped, unnamed, missing } = await copy({ port });
    expect(skipped).toHaveLength(2_000);
    expect({ unnamed, missing }).toEqual({ unnamed: 700, missing: 1_500 });
  });

  it('items that name one another for ever end', async () => {
    let made = 0;
    const port = await hostile([row(1, 'A0000001')], (_, peer) => {
      const next = `B${String(++made).padStart(7, '0')}`;
      const more = made < 1100 ? next : ' '.repeat(8);
      peer.say('250 here', `         ${more}          00000001`, ...ITEM.slice(1), '.');
    });
    expect(await copy({ port })).toMatchObject({ rows: 1, items: 1001 });
  });

  it.each<[string, string, (peer: Peer) => void]>([
    ['the edit log', 'ELOG', (peer) => peer.say('531 not for you')],
    ['the message of the day', 'MOTD', (peer) => peer.say('250 here', 'rubbish', '.')],
    ['the message of the day', 'MOTD', (peer) => peer.say('250 here', '.')],
  ])('%s that can’t be read is said', async (file, verb, answer) => {
    const port = await hostile([row(1, 'A0000001')], sayItem, { [verb]: answer });
    expect((await copy({ port })).skipped).toEqual([{ file, reason: expect.any(String) }]);
  });

  it.each<[string, (peer: Peer) => void, string[]]>([
    ['closes the connection where there are no diffs, as groggsd does,', (peer) => peer.close(), []],
    ['has no diffs', (peer) => peer.say('410 none'), []],
    ['does not know the command', (peer) => peer.say('510 what?'), ['the diffs of item A0000001']],
  ])('a board that %s is copied all the same', async (_, diff, left) => {
    const log = ['Item A0000001 edited by ed@rgtp.test at 12.00 on Sat 21 Nov (#00000002):', 'why', ''];
    const port = await hostile([row(1, 'A0000001'), row(2, 'A0000001', 'E')], sayItem, {
      USER: (peer) => peer.say('233 editor'),
      ELOG: (peer) => peer.say('250 here', ...log, '.'),
      DIFF: diff,
    });
    const { skipped, ...summary } = await copy({ port });
    expect(summary).toMatchObject({ rows: 2, items: 1, edits: 1, diffs: 0, nextSequence: 3 });
    expect(skipped.map(({ file }) => file)).toEqual(left);
  });

  it('a server that ends every connection at the index is given up', async () => {
    const port = await hostile([], sayItem, { INDX: (peer) => peer.close() });
    await expect(copy({ port })).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
