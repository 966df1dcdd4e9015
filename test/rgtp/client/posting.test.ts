import { describe, expect, it } from 'vitest';
import { octets } from '../../../src/wire/octets.ts';
import type { Peer } from '../../support/scripted-server.ts';
import { withServer } from './guest.ts';

const SEND = "150 Send grogname and text; finish with `.'";
const TAKEN = '350 Data received, thanks.  What shall I do with it?';

async function takeText(peer: Peer, answer = TAKEN): Promise<string[]> {
  await peer.expect('DATA', SEND);
  const lines: string[] = [];
  for (let line = await peer.line(); line !== '.'; line = await peer.line()) {
    if (line === undefined) throw new Error('the text had no end');
    lines.push(line);
  }
  peer.say(answer);
  return lines;
}

describe('DATA', () => {
  it('sends grogname and text, stuffed and ended', async () => {
    let taken: string[] = [];
    await withServer(
      async (peer) => {
        taken = await takeText(peer);
      },
      (connection) =>
        connection.data(octets`.Ann`, [octets`.`, octets`caf\xe9`, octets``, octets`^caret`, octets`cr\rinside`]),
    );
    expect(taken).toEqual(['..Ann', '..', 'caf\xe9', '', '^caret', 'cr\rinside']);
  });

  it('sends nothing at all until the 150, not even what others want', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('DATA');
        peer.say('119 what a client does not know it passes over');
        if (peer.unread !== '') throw new Error(`sent too early: ${peer.unread}`);
        peer.say(SEND);
        for (const line of ['g', 'text']) await peer.expect(line);
        await peer.expect('.');
        if (peer.unread !== '') throw new Error(`sent too early: ${peer.unread as string}`);
        peer.say(TAKEN);
        await peer.expect('HELP', '250', '.');
      },
      async (connection) => {
        const data = connection.data(octets`g`, [octets`text`]);
        expect(await connection.help()).toEqual([]);
        await data;
      },
    );
  });

  it('sends the text once, however often it is asked for it', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('DATA', SEND, SEND);
        for (const line of ['g', 'QUIT', '.']) await peer.expect(line);
        await peer.expectEnd();
      },
      (connection) =>
        expect(connection.data(octets`g`, [octets`QUIT`])).rejects.toMatchObject({ kind: 'nonsense', code: 150 }),
    );
  });

  it('keeps the text to itself where it is refused', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('DATA', '530 Permission denied');
        await peer.expect('HELP', '250', '.');
      },
      async (connection) => {
        await expect(connection.data(octets`g`, [octets`QUIT`])).rejects.toMatchObject({ kind: 'no-access' });
        await connection.help();
      },
    );
  });

  it.each([
    ['423 Line too long for text of item.', 'bad-text'],
    ['425 Grogname too long.', 'bad-grogname'],
    ['512 Line far too long.', 'bad-text'],
  ])('%s is %s', async (answer, kind) => {
    await withServer(
      (peer) => takeText(peer, answer),
      (connection) => expect(connection.data(octets`g`, [octets`x`])).rejects.toMatchObject({ kind }),
    );
  });

  it.each([
    [
      'a NUL',
      octets`g`,
      [octets`ok`, octets`a\0b`],
      'bad-text',
      /^line 2 has characters RGTP cannot carry: "a\\x00b"$/,
    ],
    ['a line feed', octets`g`, [octets`a\nb`], 'bad-text', /line 1/],
    ['what is no octet', octets`g`, [octets`€`], 'bad-text', /line 1/],
    [
      'a line too long for any server',
      octets`g`,
      [octets`.${octets`x`.repeat(299)}`],
      'bad-text',
      /line 1 has 301 octets; RGTP carries 300/,
    ],
    ['a NUL in the grogname', octets`g\0`, [], 'bad-grogname', /grogname/],
  ])('refuses %s before sending anything', async (_, grogname, lines, kind, message) => {
    await withServer(
      (peer) => peer.expectEnd(),
      (connection) =>
        expect(connection.data(grogname, lines)).rejects.toMatchObject({
          kind,
          message: expect.stringMatching(message),
        }),
    );
  });
});

describe('a post', () => {
  it('is a new item, a reply, a continuation', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('NEWI A  subject', '120 P3242146', '220 00000003  Item inserted and index updated.');
        await peer.expect('REPL P3242146', '220 0000000a  OK, posted');
        await peer.expect('REPL P3242146', '421 Reply is too long to fit in the same item.');
        await peer.expect('CONT More', '120 P3242157', '220 00000020  Continuation item inserted and index updated.');
      },
      async (connection) => {
        expect(await connection.newItem(octets`A  subject`)).toEqual({ itemId: 'P3242146', sequence: 3 });
        expect(await connection.reply('p3242146')).toEqual({ sequence: 10 });
        await expect(connection.reply('P3242146')).rejects.toMatchObject({ kind: 'full' });
        expect(await connection.continue(octets`More`)).toEqual({ itemId: 'P3242157', sequence: 0x20 });
      },
    );
  });

  it('is refused with the reason, and where the item goes on', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('REPL P3242156', '122 P3242157          0000001F', '422 Item has already been continued.');
        await peer.expect('CONT x', '122 p3242157          0000001F', '422 Item has already been continued.');
        await peer.expect('CONT x', '520 Continuation only allowed after an item found to be too full.');
        await peer.expect('NEWI x', '424 Subject is too long.');
        await peer.expect('NEWI x', '550 No data.');
      },
      async (connection) => {
        const continued = { kind: 'continued', code: 422, itemId: 'P3242157' };
        await expect(connection.reply('P3242156')).rejects.toMatchObject(continued);
        await expect(connection.continue(octets`x`)).rejects.toMatchObject(continued);
        await expect(connection.continue(octets`x`)).rejects.toMatchObject({ kind: 'no-continuation' });
        await expect(connection.newItem(octets`x`)).rejects.toMatchObject({ kind: 'bad-subject' });
        await expect(connection.newItem(octets`x`)).rejects.toMatchObject({ kind: 'no-data' });
      },
    );
  });

  it('never smuggles a second command in', async () => {
    await withServer(
      (peer) => peer.expectEnd(),
      async (connection) => {
        for (const subject of [octets`a\r\nQUIT`, octets`a\nb`, octets`a\0`, octets`€`, octets`x`.repeat(296)]) {
          await expect(connection.newItem(subject)).rejects.toMatchObject({ kind: 'bad-subject' });
          await expect(connection.continue(subject)).rejects.toMatchObject({ kind: 'bad-subject' });
        }
      },
    );
  });

  it.each([['220 posted'], ['220']])(
    'with an unreadable number is nonsense, for nobody knows what happened: %j',
    async (answer) => {
      await withServer(
        (peer) => peer.expect('REPL P3242146', answer),
        (connection) => expect(connection.reply('P3242146')).rejects.toMatchObject({ kind: 'nonsense' }),
      );
    },
  );

  it('with no item id is nonsense, too', async () => {
    await withServer(
      (peer) => peer.expect('NEWI x', '220 00000003  Item inserted.'),
      (connection) => expect(connection.newItem(octets`x`)).rejects.toMatchObject({ kind: 'nonsense' }),
    );
  });
});

describe('an edit', () => {
  const ITEM = ['                           00000027', '^00000026 6B02111E', 'Item …', 'Subject: x', '', '^^caret'].map(
    (l) => l.replace('…', '.'),
  );

  it('takes lock, text, reason', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('EDLK', '200 Message area is now locked for editing.');
        await peer.expect('EDIT P3242200', '250 Data follows', ...ITEM, '.');
        await takeText(peer);
        await peer.expect('EDCF Rude word removed', '220 0000002B  Edit complete.');
        await peer.expect('EDUL', '200 Lock on edit area relinquished.');
      },
      async (connection) => {
        await connection.lock();
        expect(connection.idle).toBe(false);
        const [first = octets``, ...text] = await connection.edit('P3242200');
        expect(text.at(-1)).toBe('^^caret');
        await connection.data(first, text);
        expect(await connection.confirmEdit(octets`Rude word removed`)).toEqual({ sequence: 0x2b });
        await connection.unlock();
        expect(connection.idle).toBe(true);
      },
    );
  });

  it('never becomes a withdrawal by accident', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('EDIT P3242200', '250 Data follows', ...ITEM, '.');
        await takeText(peer, '423 Line too long for text of item.');
        await peer.expect('EDAB', '200 Edit operation aborted.');
        await peer.expect('EDIT P3242201', '250 Data follows', ...ITEM, '.');
        await peer.expect('EDCF Withdrawn because bad', '220 0000002E  Item withdrawn.');
        await peer.expectEnd();
      },
      async (connection) => {
        await expect(connection.confirmEdit(octets`nothing open`)).rejects.toMatchObject({ kind: 'bug' });
        await connection.edit('P3242200');
        await expect(connection.confirmEdit(octets`no text yet`)).rejects.toMatchObject({ kind: 'bug' });
        await expect(connection.data(octets`first`, [octets`x`])).rejects.toMatchObject({ kind: 'bad-text' });
        await expect(connection.confirmEdit(octets`text refused`)).rejects.toMatchObject({ kind: 'bug' });
        await expect(connection.withdraw(octets`not meant`)).rejects.toMatchObject({ kind: 'bug' });
        await connection.abortEdit();
        await connection.edit('P3242201');
        expect(await connection.withdraw(octets`Withdrawn because bad`)).toEqual({ sequence: 0x2e });
      },
    );
  });

  it('is refused with the reason', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('EDLK', '411 ed@rgtp.test has locked the message area for editing');
        await peer.expect('EDIT P3242200', '532 EDLK required before EDIT/EDIX.');
        await peer.expect('EDUL', "532 No lock held so can't unlock it.");
        await peer.expect('EDAB', '500 No EDIT in progress.');
        await peer.expect('DIFF P3242200', '410 There are no relevant diffs.');
      },
      async (connection) => {
        await expect(connection.lock()).rejects.toMatchObject({
          kind: 'locked',
          message: expect.stringContaining('ed@rgtp.test'),
        });
        await expect(connection.edit('P3242200')).rejects.toMatchObject({ kind: 'not-locked' });
        await expect(connection.unlock()).rejects.toMatchObject({ kind: 'not-locked' });
        await expect(connection.abortEdit()).rejects.toMatchObject({ kind: 'bug' });
        await expect(connection.diff('P3242200')).rejects.toMatchObject({ kind: 'no-such-item' });
      },
    );
  });

  it('has its other commands', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('EDIX', '250 Data follows', 'row', '.');
        await peer.expect('EDAB', '200 Edit operation aborted.');
        await peer.expect('MOTS', '220 00000002  Message of the Day updated.');
        await peer.expect('DIFF', '250 Data follows', '--- Index', '.');
        await peer.expect('UDBM --help');
        peer.raw('250 Response follows.\r\nUsage:\n  udbmanage -?|--help\n(exited)\r\n.\r\n');
      },
      async (connection) => {
        expect(await connection.editIndex()).toEqual(['row']);
        await connection.abortEdit();
        expect(await connection.setMotd()).toEqual({ sequence: 2 });
        expect(await connection.diff()).toEqual(['--- Index']);
        expect(await connection.userDatabase(octets`--help`)).toEqual(['Usage:', '  udbmanage -?|--help', '(exited)']);
      },
    );
  });
});
