/** What of a board becomes which article. */

import { describe, expect, test } from 'vitest';
import type { GroupView } from '../../../src/bridge/view/group-view.ts';
import { decodeWords } from '../../../src/news/encoded-word.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import { latin1, octets } from '../../../src/wire/octets.ts';
import { readStrictly, type StrictArticle } from '../../support/strict-article.ts';
import { MemoryOwnPosts, testBoard } from '../../support/views.ts';

async function read(group: GroupView, number: number): Promise<StrictArticle> {
  const article = await group.article(number);
  if (article === undefined) throw new Error(`no article ${number} in ${group.name}`);
  return readStrictly(article);
}

describe('items, replies and continuations', () => {
  test('an item is the first article of a thread', async () => {
    const { model, main } = await testBoard();
    await model.newItem('O0591429', octets`Hup: the great debate`, {
      userid: octets`kk207@cam`,
      grogname: octets`Kettle`,
      lines: [octets`One.`, octets``, octets`.Two`, octets`^Three`],
      time: 1740839358,
    });
    const { headers, body } = await read(main, 1);
    expect([...headers]).toEqual([
      ['Path', 'news.example.org!not-for-mail'],
      ['From', 'Kettle <kk207@cam>'],
      ['Newsgroups', 'groggs.test'],
      ['Subject', 'Hup: the great debate'],
      ['Date', 'Sat, 01 Mar 2025 14:29:18 +0000'],
      ['Message-ID', '<O0591429.00000001@rgtp.example.org>'],
      ['MIME-Version', '1.0'],
      ['Content-Type', 'text/plain; charset=UTF-8'],
      ['Content-Transfer-Encoding', '8bit'],
      ['X-RGTP-Item', 'O0591429'],
      ['X-RGTP-Sequence', '00000001'],
      ['Xref', 'news.example.org groggs.test:1'],
    ]);
    expect(body).toEqual(['One.', '', '.Two', '^Three']);
  });

  test('a reply refers to it, and says Re:', async () => {
    const { model, main } = await testBoard();
    await model.newItem('O0591429', octets`Debate`);
    await model.reply('O0591429', { grogname: octets``, userid: octets`x9` });
    await model.reply('O0591429');
    const second = await read(main, 2);
    expect(second.headers.get('Subject')).toBe('Re: Debate');
    expect(second.headers.get('References')).toBe('<O0591429.00000001@rgtp.example.org>');
    expect(second.headers.get('From')).toBe('x9@rgtp.example.org');
    expect((await read(main, 3)).headers.get('References')).toBe('<O0591429.00000001@rgtp.example.org>');
  });

  test('a continuation follows what it continues, under its own subject', async () => {
    const { model, main } = await testBoard();
    await model.newItem('O0591429', octets`Debate`);
    await model.reply('O0591429');
    await model.continue('O0591429', 'O0601000', octets`Debate, continued`);
    await model.reply('O0601000');
    await model.continue('O0601000', 'O0611000', octets`Again`);
    const first = '<O0591429.00000001@rgtp.example.org>';
    const continuation = '<O0601000.00000003@rgtp.example.org>';
    const third = (await read(main, 3)).headers;
    expect([third.get('Subject'), third.get('References')]).toEqual(['Debate, continued', first]);
    const reply = (await read(main, 4)).headers;
    expect([reply.get('Subject'), reply.get('References')]).toEqual([
      'Re: Debate, continued',
      `${first} ${continuation}`,
    ]);
    expect((await read(main, 5)).headers.get('References')).toBe(`${first} ${continuation}`);
    expect((await read(main, 2)).headers.get('X-RGTP-Continued-In')).toBe('O0601000');
    expect((await read(main, 4)).headers.get('X-RGTP-Continued-In')).toBe('O0611000');
    expect((await read(main, 5)).headers.has('X-RGTP-Continued-In')).toBe(false);
  });

  test('chained threads name the post before as well', async () => {
    const { model, main } = await testBoard({ threading: 'chain' });
    await model.newItem('O0591429', octets`Debate`);
    await model.reply('O0591429');
    await model.reply('O0591429');
    await model.edit('O0591429', new Map());
    await model.reply('O0591429');
    await model.continue('O0591429', 'O0601000', octets`More`);
    const id = (n: number, item = 'O0591429') => `<${item}.0000000${n}@rgtp.example.org>`;
    expect((await read(main, 2)).headers.get('References')).toBe(id(1));
    expect((await read(main, 3)).headers.get('References')).toBe(`${id(1)} ${id(2)}`);
    expect((await read(main, 5)).headers.get('References')).toBe(`${id(1)} ${id(3)}`);
    expect((await read(main, 6)).headers.get('References')).toBe(`${id(1)} ${id(5)}`);
  });

  test('links and first posts that become known later change the references of later posts', async () => {
    const { model, main } = await testBoard();
    await model.newItem('O0591429', octets`a`);
    await model.newItem('O0601000', octets`b`);
    await model.continue('O0601000', 'O0611000', octets`c`);
    await model.reply('O0611000');
    const references = async () => (await read(main, 4)).headers.get('References');
    const [a, b, c] = ['O0591429.00000001', 'O0601000.00000002', 'O0611000.00000003'].map(
      (id) => `<${id}@rgtp.example.org>`,
    );
    expect(await references()).toBe(`${b} ${c}`);
    const second = model.board.items.get('O0601000') ?? expect.fail();
    second.continuedFrom = 'O0591429';
    await model.edit('O0601000', new Map());
    expect(await references()).toBe(`${a} ${b} ${c}`);
    await model.indexEdit({ remove: [1] });
    expect(await references()).toBe(`${a} ${c}`);
  });

  test('links that run in a circle, or lead nowhere, end', async () => {
    const { model, main } = await testBoard();
    await model.newItem('O0591429', octets`a`);
    await model.newItem('O0601000', octets`b`);
    await model.reply('O0591429');
    const [first, second] = model.mirror.items;
    Object.assign(first ?? expect.fail(), { continues: 1, continuedIn: 1 });
    Object.assign(second ?? expect.fail(), { continues: 0, continuedIn: 99 });
    expect((await read(main, 3)).headers.get('References')).toBe(
      '<O0601000.00000002@rgtp.example.org> <O0591429.00000001@rgtp.example.org>',
    );
    expect((await read(main, 2)).headers.has('X-RGTP-Continued-In')).toBe(false);
  });

  test('the userid is the one of the index, not what the text claims', async () => {
    const { model, main } = await testBoard();
    await model.newItem('O0591429', octets`a`, { userid: octets`mq1@trin`, grogname: octets`X (victim@cam)` });
    expect((await read(main, 1)).headers.get('From')).toBe('"X (victim@cam)" <mq1@trin>');
  });

  test('masked addresses', async () => {
    const { model, main } = await testBoard({ addresses: 'mask' });
    await model.newItem('O0591429', octets`a`, { userid: octets`mq1@trin`, grogname: octets`M` });
    expect((await read(main, 1)).headers.get('From')).toBe('M <mq1@trin.invalid>');
  });

  test('bytes become text: Latin-1, windows-1252, UTF-8; controls are removed', async () => {
    const { model, main } = await testBoard();
    await model.newItem('O0591429', octets`Caf\xe9\x07`, {
      grogname: octets`M\xfcller`,
      lines: [octets`\x91q\x92\x00`, octets`\u00a1Ay!`],
    });
    await model.reply('O0591429', { lines: [octets`\xe2\x82\xac`] });
    const { headers, body } = await read(main, 1);
    expect(decodeWords(latin1(headers.get('Subject') ?? ''))).toBe('Café');
    expect(decodeWords(latin1(headers.get('From') ?? ''))).toBe('Müller <x9@rgtp.example.org>');
    const [first = '', second = ''] = body;
    expect([first, second]).toEqual(['‘q’', '¡Ay!']);
    expect((await read(main, 2)).body).toEqual(['€']);
  });

  test('an item without subject has one', async () => {
    const { model, main } = await testBoard();
    await model.newItem('O0591429', octets`\x01 `);
    await model.reply('O0591429');
    expect((await read(main, 1)).headers.get('Subject')).toBe('(no subject)');
    expect((await read(main, 2)).headers.get('Subject')).toBe('Re: (no subject)');
  });

  test('Archived-At from a template (RFC 5064)', async () => {
    const { model, main } = await testBoard({ archivedAt: 'https://example.org/{newsgroup}/{item}?é#{sequence}' });
    await model.newItem('O0591429', octets`a`);
    expect((await read(main, 1)).headers.get('Archived-At')).toBe(
      '<https://example.org/groggs.test/O0591429?%C3%A9#00000001>',
    );
  });
});

describe('posts made through the bridge', () => {
  const key = { newsgroup: 'groggs.test', epoch: 1, sequence: 2 };

  test('keep their id and references', async () => {
    const own = new MemoryOwnPosts();
    const { model, main, view } = await testBoard({}, { own });
    await model.newItem('O0591429', octets`a`);
    own.add(key, { messageId: '<mine@client.example>', references: '<x@y> <O0591429.00000001@rgtp.example.org>' });
    await model.reply('O0591429');
    const { headers } = await read(main, 2);
    expect(headers.get('Message-ID')).toBe('<mine@client.example>');
    expect(headers.get('References')).toBe('<x@y> <O0591429.00000001@rgtp.example.org>');
    expect(headers.get('Injection-Date')).toBe(headers.get('Date'));
    expect(headers.get('Injection-Info')).toBe('news.example.org');
    expect(view.find('<mine@client.example>')).toEqual({ group: main, number: 2 });
    expect(view.find('<O0591429.00000002@rgtp.example.org>')).toBeUndefined();
    expect(main.messageId(2)).toBe('<mine@client.example>');
    expect((await read(main, 1)).headers.has('Injection-Date')).toBe(false);
  });

  test('of what another server brought, the way it came is kept, and it was not injected here', async () => {
    const own = new MemoryOwnPosts();
    const { model, main } = await testBoard({}, { own });
    await model.newItem('O0591429', octets`a`);
    const path = 'peer.example!.POSTED!not-for-mail';
    own.add(key, { messageId: '<mine@client.example>', references: undefined, path });
    await model.reply('O0591429');
    const { headers } = await read(main, 2);
    expect(headers.get('Path')).toBe(`news.example.org!${path}`);
    expect(headers.has('Injection-Date')).toBe(false);
    expect(headers.has('Injection-Info')).toBe(false);
  });

  test('a notice refers to the thread, whatever the cancel that caused it referred to', async () => {
    const own = new MemoryOwnPosts();
    const { model, main } = await testBoard({}, { own });
    await model.newItem('O0591429', octets`a`);
    own.add(key, { messageId: '<cancel@client.example>', references: '<gone@client.example>' });
    await model.edit('O0591429', new Map());
    const { headers } = await read(main, 2);
    expect(headers.get('Message-ID')).toBe('<cancel@client.example>');
    expect(headers.get('References')).toBe('<O0591429.00000001@rgtp.example.org>');
  });

  test('malformed references are not kept', async () => {
    const own = new MemoryOwnPosts();
    const { model, main } = await testBoard({}, { own });
    await model.newItem('O0591429', octets`a`);
    own.add(key, { messageId: '<mine@client.example>', references: 'nothing <of> this' });
    await model.reply('O0591429');
    expect((await read(main, 2)).headers.get('References')).toBe('<O0591429.00000001@rgtp.example.org>');
  });

  test('a post that is named later changes the next one where threads are chained', async () => {
    const own = new MemoryOwnPosts();
    const { model, main } = await testBoard({ threading: 'chain' }, { own });
    await model.newItem('O0591429', octets`a`);
    await model.reply('O0591429');
    await model.reply('O0591429');
    expect((await read(main, 3)).headers.get('References')).toMatch(/ <O0591429\.00000002@/);
    own.add(key, { messageId: '<mine@client.example>', references: undefined });
    expect((await read(main, 3)).headers.get('References')).toMatch(/ <mine@client\.example>$/);
  });

  test('a first post that is named later changes the references to it at once', async () => {
    const own = new MemoryOwnPosts();
    const { model, main } = await testBoard({}, { own });
    await model.newItem('O0591429', octets`a`);
    await model.newItem('O0601000', octets`b`);
    await model.continue('O0601000', 'O0611000', octets`c`);
    await model.reply('O0611000');
    expect((await read(main, 4)).headers.get('References')).toMatch(/^<O0601000/);
    const before = await Promise.all([...main.overview(1, 4)]);
    expect(String(before)).toContain('<O0601000.00000002@rgtp.example.org>');
    own.add(key, { messageId: '<mine@client.example>', references: undefined });
    expect((await read(main, 2)).headers.get('Message-ID')).toBe('<mine@client.example>');
    expect((await read(main, 4)).headers.get('References')).toMatch(/^<mine@client.example> /);
    expect(String(await Promise.all([...main.overview(1, 4)]))).not.toContain('<O0601000.00000002@');
  });
});

describe('what editors do', () => {
  test('the text of a message of the day is that of its own article, whichever is the newest', async () => {
    const { model, motd } = await testBoard();
    await model.setMotd(['old']);
    const newest = await model.setMotd(['new']);
    expect((await read(motd, 2)).body).toEqual(['new']);
    await model.indexEdit({ remove: [newest] });
    expect((await read(motd, 1)).body[0]).toBe('This message of the day was set by ed@rgtp.test');
  });

  test('an edit changes articles in place and leaves a notice in thread and .edits', async () => {
    const { model, main, edits } = await testBoard();
    await model.newItem('O0591429', octets`Debate`, {
      lines: [octets`a libel`],
      grogname: octets`Kettle`,
      userid: octets`kk207@cam`,
      time: 1740839358,
    });
    await model.reply('O0591429');
    expect((await read(main, 1)).body).toEqual(['a libel']);
    await Promise.all([...main.overview(1, 2)]);
    await model.edit('O0591429', new Map([[0, [octets`no libel`, octets``, octets`at all`]]]), {
      reason: [octets`Removed a libel`, octets`on request`],
      userid: octets`ed@rgtp.test`,
      time: 1748279410,
    });
    expect((await read(main, 1)).body).toEqual(['no libel', '', 'at all']);

    const notice = await read(main, 3);
    expect(notice.headers.get('Message-ID')).toBe('<O0591429.00000003.edit@rgtp.example.org>');
    expect(notice.headers.get('Newsgroups')).toBe('groggs.test,groggs.test.edits');
    expect(notice.headers.get('Followup-To')).toBe('groggs.test');
    expect(notice.headers.get('Xref')).toBe('news.example.org groggs.test:3 groggs.test.edits:3');
    expect(notice.headers.get('References')).toBe('<O0591429.00000001@rgtp.example.org>');
    expect(notice.headers.get('From')).toBe('ed@rgtp.test');
    expect(notice.headers.get('Subject')).toBe('Edited: Debate');
    expect(notice.headers.get('X-RGTP-Notice')).toBe('edit');
    expect(notice.headers.get('X-RGTP-Reason')).toBe('Removed a libel on request');
    expect(notice.body).toEqual([
      'The item O0591429 was edited. Its articles have changed in place:',
      'fetch them again to read them as they are now.',
      '',
      'Editor:  ed@rgtp.test',
      'Date:    Mon, 26 May 2025 17:10:10 +0000',
      'Reason:  Removed a libel',
      '         on request',
    ]);
    expect(await edits.article(3)).toBe(await main.article(3));
    expect([edits.low, edits.high, edits.count]).toEqual([3, 3, 1]);
  });

  test('a long reason fits its header', async () => {
    const { model, edits } = await testBoard();
    await model.indexEdit({ reason: Array.from({ length: 40 }, () => octets`\xe9\t`.repeat(40)) });
    const { headers } = await read(edits, 1);
    expect(decodeWords(latin1(headers.get('X-RGTP-Reason') ?? ''))).toMatch(/^(é )+/);
  });

  test('an edited subject is the subject of the whole thread', async () => {
    const { model, main } = await testBoard();
    await model.newItem('O0591429', octets`Old`);
    await model.reply('O0591429');
    await Promise.all([...main.overview(1, 2)]);
    await model.edit('O0591429', new Map(), { subject: octets`New` });
    expect((await read(main, 1)).headers.get('Subject')).toBe('New');
    const overview = String(await Promise.all([...main.overview(1, 3)]));
    expect(overview).toContain('Re: New');
    expect(overview).not.toContain('Old');
  });

  test('a withdrawn item vanishes at once, and a notice says so', async () => {
    const { model, main, edits, view } = await testBoard();
    await model.newItem('O0591429', octets`Shameful`);
    await model.reply('O0591429');
    await model.edit('O0591429', new Map());
    await model.newItem('O0601000', octets`b`);
    await Promise.all([...main.overview(1, 4)]);
    expect((await read(main, 2)).body).toEqual(['text']);
    await model.withdraw('O0591429', { reason: [octets`Posted by mistake`], time: 1755369993 });

    expect([main.low, main.high, main.count]).toEqual([4, 4, 1]);
    expect(await main.article(2)).toBeUndefined();
    expect(main.messageId(2)).toBeUndefined();
    expect(view.find('<O0591429.00000002@rgtp.example.org>')).toBeUndefined();
    expect(view.find('<O0591429.00000003.edit@rgtp.example.org>')).toBeUndefined();
    expect(main.atOrAfter(1)).toBe(4);
    expect(main.atOrBefore(3)).toBeUndefined();
    expect([...main.numbers(1, 10)].map((piece) => [...piece])).toEqual([[4]]);
    expect(String(await Promise.all([...main.overview(1, 5)]))).not.toContain('Shameful');

    expect([edits.low, edits.high, edits.count]).toEqual([5, 5, 1]);
    const notice = await read(edits, 5);
    expect(notice.headers.get('Message-ID')).toBe('<O0591429.00000005.withdrawn@rgtp.example.org>');
    expect(notice.headers.get('Subject')).toBe('Withdrawn: O0591429');
    expect(notice.headers.get('Newsgroups')).toBe('groggs.test.edits');
    expect(notice.headers.has('References')).toBe(false);
    expect(notice.body).toEqual([
      'The item O0591429 was withdrawn. Its articles are gone.',
      '',
      'Editor:  ed@rgtp.test',
      'Date:    Sat, 16 Aug 2025 18:46:00 +0000',
      'Reason:  Posted by mistake',
    ]);
    expect(view.find('<O0591429.00000005.withdrawn@rgtp.example.org>')).toEqual({ group: edits, number: 5 });
  });

  test('replies to what continued it no longer refer to it', async () => {
    const { model, main } = await testBoard();
    await model.newItem('O0591429', octets`a`);
    await model.continue('O0591429', 'O0601000', octets`b`);
    await model.reply('O0601000');
    expect((await read(main, 3)).headers.get('References')).toContain('O0591429');
    await model.withdraw('O0591429');
    expect((await read(main, 2)).headers.has('References')).toBe(false);
    expect((await read(main, 3)).headers.get('References')).toBe('<O0601000.00000002@rgtp.example.org>');
    expect((await read(main, 3)).headers.get('Xref')).toBe('news.example.org groggs.test:3');
  });

  test('an index edit leaves a notice', async () => {
    const { model, main, edits } = await testBoard();
    await model.newItem('O0591429', octets`a`);
    await model.indexEdit({ reason: [] });
    const notice = await read(edits, 2);
    expect(notice.headers.get('Message-ID')).toBe('<index.00000002@rgtp.example.org>');
    expect(notice.headers.get('X-RGTP-Notice')).toBe('index-edit');
    expect(notice.body.at(-1)).toBe('Reason:  none given');
    expect(await main.article(2)).toBeUndefined();
  });

  test('the message of the day', async () => {
    const { model, main, motd, view } = await testBoard();
    await model.setMotd([octets`Welcome.`, octets`.`], { time: 1740816000 });
    expect((await read(motd, 1)).body).toEqual(['Welcome.', '.']);
    const first = await read(motd, 1);
    expect(first.headers.get('Subject')).toBe('Message of the day');
    expect(first.headers.get('Message-ID')).toBe('<motd.00000001@rgtp.example.org>');
    expect(view.motd()).toEqual(['Welcome.', '.']);
    await model.setMotd([octets`Caf\xe9`]);
    expect((await read(motd, 2)).body).toEqual(['Café']);
    expect((await read(motd, 1)).body).toEqual([
      'This message of the day was set by ed@rgtp.test',
      'on Sat, 01 Mar 2025 08:00:00 +0000.',
      'Its text is no longer on the board, which keeps the newest only.',
    ]);
    expect([motd.low, motd.high, motd.count]).toEqual([1, 2, 2]);
    model.board.fault = (request) => {
      if (request === 'MOTD') throw new RgtpError('unavailable', 'lost');
    };
    await expect(model.setMotd(['not read yet'])).rejects.toThrow('lost');
    expect((await read(motd, 2)).body[0]).toBe('This message of the day was set by ed@rgtp.test');
    // Its number is no article of the main newsgroup, and never was.
    expect([main.low, main.high, main.count]).toEqual([1, 0, 0]);
  });
});

test('epochs: ids stay unique', async () => {
  const { model, main, view } = await testBoard();
  await model.newItem('O0591429', 'a');
  const restore = model.board.backUp();
  await model.reply('O0591429');
  restore();
  await model.newItem('P0591429', 'b');
  expect((await read(main, 3)).headers.get('Message-ID')).toBe('<P0591429.00000002.e2@rgtp.example.org>');
  expect(view.find('<P0591429.00000002.e2@rgtp.example.org>')?.number).toBe(3);
  expect(view.find('<O0591429.00000001@rgtp.example.org>')?.number).toBe(1);
  expect(view.find('<P0591429.00000002@rgtp.example.org>')).toBeUndefined();
  expect(view.find('<O0591429.00000002.e2@rgtp.example.org>')).toBeUndefined();
});
