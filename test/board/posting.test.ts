import { describe, expect, test } from 'vitest';
import { dial, login, openBoard } from './boards.ts';

describe('a new board', () => {
  test('greets, and lets guests read a message of the day and a first item', async () => {
    const board = await openBoard({ title: 'Gossip' });
    const guest = await dial(board);
    expect(await guest.ask('USER guest')).toBe('231 Unconfirmed login OK (no posting)');
    expect((await guest.list('MOTD'))[0]).toMatch(/^00000001 [0-9A-F]{8}$/);
    const [motd, item, ...more] = await guest.list('INDX');
    expect(motd?.slice(103, 104)).toBe('M');
    expect(item?.slice(103, 112)).toBe('I Welcome');
    expect(more).toEqual([]);
    const text = await guest.list(`ITEM ${item?.slice(18, 26)}`);
    expect(text[3]).toBe('Subject: Welcome');
  });

  test('makes an editor whose secret works', async () => {
    const board = await openBoard();
    const editor = await dial(board);
    const { userid, secret } = board.made?.editor ?? {};
    expect(await editor.prove(userid ?? '', secret ?? Buffer.alloc(0))).toBe('233 Identity confirmed (editor)');
  });
});

describe('the end of a text', () => {
  test.each(['\n.\n', '\r\n.\n', '\n.\r\n', '\n..\n'])('is CRLF.CRLF, not %j', async (end) => {
    const ann = await login(await openBoard(), 'ann');
    expect(await ann.ask('DATA')).toMatch(/^150/);
    ann.write(`Ann\r\none${end}NEWI hidden\r\n.\r\n`);
    expect(await ann.line()).toBe('423 Text contains a LF without CR.');
    expect(await ann.ask('NOOP')).toMatch(/^200/);
  });

  test.each(['. ', '.\t', '.\r', '. \x0b \f'])('is a dot alone, not %j', async (line) => {
    const ann = await login(await openBoard(), 'ann');
    expect(await ann.ask('DATA')).toMatch(/^150/);
    ann.write(`Ann\r\none\r\n${line}\r\nNEWI hidden\r\n.\r\n`);
    expect(await ann.line()).toBe("582 Line starting with `.' wasn't dot-doubled or endmarker.");
    expect(await ann.line()).toBeUndefined();
  });

  test.each([1000, 150, 1])(
    'does not follow a line that is too long and ends with LF, in pieces of %d',
    async (octets) => {
      const ann = await login(await openBoard(), 'ann');
      expect(await ann.ask('DATA')).toMatch(/^150/);
      const text = `Ann\r\n${'x'.repeat(400)}\n.\r\nNEWI hidden\r\n.\r\n`;
      for (let at = 0; at < text.length; at += octets) {
        ann.write(text.slice(at, at + octets));
        await new Promise(setImmediate);
      }
      expect(await ann.line()).toBe('512 Line in transmitted data is far too long.');
      expect(await ann.ask('NOOP')).toMatch(/^200/);
    },
  );

  test('follows a line that is too long and ends with CRLF', async () => {
    const ann = await login(await openBoard(), 'ann');
    expect(await ann.ask('DATA')).toMatch(/^150/);
    ann.write(`Ann\r\n${'x'.repeat(400)}\r\n.\r\n`);
    expect(await ann.line()).toBe('512 Line in transmitted data is far too long.');
    expect(await ann.ask('NOOP')).toMatch(/^200/);
  });

  test('is LF.LF for a client whose commands end with LF', async () => {
    const ann = await login(await openBoard(), 'ann');
    ann.write('DATA\n');
    expect(await ann.line()).toMatch(/^150/);
    ann.write('Ann\none\n..two\n.\nNOOP\n');
    expect(await ann.line()).toMatch(/^350/);
    expect(await ann.line()).toMatch(/^200/);
  });
});

describe('posting', () => {
  test('an item and a reply: cookies, headers, carets, dots, index rows', async () => {
    const now = Date.UTC(2026, 10, 21, 21, 46) + 7000;
    const board = await openBoard({ now: () => now });
    const ann = await login(board, 'ann');
    expect(await ann.text('Ann the Brief', '^caret  ', '..dot', 'caf\xe9')).toBe(
      '350 Data received, thanks.  What shall I do with it?',
    );
    ann.write('NEWI A first item\r\n');
    expect(await ann.line()).toBe('120 P3242147');
    expect(await ann.line()).toBe('220 00000003  Item inserted and index updated.');
    // Read once, so that the answer is kept ready.
    expect(await ann.list('ITEM P3242147')).toHaveLength(8);
    expect(await ann.text('', 'A reply.')).toMatch(/^350/);
    expect(await ann.ask('REPL p3242147')).toBe('220 00000004  Reply to P3242147 inserted and index updated.');
    expect(await ann.ask('STAT P3242147')).toBe('211                            00000004 A first item');
    const item = await ann.list('ITEM P3242147');
    expect(item.map((line) => line.replace(/at \d\d\.\d\d on \w+ \d+ \w+$/, 'at D'))).toEqual([
      '                           00000004',
      '^00000003 6B02111F',
      'Item P3242147 from Ann the Brief (ann@rgtp.test) at D',
      'Subject: A first item',
      '',
      '^^caret',
      '.dot',
      'caf\xe9',
      '',
      '^00000004 6B02111F',
      'Reply from ann@rgtp.test at D',
      '',
      'A reply.',
    ]);
    expect(await ann.list('INDX #00000003')).toEqual([
      `00000003 6B02111F P3242147 ${'ann@rgtp.test'.padEnd(75)} I ${'A first item'.padEnd(94)}`,
      `00000004 6B02111F P3242147 ${'ann@rgtp.test'.padEnd(75)} R ${'A first item'.padEnd(94)}`,
    ]);
  });

  test('to an item that is full: 421, and CONT; to one that is continued: 422, and where', async () => {
    const board = await openBoard();
    const ann = await login(board, 'ann');
    const lines = (octets: number) => Array<string>(Math.ceil(octets / 80)).fill('x'.repeat(79));
    await ann.text('Ann', ...lines(6900));
    ann.write('NEWI Long\r\n');
    const id = (await ann.line())?.slice(4) ?? '';
    expect(await ann.line()).toMatch(/^220/);
    for (const octets of [2900, 2900]) {
      await ann.text('', ...lines(octets));
      expect(await ann.ask(`REPL ${id}`)).toMatch(/^220/);
    }
    const before = await ann.list(`ITEM ${id}`);
    await ann.text('', ...lines(2900));
    expect(await ann.ask(`REPL ${id}`)).toBe('421 Reply is too long to fit in the same item.');
    expect(await ann.list(`ITEM ${id}`)).toEqual(before);
    // Somebody else's is found full, too, and is continued later.
    const writer = await login(board, 'writer');
    await writer.text('', ...lines(2900));
    expect(await writer.ask(`REPL ${id}`)).toMatch(/^421/);

    await ann.text('Ann', ...lines(2900));
    expect(await ann.ask(`REPL ${id}`)).toMatch(/^421/);
    ann.write('CONT Longer\r\n');
    const next = (await ann.line())?.slice(4) ?? '';
    expect(await ann.line()).toMatch(/^220/);
    const continued = await ann.list(`ITEM ${id}`);
    const status = `122 ${continued[0]?.slice(9)}`;
    expect(status).toContain(next);

    writer.write('CONT Longer, too\r\n');
    expect(await writer.line()).toBe(status);
    expect(await writer.line()).toBe('422 Item has already been continued.');
    // However short: what is continued takes no more.
    await ann.text('', 'x');
    ann.write(`REPL ${id}\r\n`);
    expect(await ann.line()).toBe(status);
    expect(await ann.line()).toBe('422 Item has already been continued.');
    expect(await ann.list(`ITEM ${id}`)).toEqual(continued);
  });

  test('tells listeners once the post is there', async () => {
    const board = await openBoard();
    const ends: number[] = [];
    const stop = board.onChange(() => ends.push(board.store.index.end));
    const writer = await login(board, 'writer');
    await writer.text('w', 'text');
    await writer.ask('NEWI x');
    expect(ends).toEqual([3]);
    stop();
    await writer.text('w', 'text');
    await writer.ask('NEWI y');
    expect(ends).toEqual([3]);
  });

  test('inside the process, without a socket', async () => {
    const board = await openBoard({ listen: undefined });
    const client = board.connect();
    const received = new Promise<string>((resolve) => {
      let text = '';
      client.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      client.on('end', () => resolve(text));
    });
    client.write('USER guest\r\nQUIT\r\n');
    expect(await received).toBe(
      '230 RGTP server ready (no access yet)\r\n231 Unconfirmed login OK (no posting)\r\n280 Goodbye.\r\n',
    );
    client.end();
  });
});
