import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BoardStore } from '../../src/board/store.ts';
import { takeLock } from '../../src/store/lock.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';
import { latin1, octets } from '../../src/wire/octets.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { CommandLine, commandLine } from './command-line.ts';

/** Kills the process before it renames its STEPth file. */
const KILLED = `
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
const { rename } = files;
let steps = 0;
files.rename = (...names) => {
  if (++steps === Number(process.env.STEP)) process.kill(process.pid, 'SIGKILL');
  return rename(...names);
};
syncBuiltinESMExports();
`;

let folder = '';
let data = '';
let server: CommandLine | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-backup-'));
  data = join(folder, 'data');
});
afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

function environment(where = data) {
  return {
    RGTP_NNTP_DATA: where,
    RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
    RGTP_NNTP_EMBEDDED_LISTEN: 'off',
    RGTP_NNTP_HTTP_LISTEN: 'off',
  };
}

function run(...args: string[]) {
  return commandLine(args, { env: environment() });
}

async function serve(where = data): Promise<CommandLine> {
  server = new CommandLine(['serve'], { env: environment(where) });
  await server.printed(/127\.0\.0\.1 port \d+/);
  return server;
}

/** What readers see once an article has come. */
async function shown(newest: string) {
  const running = await serve();
  const [, port] = await running.printed(/127\.0\.0\.1 port (\d+)/);
  const reader = await NntpClient.connect(Number(port));
  for (;;) {
    const [, , , high] = (await reader.ask('GROUP groggs.gossip')).split(' ');
    const lines = await reader.list('OVER 1-');
    const articles = lines
      .map((line) => line.split('\t'))
      .map(([number, subject]) => [Number(number), subject] as const);
    if (articles.some(([, subject]) => subject === newest)) {
      reader.close();
      await stop();
      return { high: Number(high), articles };
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function stop(): Promise<void> {
  server?.child.kill();
  await server?.ended;
  server = undefined;
}

function board(where = data): BoardStore {
  return BoardStore.open(join(where, 'gossip.board.sqlite'), { keyFile: join(where, 'gossip.board.key') });
}

function post(subject: string): Promise<unknown> {
  const store = board();
  const posted = store.posting.newItem(
    { userid: octets`editor`, grogname: octets``, text: octets`text\n` },
    latin1(subject),
  );
  return posted.finally(() => store.close());
}

function subjects(where = data): (string | undefined)[] {
  const store = board(where);
  const found = [...store.items.all()].map(({ subject }) => subject);
  store.close();
  return found;
}

describe('rgtp-nntp board backup', () => {
  // test/store/target.test.ts has the other ways to get there.
  it('does not write over a file of the data folder', async () => {
    await serve();
    symlinkSync(join(data, 'gossip.board.sqlite'), join(folder, 'soft'));
    linkSync(join(data, 'gossip.board.key'), join(folder, 'hard'));
    for (const target of [join(data, 'gossip.board.sqlite'), join(folder, 'soft'), join(folder, 'hard')]) {
      expect(await run('board', 'backup', target, '--force')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('a file that this server needs'),
      });
    }
    await post('after the attempts');
    await stop();
    expect(subjects()).toEqual(['Welcome', 'after the attempts']);
  });

  it('does not write over the configuration, nor over a file that it names', async () => {
    await serve();
    await stop();
    const [config, key] = [join(folder, 'config.yaml'), join(folder, 'key.pem')];
    writeFileSync(key, 'precious');
    writeFileSync(
      config,
      `data: ${data}\ntls: { certificate: key.pem, key: key.pem }\nlisten: [nntps://127.0.0.1:0]\n`,
    );
    const before = readFileSync(config, 'utf8');
    for (const args of [
      ['board', 'backup', config],
      ['board', 'backup', key],
      ['export', '--mbox', config],
      ['export', '--mbox', key],
    ]) {
      const refused = await run(...args, '--force', '--config', config);
      expect(refused, args.join(' ')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('a file that this server needs'),
      });
    }
    expect([readFileSync(config, 'utf8'), readFileSync(key, 'utf8')]).toEqual([before, 'precious']);
  });

  it('replaces an older copy with --force only, and board restore brings a copy back', async () => {
    await serve();
    const file = join(folder, 'copy.sqlite');
    expect((await run('board', 'backup', file)).code).toBe(0);
    await post('Later');
    expect(await run('board', 'backup', file)).toMatchObject({ code: 1, stderr: expect.stringContaining('--force') });
    expect(subjects()).toEqual(['Welcome', 'Later']);
    const running = await run('board', 'restore', file, '--force');
    expect(running).toMatchObject({ code: 1, stderr: expect.stringContaining('in use by another rgtp-nntp') });
    await stop();
    expect(await run('board', 'restore', file)).toMatchObject({ code: 1, stderr: expect.stringContaining('--force') });
    const restored = await run('board', 'restore', file, '--force');
    expect(restored).toMatchObject({ code: 0, stdout: expect.stringContaining('replaced-') });
    expect(subjects()).toEqual(['Welcome']);
    const [, aside = ''] = /what was there before is in (\S+)/.exec(restored.stdout) ?? [];
    expect(readdirSync(aside)).toContain('gossip.board.sqlite');
    // The server that comes next is the same one, and nothing of the attempt is left.
    await serve();
    expect(readdirSync(data).filter((name) => /partial|restoring/.test(name))).toEqual([]);
  });

  it('leaves an older copy alone where the board is damaged', async () => {
    await serve();
    const file = join(folder, 'copy.sqlite');
    await run('board', 'backup', file);
    await stop();
    const before = readFileSync(file);
    const path = join(data, 'gossip.board.sqlite');
    const damaged = readFileSync(path);
    damaged.fill(0xff, damaged.length - 4096);
    writeFileSync(path, damaged);
    expect(await run('board', 'backup', file, '--force')).toMatchObject({ code: 1 });
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(['copy.sqlite', 'data']);
  });

  it('is restored only with the key that opens its secrets', async () => {
    await serve();
    const file = join(folder, 'copy.sqlite');
    await run('board', 'backup', file);
    await stop();
    const key = join(data, 'gossip.board.key');
    writeFileSync(key, `${'00'.repeat(32)}\n`);
    expect(await run('board', 'restore', file, '--force')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("can't be read with the key"),
    });
    rmSync(key);
    expect(await run('board', 'restore', file, '--force')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('key file'),
    });
    expect(existsSync(key)).toBe(false);
    expect(existsSync(join(data, 'gossip.board.sqlite'))).toBe(true);
  });

  it.each(['permanent', 'cache'])('is not replaced by a %s file', async (kind) => {
    await serve();
    await stop();
    const other = join(folder, 'other.sqlite');
    writeFileSync(other, readFileSync(join(data, `gossip.${kind}.sqlite`)));
    expect(await run('board', 'restore', other, '--force')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not a board file'),
    });
    expect(subjects()).toEqual(['Welcome']);
  });
});

describe('rgtp-nntp backup and restore', () => {
  it('a link that leads nowhere is no folder, and says so', async () => {
    await serve();
    await stop();
    const dead = join(folder, 'dead');
    symlinkSync(join(folder, 'nowhere'), dead);
    for (const to of [dead, join(dead, 'deeper')]) {
      const { code, stderr } = await run('backup', to);
      expect([code, stderr]).toEqual([1, expect.stringContaining(`${dead}: it is a link that leads nowhere`)]);
    }
    const linked = await commandLine(['serve'], { env: environment(dead) });
    expect(linked).toMatchObject({ code: 1, stderr: expect.stringContaining('it is a link that leads nowhere') });
  });

  it('save and bring back everything that must be kept', async () => {
    await serve();
    await post('Kept');
    const permanent = PermanentFile.open(join(data, 'gossip.permanent.sqlite'));
    const intent = { messageId: '<kept@news.test>', created: 1, details: '{}' };
    await permanent.intend(intent);
    await permanent.close();
    const to = join(folder, 'backup');
    const saved = await run('backup', to);
    expect(saved.code).toBe(0);
    for (const name of ['board.sqlite', 'permanent.sqlite', 'board.key', 'editor.secret']) {
      expect(saved.stdout).toContain(`saved gossip.${name}`);
    }
    expect(saved.stdout).not.toContain('cache');
    expect(statSync(to).mode & 0o777).toBe(0o700);
    await post('Not in it');
    await stop();
    const elsewhere = join(folder, 'elsewhere');
    const restored = await commandLine(['restore', to], { env: environment(elsewhere) });
    expect(restored.code).toBe(0);
    expect(subjects(elsewhere)).toEqual(['Welcome', 'Kept']);
    for (const name of ['gossip.board.key', 'gossip.editor.secret']) {
      expect(readFileSync(join(elsewhere, name))).toEqual(readFileSync(join(data, name)));
      expect(statSync(join(elsewhere, name)).mode & 0o777).toBe(0o600);
    }
    const back = PermanentFile.open(join(elsewhere, 'gossip.permanent.sqlite'));
    expect(await back.intend(intent)).toMatchObject({ known: true });
    await back.close();
    await serve(elsewhere);
  });

  it('restore refuses while the server runs, and overwrites with --force only', async () => {
    await serve();
    const to = join(folder, 'backup');
    await run('backup', to);
    expect(await run('restore', to, '--force')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('in use by another rgtp-nntp'),
    });
    await stop();
    await post('Later');
    expect(await run('restore', to)).toMatchObject({ code: 1, stderr: expect.stringContaining('something to lose') });
    expect(subjects()).toEqual(['Welcome', 'Later']);
    expect((await run('restore', to, '--force')).code).toBe(0);
    expect(subjects()).toEqual(['Welcome']);
  });

  // SQLite would write a journal of the old board into the restored one.
  it('restore leaves nothing beside a database that belongs to another', async () => {
    await serve();
    await stop();
    const to = join(folder, 'backup');
    await run('backup', to);
    for (const name of ['gossip.board.sqlite-journal', 'gossip.board.sqlite.restoring-journal']) {
      writeFileSync(join(data, name), 'of another');
    }
    expect((await run('restore', to, '--force')).code).toBe(0);
    const left = readdirSync(data);
    const [aside = ''] = left.filter((name) => name.startsWith('replaced-'));
    expect(readdirSync(join(data, aside))).toContain('gossip.board.sqlite-journal');
    expect(left.filter((name) => name.endsWith('-journal'))).toEqual([]);
  });

  it('restore gives no number again that was shown since the backup', async () => {
    /** number and subject of each article, and the high mark, once the one with this subject is there */
    const to = join(folder, 'backup');
    await serve();
    await stop();
    await post('Kept');
    await shown('Kept');
    expect((await run('backup', to)).code).toBe(0);
    for (const subject of ['Lost', 'Lost, too']) await post(subject);
    const before = await shown('Lost, too');
    const restored = await run('restore', to, '--force');
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(restored.stdout).not.toContain('may treat new articles as read');
    await post('Anew');
    const after = await shown('Anew');
    const known = new Map(before.articles);
    for (const [number, subject] of after.articles) expect(known.get(number) ?? subject).toBe(subject);
    expect(after.articles.map(([, subject]) => subject)).toEqual(['Welcome', 'Kept', 'Anew']);
    expect(after.articles.at(-1)?.[0]).toBeGreaterThan(before.high);
    expect(after.high).toBeGreaterThan(before.high);

    const elsewhere = await commandLine(['restore', to], { env: environment(join(folder, 'elsewhere')) });
    expect(elsewhere.stdout).toContain('may treat new articles as read');
  });

  it('backup writes into no folder with something else in it, nor into the data folder', async () => {
    await serve();
    writeFileSync(join(folder, 'something'), '');
    expect((await run('backup', folder)).stderr).toContain('neither empty nor a backup');
    symlinkSync(data, join(folder, 'link'));
    for (const inside of [data, join(data, 'new/folder'), join(folder, 'link/new')]) {
      expect((await run('backup', inside)).stderr).toContain('is in the folder that is to be backed up');
    }
    const to = join(folder, 'backup');
    expect((await run('backup', to)).code).toBe(0);
    expect((await run('backup', to)).stderr).toContain('--force');
    await post('Second');
    expect((await run('backup', to, '--force')).code).toBe(0);
    expect(readdirSync(to)).toHaveLength(3);
    await stop();
    rmSync(data, { recursive: true });
    expect((await run('restore', to)).code).toBe(0);
    expect(subjects()).toEqual(['Welcome', 'Second']);
  });

  // In the order in which it moves files: four (and the cache) are taken away, then four get their names.
  it.each([1, 5, 6, 9])('a restore that is killed at step %i is refused until it has been repeated', async (step) => {
    await serve();
    await stop();
    await post('Kept');
    await shown('Kept');
    const to = join(folder, 'backup');
    expect((await run('backup', to)).code).toBe(0);
    await post('Lost');
    const before = await shown('Lost');
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(KILLED)}`;
    const killed = await commandLine(['restore', to, '--force'], {
      env: { ...environment(), NODE_OPTIONS, STEP: String(step) },
    });
    expect(killed.signal).toBe('SIGKILL');
    const names = readdirSync(data).toSorted();

    const words = expect.stringContaining(`a restore into ${data} was cut off`);
    // What would run on comes last.
    for (const args of [['board', 'user', 'list'], ['user', 'list'], ['sync'], ['serve']]) {
      expect(await run(...args), args.join(' ')).toMatchObject({ code: 1, stderr: words });
    }
    expect(await run('backup', join(folder, 'another'))).toMatchObject({ code: 1, stderr: words });
    expect(await run('export', '--mbox', join(folder, 'mbox'))).toMatchObject({ code: 1, stderr: words });
    expect(readdirSync(data).toSorted(), 'nothing was made').toEqual(names);

    const again = await run('restore', to, '--force');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).not.toContain('may treat new articles as read');
    await post('Anew');
    const after = await shown('Anew');
    expect(after.articles.map(([, subject]) => subject)).toEqual(['Welcome', 'Kept', 'Anew']);
    expect(after.articles.at(-1)?.[0]).toBeGreaterThan(before.high);
  });

  it('a backup that was killed is no obstacle to the next one, which removes it', async () => {
    await serve();
    const to = join(folder, 'backup');
    // As far as it came: a copy, perhaps SQLite's journal of it, and the manifest that had no name yet.
    const cut = join(to, '2026-11-27T03-00-00-000Z');
    const interrupt = () => {
      mkdirSync(cut, { recursive: true });
      for (const name of ['gossip.board.sqlite', 'gossip.board.sqlite-journal', 'gossip.board.key']) {
        writeFileSync(join(cut, name), 'half');
      }
      writeFileSync(join(to, 'manifest.json.partial'), '{');
    };
    interrupt();
    expect(await run('backup', to)).toMatchObject({ code: 0, stderr: expect.not.stringContaining('neither') });
    expect(existsSync(cut)).toBe(false);
    interrupt();
    expect((await run('backup', to, '--force')).code).toBe(0);
    expect(readdirSync(to)).toEqual([expect.stringMatching(/^\d/), 'lock', 'manifest.json']);

    // A folder of that name with something else in it is not ours.
    rmSync(join(to, 'manifest.json'));
    mkdirSync(cut);
    writeFileSync(join(cut, 'holiday.jpg'), '');
    expect((await run('backup', to, '--force')).stderr).toContain('neither empty nor a backup');
    expect(existsSync(join(cut, 'holiday.jpg'))).toBe(true);
  });

  it('two backups at the same time into one folder are not made', async () => {
    await serve();
    const to = join(folder, 'backup');
    expect((await run('backup', to)).code).toBe(0);
    const before = readFileSync(join(to, 'manifest.json'), 'utf8');
    using _held = takeLock(join(to, 'lock'));
    const second = await run('backup', to, '--force');
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('another backup into') });
    expect(readFileSync(join(to, 'manifest.json'), 'utf8')).toBe(before);
  });

  it('restore takes no backup that is damaged or unfinished', async () => {
    await serve();
    const to = join(folder, 'backup');
    await run('backup', to);
    await stop();
    const elsewhere = () => commandLine(['restore', to], { env: environment(join(folder, 'elsewhere')) });
    const [inner = ''] = readdirSync(to).filter((name) => /^\d/.test(name));
    const key = join(to, inner, 'gossip.board.key');
    const good = readFileSync(key);
    writeFileSync(key, `${'00'.repeat(32)}\n`);
    expect(await elsewhere()).toMatchObject({ code: 1, stderr: expect.stringContaining('is damaged') });
    rmSync(key);
    symlinkSync('/etc/hostname', key);
    expect(await elsewhere()).toMatchObject({ code: 1, stderr: expect.stringContaining('not a regular file') });
    rmSync(key);
    writeFileSync(key, good);
    const manifest = readFileSync(join(to, 'manifest.json'), 'utf8');
    // A path, and a file that is named twice.
    for (const file of ['../../x', 'gossip.board.sqlite']) {
      writeFileSync(join(to, 'manifest.json'), manifest.replace('"gossip.board.key"', `"${file}"`));
      expect(await elsewhere()).toMatchObject({ code: 1, stderr: expect.stringMatching(/manifest\.json is damaged/) });
    }
    rmSync(join(to, 'manifest.json'));
    expect(await elsewhere()).toMatchObject({ code: 1, stderr: expect.stringContaining('not a complete backup') });
    execFileSync('mkfifo', [join(to, 'manifest.json')]);
    expect(await elsewhere()).toMatchObject({ code: 1, stderr: expect.stringContaining('not a complete backup') });
    expect(readdirSync(join(folder, 'elsewhere')).filter((name) => name !== 'lock')).toEqual([]);
  });
});
