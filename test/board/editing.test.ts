import { describe, expect, test } from 'vitest';
import type { BoardServer } from '../../src/board/server.ts';
import { latin1, octets } from '../../src/wire/octets.ts';
import { addUser, dial, login, openBoard, secrets } from './boards.ts';
import type { Dialogue } from './dialogue.ts';

/** An item by the writer; its id. */
async function itemOn(board: BoardServer, ...lines: string[]): Promise<string> {
  const writer = await login(board, 'writer');
  await writer.text('w', ...lines);
  writer.write('NEWI To be edited\r\n');
  return (await writer.line())?.slice(4) ?? '';
}

/** Sends lines of an item as DATA wants them. */
function stuffed(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^\./, '..'));
}

async function editorWith(board: BoardServer, item: string): Promise<{ editor: Dialogue; lines: string[] }> {
  const editor = await login(board, 'ed');
  expect(await editor.ask('EDLK')).toMatch(/^200/);
  return { editor, lines: await editor.list(`EDIT ${item}`) };
}

describe('EDCF', () => {
  test('replaces the text; replies and a continuation made meanwhile follow it', async () => {
    const board = await openBoard();
    const item = await itemOn(board, 'Rude word here.', '^caret', '..dot');
    const { editor, lines } = await editorWith(board, item);
    const writer = await login(board, 'writer');
    await writer.text('late', 'A reply during the edit.');
    const reply = (await writer.ask(`REPL ${item}`)).slice(4, 12);
    const changed = stuffed(lines.map((line) => line.replace('Rude word here.', '[Removed]')));
    expect(await editor.text('ignored', ...changed.slice(1))).toMatch(/^350/);
    const edit = (await editor.ask('EDCF rude')).slice(4, 12);
    expect(await editor.ask('EDUL')).toMatch(/^200/);
    const after = await editor.list(`ITEM ${item}`);
    expect(after[0]).toBe(`                  ${edit} ${reply}`);
    expect(after.slice(4, 8)).toEqual(['', '[Removed]', '^^caret', '.dot']);
    expect(after.at(-1)).toBe('A reply during the edit.');
    expect((await editor.list('INDX')).at(-1)?.slice(103)).toMatch(/^E To be edited/);
    const [heading, reason] = await editor.list('ELOG');
    expect(heading).toMatch(new RegExp(`^Item ${item} edited by ed@rgtp.test at .* \\(#${edit}\\):$`));
    expect(reason).toBe('rude');
    const diff = await editor.list(`DIFF ${item}`);
    expect(diff.slice(0, 2)).toEqual([
      expect.stringMatching(new RegExp(`^--- ${item} Before ${edit} [0-9A-F]{8}$`)),
      expect.stringMatching(new RegExp(`^\\+\\+\\+ ${item} Edited at `)),
    ]);
    expect(diff).toContain('-Rude word here.');
    expect(diff).toContain('+[Removed]');
    const audit = board.store.db.prepare('SELECT * FROM audit').all();
    expect(audit).toHaveLength(1);
    expect(audit[0]).toMatchObject({ userid: 'ed@rgtp.test', action: 'edit', item, reason: 'rude' });
  });

  test('is refused where the item is no longer what EDIT sent: another process has the file, too', async () => {
    const board = await openBoard();
    const item = await itemOn(board, 'one');
    const { editor, lines } = await editorWith(board, item);
    await board.store.commit(() => {
      const kept = board.store.items.read(item);
      if (kept !== undefined)
        board.store.items.write({ ...kept, text: kept.text.replace('one', octets`two, and more`) });
    });
    expect(await editor.text('ignored', ...stuffed(lines).slice(1))).toMatch(/^350/);
    expect(await editor.ask('EDCF why')).toMatch(/^423 The item has changed since EDIT/);
    expect(await editor.list(`ITEM ${item}`)).toContain('two, and more');
  });

  test('without DATA withdraws the item, its rows and nothing else', async () => {
    const board = await openBoard();
    const item = await itemOn(board, 'bad');
    const before = board.store.index.rows(1, 100);
    const { editor } = await editorWith(board, item);
    const sequence = (await editor.ask('EDCF gone')).slice(4, 12);
    expect(await editor.ask(`ITEM ${item}`)).toBe(`410 Item ${item} does not exist or has been archived.`);
    expect(board.store.index.rows(1, 100)).toEqual(before.filter(({ row }) => !row.includes(item)));
    expect(await editor.list(`DIFF ${item}`)).toContain('-bad');
    expect((await editor.list('DIFF')).filter((line) => line.startsWith('-0'))).toHaveLength(1);
    expect((await editor.list('ELOG'))[0]).toContain(`withdrawn by ed@rgtp.test at`);
    // The number is used up, and the id is, too.
    const writer = await login(board, 'writer');
    await writer.text('w', 'x');
    writer.write('NEWI Another\r\n');
    expect((await writer.line())?.slice(4)).not.toBe(item);
    expect(Number.parseInt((await writer.answer()).slice(4, 12), 16)).toBe(Number.parseInt(sequence, 16) + 1);
    const [entry] = board.store.db.prepare("SELECT before FROM audit WHERE action = 'withdraw'").all();
    expect(Buffer.from(entry?.['before'] as Uint8Array).toString()).toContain('bad');
  });

  test('after a refused DATA withdraws nothing, however often it is asked', async () => {
    const board = await openBoard();
    const item = await itemOn(board, 'victim');
    const { editor } = await editorWith(board, item);
    expect(await editor.text('status', 'x'.repeat(81))).toMatch(/^423/);
    for (let i = 0; i < 3; i++) expect(await editor.ask('EDCF oops')).toMatch(/^500/);
    expect(await editor.text('status', 'no cookie', 'Subject: x')).toMatch(/^350/);
    expect(await editor.ask('EDCF oops')).toMatch(/^423/);
    for (let i = 0; i < 3; i++) expect(await editor.ask('EDCF oops')).toMatch(/^500/);
    expect(board.store.items.read(item)?.text).toContain('victim');
    expect(await editor.ask('EDAB')).toMatch(/^200/);
  });

  test('accepts what EDIT sent: 81 octets with a doubled caret, long continuation marks', async () => {
    const board = await openBoard();
    const long = 'a.very.long.user.name.indeed@with.a.really.quite.absurdly.long.domain.test';
    const item = await itemOn(board, `^${'x'.repeat(79)}`);
    await board.store.posting.continue(
      item,
      { userid: latin1(long), grogname: octets``, text: octets`x\n` },
      octets`More`,
    );
    const { editor, lines } = await editorWith(board, item);
    expect(lines.some((line) => line.length > 81)).toBe(true);
    expect(await editor.text('status', ...stuffed(lines.slice(1)))).toMatch(/^350/);
    expect(await editor.ask('EDCF nothing changed')).toMatch(/^220/);
  });

  test('the lock is released with the connection, by QUIT, and with the access level', async () => {
    const board = await openBoard();
    await addUser(board, 'ed2@rgtp.test', 3, secrets.ed);
    const second = await dial(board);
    await second.prove('ed2@rgtp.test', secrets.ed);
    for (const end of ['QUIT', 'ALVL 2']) {
      const first = await login(board, 'ed');
      expect(await first.ask('EDLK')).toMatch(/^200/);
      expect(await second.ask('EDLK')).toBe('411 ed@rgtp.test has locked the message area for editing');
      await first.ask(end);
      expect(await second.ask('EDLK')).toMatch(/^200/);
      expect(await second.ask('EDUL')).toMatch(/^200/);
    }
    const first = await login(board, 'ed');
    await first.ask('EDLK');
    const gone = new Promise((resolve) => first.socket.once('close', resolve));
    first.close();
    await gone;
    for (let answer = ''; !answer.startsWith('200'); ) answer = await second.ask('EDLK');
  });

  test('text sent for an edit can never become a post: its carets are not doubled', async () => {
    const board = await openBoard();
    const item = await itemOn(board, 'x');
    await addUser(board, 'ed@rgtp.test', 2, secrets.ann);
    const { editor, lines } = await editorWith(board, item);
    expect(await editor.text('g', ...lines.slice(1))).toMatch(/^350/);
    expect(await editor.ask('NEWI forged')).toMatch(/^500/);
    expect(await editor.ask('ALVL 2')).toMatch(/^232/);
    expect(await editor.ask('NEWI forged')).toBe('500 Need DATA first.');
  });
});

describe('EDIX', () => {
  test('replaces rows; those made meanwhile follow', async () => {
    const board = await openBoard();
    const item = await itemOn(board, 'x');
    const editor = await login(board, 'ed');
    await editor.ask('EDLK');
    const rows = await editor.list('EDIX');
    const writer = await login(board, 'writer');
    await writer.text('w', 'late');
    await writer.ask(`REPL ${item}`);
    const [, ...kept] = rows.map((row) => row.replace('To be edited', 'Renamed').trimEnd());
    // No grogname line here: the first row is a row.
    expect(await editor.text(kept[0] ?? '', ...kept.slice(1))).toMatch(/^350/);
    expect(await editor.ask('EDCF tidied')).toMatch(/^220 [0-9A-F]{8} {2}Edit complete\.$/);
    const after = await editor.list('INDX');
    expect(after).toHaveLength(rows.length);
    expect(after[1]?.slice(105).trimEnd()).toBe('Renamed');
    expect(after[1]).toHaveLength(199);
    expect(after.at(-1)?.slice(103)).toMatch(/^R To be edited/);
    expect((await editor.list('DIFF'))[0]).toMatch(/^--- index Before /);
    expect((await editor.list('ELOG'))[0]).toMatch(/^Index edited by/);
    // The next number is after the edit's.
    expect((await editor.list('INDX #00000000')).length).toBe(after.length);
  });
});

test('DIFF without diffs says so, and goes on', async () => {
  const board = await openBoard();
  const editor = await login(board, 'ed');
  expect(await editor.ask('DIFF A0000000')).toBe('410 There are no relevant diffs.');
  expect(await editor.ask('DIFF')).toBe('410 There are no relevant diffs.');
  expect(await editor.ask('NOOP')).toMatch(/^200/);
});

test('MOTS sets the message of the day, keeps what it replaced, and makes a row', async () => {
  const board = await openBoard();
  const editor = await login(board, 'ed');
  await editor.text('ignored', '^caret', 'line');
  const sequence = (await editor.ask('MOTS')).slice(4, 12);
  const [first, ...text] = await editor.list('MOTD');
  expect(first).toMatch(new RegExp(`^${sequence} [0-9A-F]{8}$`));
  expect(text).toEqual(['^^caret', 'line']);
  expect((await editor.list('INDX')).at(-1)).toMatch(new RegExp(`^${sequence} \\S{8} {10}ed@rgtp.test +M +$`));
  const [audit] = board.store.db.prepare('SELECT before FROM audit').all();
  expect(Buffer.from(audit?.['before'] as Uint8Array).toString()).toContain('Welcome');
});
