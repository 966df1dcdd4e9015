import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { outboxMailer } from '../../src/board/mail.ts';
import { BoardStore } from '../../src/board/store.ts';
import { clientProof } from '../../src/rgtp/proof.ts';
import { StoreError } from '../../src/store/errors.ts';
import { latin1, octets } from '../../src/wire/octets.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { addUser, dial, login, openBoard, secrets } from './boards.ts';

describe('access levels', () => {
  test('a user with several has a secret for each', async () => {
    const board = await openBoard();
    await addUser(board, 'ann@rgtp.test', 3, Buffer.from('editing'));
    const ann = await dial(board);
    expect(await ann.prove('ann@rgtp.test', secrets.ann, 'USER ann@rgtp.test 2')).toMatch(/^232/);
    expect(await ann.prove('ann@rgtp.test', secrets.ann, 'ALVL 3')).toBe('433 Identity confirmation failed.');
    expect(await ann.ask('EDLK')).toMatch(/^531/);
    expect(await ann.prove('ann@rgtp.test', Buffer.from('editing'), 'ALVL 3')).toMatch(/^233/);
    expect(await ann.ask('EDLK')).toMatch(/^200/);
    const highest = await dial(board);
    expect(await highest.prove('ann@rgtp.test', Buffer.from('editing'))).toMatch(/^233/);
    const none = await dial(board);
    expect(await none.ask('USER ann@rgtp.test 1')).toBe('482 You are denied that access level.');
    expect(await none.line()).toBeUndefined();
  });

  test.each([
    ['none', 'MOTD', 250, 'INDX', 531],
    ['read', 'INDX', 250, 'DATA', 531],
    ['post', 'DATA', 150, 'NOOP', 0],
  ] as const)('guests: %s', async (guests, can, code, cannot, refused) => {
    const board = await openBoard({ guests });
    const guest = await login(board, 'guest');
    expect(await guest.ask(can)).toMatch(new RegExp(`^${code}`));
    if (code === 250) await guest.data();
    if (refused !== 0) expect(await guest.ask(cannot)).toMatch(new RegExp(`^${refused}`));
  });
});

describe('proofs', () => {
  test('are logged when they fail, without any secret', async () => {
    const { log, lines } = recordedLog();
    const board = await openBoard({ log });
    for (let i = 0; i < 3; i++) {
      const ann = await dial(board);
      expect(await ann.prove('ann@rgtp.test', Buffer.from('wrong'))).toBe('483 Identity confirmation failed.');
      expect(await ann.line()).toBeUndefined();
    }
    expect(
      lines.filter(
        (line) => line.startsWith('login refused') && line.includes('ann@rgtp.test') && line.includes('wrong proof'),
      ),
    ).toHaveLength(3);
    const ann = await login(board, 'ann');
    expect(await ann.ask('NOOP')).toMatch(/^200/);
    expect(lines.join('\n')).not.toContain(secrets.ann.toString('hex'));
  });

  test('a client that asks only for what it may not do cannot fill the log', async () => {
    const { log, lines } = recordedLog();
    const board = await openBoard({ log });
    const writer = await login(board, 'writer');
    for (let n = 0; n < 20; n++) expect(await writer.ask('EDLK')).toMatch(/^531/);
    // One more on another connection: what comes after it in the log comes after all of these.
    const guest = await login(board, 'guest');
    expect(await guest.ask('EDLK')).toMatch(/^531/);
    const refused = () => lines.filter((line) => line.includes('"command":"EDLK"'));
    await expect.poll(() => refused().at(-1)).toContain('"userid":"guest"');
    expect(refused()).toHaveLength(6);
  });

  test('every nonce is new', async () => {
    const board = await openBoard();
    const nonces = new Set<string | undefined>();
    for (let i = 0; i < 50; i++) {
      const ann = await dial(board);
      ann.write('USER ann@rgtp.test\r\n');
      await ann.line();
      nonces.add(await ann.line());
      ann.close();
    }
    expect(nonces.size).toBe(50);
  });

  test('what ident says goes into the log, and nobody waits for it', async () => {
    const { log, lines } = recordedLog();
    const asked: unknown[] = [];
    let answer: (name: string) => void = () => {};
    const name = new Promise<string>((resolve) => {
      answer = resolve;
    });
    const board = await openBoard({
      log,
      identify: (connection) => {
        asked.push(connection);
        return name;
      },
    });
    const guest = await dial(board);
    // Before a refusal that ends the connection: afterwards the caller's machine no longer knows it.
    expect(asked).toEqual([
      { localPort: board.address.port, remoteAddress: '127.0.0.1', remotePort: guest.socket.localPort },
    ]);
    expect(await guest.ask('INDX')).toMatch(/^531/);
    expect(asked).toHaveLength(1);
    answer('mallory');
    await new Promise(setImmediate);
    expect(lines.some((line) => line.includes('"command":"INDX"') && line.includes('mallory'))).toBe(true);
  });
});

test('secrets are encrypted on disk, with a key that only the owner can read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'board-secrets-'));
  const path = join(folder, 'board.sqlite');
  const board = await openBoard({ path });
  await board.close();
  expect(statSync(`${path}.key`).mode & 0o777).toBe(0o600);
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    expect(bytes.includes(secrets.ann)).toBe(false);
    expect(bytes.includes(board.made?.editor.secret ?? 'x')).toBe(false);
  }
  const key = readFileSync(`${path}.key`);
  rmSync(`${path}.key`);
  expect(() => BoardStore.open(path)).toThrow('this key is missing or empty');
  writeFileSync(`${path}.key`, `${'0'.repeat(64)}\n`);
  expect(() => BoardStore.open(path)).toThrow(`${path}.key`);
  writeFileSync(`${path}.key`, key);
  BoardStore.open(path).close();
  rmSync(folder, { recursive: true });
});

test('a second start finds everything as it was, and makes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'board-again-'));
  const path = join(folder, 'board.sqlite');
  const first = await openBoard({ path });
  expect(first.made).toBeDefined();
  const rows = first.store.index.rows(1, 100);
  await first.close();
  const second = await openBoard({ path });
  expect(second.made).toBeUndefined();
  expect(second.store.index.rows(1, 100)).toEqual(rows);
  await second.close();
  rmSync(folder, { recursive: true });
});

describe('REGU', () => {
  test('mails a secret that works', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'board-outbox-'));
    const mailer = outboxMailer({ folder: join(folder, 'outbox'), from: 'board@rgtp.test' });
    const board = await openBoard({ title: 'Gossip', registration: { mode: 'open', mailer } });
    const fresh = await dial(board);
    const warning = await fresh.list('REGU');
    expect(warning.some((line) => line.startsWith(' '))).toBe(true);
    expect(await fresh.ask('USER new@rgtp.test')).toBe('280 Await the email I have sent to new@rgtp.test');
    expect(await fresh.line()).toBeUndefined();
    const [letter = ''] = readdirSync(join(folder, 'outbox'));
    expect(statSync(join(folder, 'outbox', letter)).mode & 0o777).toBe(0o600);
    const text = readFileSync(join(folder, 'outbox', letter), 'utf8');
    expect(text).toMatch(/^To: new@rgtp.test\r?$/m);
    const [, hex = ''] = /^ {4}([0-9A-F ]{32,})\r?$/m.exec(text) ?? [];
    const again = await dial(board);
    const secret = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    expect(await again.prove('new@rgtp.test', secret)).toBe('232 Registration complete (posting ok)');
    rmSync(folder, { recursive: true });
  });

  test('refuses an invalid address, a known userid, and too many requests', async () => {
    const board = await openBoard({ registration: { mode: 'open', mailer: { send: async () => {} } } });
    const attempt = async (userid: string) => {
      const client = await dial(board);
      await client.list('REGU');
      return (await client.ask(`USER ${userid}`)).slice(0, 3);
    };
    expect(await attempt('ann@rgtp.test')).toBe('482');
    expect(await attempt('x@rgtp.test,evil@example.com')).toBe('482');
    expect(await attempt('x@rgtp')).toBe('482');
    expect(await attempt('nohost')).toBe('511');
    for (const n of [1, 2, 3, 4]) expect(await attempt(`n${n}@rgtp.test`)).toBe('280');
    expect(await attempt('n5@rgtp.test')).toBe('482');
  });

  test('mail that cannot be sent leaves no account', async () => {
    const mailer = { send: () => Promise.reject(new Error('no mail today')) };
    const board = await openBoard({ registration: { mode: 'open', mailer } });
    const client = await dial(board);
    await client.list('REGU');
    expect(await client.ask('USER new@rgtp.test')).toMatch(/^484/);
    expect(board.store.users.levels(octets`new@rgtp.test`)).toEqual([]);
  });

  test('with approval, an editor decides', async () => {
    const letters: string[] = [];
    const mailer = { send: async ({ text }: { text: string }) => void letters.push(text) };
    const board = await openBoard({ registration: { mode: 'approval', mailer } });
    const client = await dial(board);
    await client.list('REGU');
    expect(await client.ask('USER new@rgtp.test')).toBe('280 Await an e-mail confirmation from the Editor.');
    expect(letters).toEqual([]);
    const early = await dial(board);
    expect(await early.ask('USER new@rgtp.test')).toMatch(/^482/);
    const editor = await login(board, 'ed');
    expect((await editor.list('UDBM -l new@rgtp.test')).join()).toContain('waiting');
    expect((await editor.list('UDBM -u new@rgtp.test approve'))[0]).toBe('The secret was mailed to new@rgtp.test.');
    const [, hex = ''] = /^ {4}([0-9A-F ]{32,})$/m.exec(letters.join()) ?? [];
    const later = await dial(board);
    expect(await later.prove('new@rgtp.test', Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toMatch(/^232/);
  });

  test('an approval whose letter can’t be sent says so, and is tried again', async () => {
    const letters: string[] = [];
    let full = true;
    const mailer = {
      async send({ to }: { to: string }) {
        if (full) throw new StoreError('full', '/outbox/letter.eml', 'no space is left on the disk');
        letters.push(to);
      },
    };
    const board = await openBoard({ registration: { mode: 'approval', mailer } });
    const client = await dial(board);
    await client.list('REGU');
    await client.ask('USER new@rgtp.test');
    const editor = await login(board, 'ed');
    const approve = async () => (await editor.list('UDBM -u new@rgtp.test approve'))[0];
    expect(await approve()).toBe("The mail could not be sent (the server's disk is full).");
    full = false;
    expect(await approve()).toBe('The secret was mailed to new@rgtp.test.');
    expect(letters).toEqual(['new@rgtp.test']);
  });

  test('a letter that takes long is waited for: the account stays', async () => {
    const letter = Promise.withResolvers<void>();
    const under = Promise.withResolvers<void>();
    const mailer = {
      send({ to }: { to: string }) {
        if (to !== 'slow@rgtp.test') return Promise.resolve();
        under.resolve();
        return letter.promise;
      },
    };
    const board = await openBoard({ registration: { mode: 'open', mailer } });
    const [slow, quick] = [await dial(board), await dial(board)];
    await slow.list('REGU');
    const answer = slow.ask('USER slow@rgtp.test');
    await under.promise;
    // Others who register have old applications removed.
    await quick.list('REGU');
    expect(await quick.ask('USER quick@rgtp.test')).toMatch(/^280/);
    letter.resolve();
    expect(await answer).toMatch(/^280/);
    const used = ['slow@rgtp.test', 'quick@rgtp.test'].map((id) => board.store.users.levels(latin1(id))[0]?.lastUsed);
    for (const time of used) expect(board.store.time - (time ?? 0)).toBeLessThan(3600);
  });

  test('an account that is never used is forgotten after a week', async () => {
    let now = Date.UTC(2026, 0);
    const folder = mkdtempSync(join(tmpdir(), 'board-week-'));
    const options = {
      path: join(folder, 'b.sqlite'),
      now: () => now,
      registration: { mode: 'open', mailer: { send: async () => {} } },
    } as const;
    const board = await openBoard(options);
    const client = await dial(board);
    await client.list('REGU');
    await client.ask('USER new@rgtp.test');
    await board.close();
    now += 8 * 86_400_000;
    const later = await openBoard(options);
    expect(later.store.users.levels(octets`new@rgtp.test`)).toEqual([]);
    expect(later.store.users.levels(octets`ann@rgtp.test`)).toHaveLength(1);
    await later.close();
    rmSync(folder, { recursive: true });
  });
});

describe('UDBM', () => {
  test('adds, amends, disables, gives a new secret, deletes', async () => {
    const board = await openBoard();
    const editor = await login(board, 'ed');
    const [added = ''] = await editor.list('UDBM -c new@rgtp.test/write ident=md5 newsecret');
    const [, hex = ''] = /md5 {5}([0-9A-F]{32}) {2}new@rgtp.test$/.exec(added) ?? [];
    const fresh = await dial(board);
    expect(await fresh.prove('new@rgtp.test', Buffer.from(hex, 'hex'))).toMatch(/^232/);
    const [other = ''] = await editor.list('UDBM -u new@rgtp.test newsecret');
    expect(other).not.toContain(hex);
    const [, newHex = ''] = /md5 {5}([0-9A-F]{32}) /.exec(other) ?? [];
    await editor.list('UDBM -u new@rgtp.test disable');
    const denied = await dial(board);
    expect(await denied.prove('new@rgtp.test', Buffer.from(newHex, 'hex'))).toBe(
      '482 That userid is disabled; contact the Editors.',
    );
    // Nobody else hears that.
    const guesser = await dial(board);
    expect(await guesser.prove('new@rgtp.test', Buffer.from(hex, 'hex'))).toMatch(/^483 /);
    await editor.list('UDBM -u guest disable');
    const guest = await dial(board);
    expect(await guest.ask('USER guest')).toBe('482 That userid is disabled; contact the Editors.');
    await editor.list('UDBM -u new@rgtp.test/edit enable');
    expect(board.store.users.levels(octets`new@rgtp.test`)).toMatchObject([{ level: 3, disabled: false }]);
    await editor.list('UDBM -c new@rgtp.test/read ident=md5 setsecret <00ff');
    expect(board.store.users.levels(octets`new@rgtp.test`)).toHaveLength(2);
    expect((await editor.list('UDBM -d new@rgtp.test')).join()).toContain('several levels');
    await editor.list('UDBM -d new@rgtp.test/read');
    await editor.list('UDBM -d new@rgtp.test');
    expect(board.store.users.levels(octets`new@rgtp.test`)).toEqual([]);
    const audit = board.store.db.prepare("SELECT * FROM audit WHERE action = 'user'").all();
    expect(audit).toHaveLength(8);
    expect(JSON.stringify(audit)).not.toContain(hex);
  });

  test.each([
    ['-u ann@rgtp.test disable', '482 That userid is disabled; contact the Editors.'],
    ['-u ann@rgtp.test/read', '482 The access level of that userid was changed; log in again.'],
    ['-d ann@rgtp.test', '482 That userid has been removed; contact the Editors.'],
  ])('nobody stays logged in after %s', async (change, why) => {
    const board = await openBoard();
    const [ann, editor] = [await login(board, 'ann'), await login(board, 'ed')];
    const late = await dial(board);
    late.write('USER ann@rgtp.test\r\n');
    await late.line();
    const serverNonce = Buffer.from((await late.line())?.slice(4) ?? '', 'hex');
    await editor.list(`UDBM ${change}`);
    expect(await ann.line()).toBe(why);
    expect(await ann.line()).toBeUndefined();
    // Nor does a proof that was already in progress help.
    const clientNonce = Buffer.alloc(16, 7);
    const hash = clientProof({ userid: octets`ann@rgtp.test`, secret: secrets.ann, clientNonce, serverNonce });
    expect(await late.ask(`AUTH ${hash.toString('hex')} ${clientNonce.toString('hex')}`)).toBe(why);
  });

  test('shows no secrets, and always leaves an editor', async () => {
    const board = await openBoard();
    const editor = await login(board, 'ed');
    expect((await editor.list('UDBM --secret -l')).join()).toContain('not shown');
    await editor.list('UDBM -d editor');
    for (const change of ['-d ed@rgtp.test', '-u ed@rgtp.test disable', '-u ed@rgtp.test/write']) {
      expect(await editor.list(`UDBM ${change}`)).toEqual(['that would leave the board without an editor']);
    }
    expect(board.store.users.levels(octets`ed@rgtp.test`)).toMatchObject([{ level: 3, disabled: false }]);
  });

  test.each([
    '-c',
    '-c x/god',
    '-u nobody enable',
    '-c a@b ident=rot13',
    '-c a@b setsecret',
    '-c a@b setsecret <abc',
    '-d a b',
    '-lc x',
    '-c a@b wat',
    '; rm -rf /',
    '`id`',
    '-c ann@rgtp.test/write',
  ])('%s is explained', async (args) => {
    const board = await openBoard();
    const editor = await login(board, 'ed');
    const before = [...board.store.users.all()].length;
    const answer = await editor.list(`UDBM ${args}`);
    expect(answer.join('')).toMatch(
      /unknown|must say|not found|missing|even number|only delete|conflicting|Userid|already exists/,
    );
    expect([...board.store.users.all()]).toHaveLength(before);
  });
});
