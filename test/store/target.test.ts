import { execFileSync, spawnSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { giveName, isIn, safeFolder, safeTarget, TargetError } from '../../src/store/target.ts';

let folder = '';
let data = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'target-')));
  data = join(folder, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'board.sqlite'), 'precious');
  writeFileSync(join(folder, 'source'), 'precious');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a file that must be kept', () => {
  test.each<[string, (at: (name: string) => string) => string]>([
    ['itself', () => 'data/board.sqlite'],
    ['by a detour', () => 'data/../data/./board.sqlite'],
    ['a new name in its folder', () => 'data/copy.sqlite'],
    [
      'a symbolic link to it',
      (at) => {
        symlinkSync(at('data/board.sqlite'), at('link'));
        return 'link';
      },
    ],
    [
      'a symbolic link to a symbolic link to it',
      (at) => {
        symlinkSync('data/board.sqlite', at('one'));
        symlinkSync('one', at('two'));
        return 'two';
      },
    ],
    [
      'a hard link to it',
      (at) => {
        linkSync(at('data/board.sqlite'), at('hard'));
        return 'hard';
      },
    ],
    [
      'through a link to its folder',
      (at) => {
        symlinkSync(at('data'), at('elsewhere'));
        return 'elsewhere/board.sqlite';
      },
    ],
    ['the source', () => 'source'],
    [
      'a hard link to the source',
      (at) => {
        linkSync(at('source'), at('hard'));
        return 'hard';
      },
    ],
    [
      'a symbolic link to the source',
      (at) => {
        symlinkSync('source', at('soft'));
        return 'soft';
      },
    ],
  ])('is no target, not even with force: %s', async (_, make) => {
    const target = join(
      folder,
      make((name) => join(folder, name)),
    );
    const kept = { folders: [data], files: [join(folder, 'source')] };
    for (const force of [true, false]) {
      await expect(safeTarget(target, kept, { force })).rejects.toThrow('a file that this server needs');
    }
  });
});

describe('another file', () => {
  test('that does not exist is one', async () => {
    expect(await safeTarget(join(folder, 'copy'), { folders: [data] }, { force: false })).toBe(join(folder, 'copy'));
  });

  test('that exists is one with force only', async () => {
    const path = join(folder, 'copy');
    writeFileSync(path, 'older');
    await expect(safeTarget(path, {}, { force: false })).rejects.toThrow('exists already');
    expect(await safeTarget(path, {}, { force: true })).toBe(path);
  });

  test.each(['a folder', 'a FIFO'])('%s is none', async (what) => {
    const path = join(folder, 'thing');
    if (what === 'a folder') mkdirSync(path);
    else execFileSync('mkfifo', [path]);
    await expect(safeTarget(path, {}, { force: true })).rejects.toThrow('is not a regular file');
    // A link to it would be replaced: /dev/stdout is one.
    symlinkSync(path, join(folder, 'link'));
    await expect(safeTarget(join(folder, 'link'), {}, { force: true })).rejects.toThrow('is not a regular file');
  });

  test('that a link leads to is written, not the link', async () => {
    const [path, link] = [join(folder, 'copy'), join(folder, 'link')];
    symlinkSync(path, link);
    await expect(safeTarget(link, {}, { force: true })).rejects.toThrow('is a link that leads nowhere');
    writeFileSync(path, 'older');
    await expect(safeTarget(link, {}, { force: false })).rejects.toThrow('exists already');
    expect(await safeTarget(link, {}, { force: true })).toBe(path);
  });

  test('that ends like a folder is none', async () => {
    await expect(safeTarget(`${join(folder, 'copy')}/`, {}, { force: true })).rejects.toThrow('names a folder');
  });

  test('in a folder that does not exist is none', async () => {
    await expect(safeTarget(join(folder, 'no/copy'), {}, { force: true })).rejects.toThrow('does not exist');
  });
});

describe('a folder', () => {
  test.each<[string, (at: (name: string) => string) => string]>([
    ['of the data', () => 'data'],
    ['in it', () => 'data/copy'],
    ['around it', () => '.'],
    [
      'that a link leads to, in it',
      (at) => {
        mkdirSync(at('data/empty'));
        symlinkSync(at('data/empty'), at('link'));
        return 'link';
      },
    ],
    [
      'through a link to it',
      (at) => {
        symlinkSync(at('data'), at('elsewhere'));
        return 'elsewhere/copy';
      },
    ],
  ])('%s is no target', async (_, make) => {
    const target = join(
      folder,
      make((name) => join(folder, name)),
    );
    await expect(safeFolder(target, { folders: [data] })).rejects.toThrow("a part of this server's data");
  });

  test('elsewhere is one, whether or not it is there', async () => {
    expect(await safeFolder(join(folder, 'copy'), { folders: [data] })).toBe(join(folder, 'copy'));
    mkdirSync(join(folder, 'database'));
    expect(await safeFolder(join(folder, 'database'), { folders: [data] })).toBe(join(folder, 'database'));
  });
});

test('a bind mount of the data is no place for anything', async ({ skip }) => {
  const mount = join(folder, 'mount');
  mkdirSync(mount);
  if (spawnSync('mount', ['--bind', data, mount]).status !== 0) skip('only root can mount');
  try {
    const target = join(mount, 'new');
    await expect(safeTarget(target, { folders: [data] }, { force: true })).rejects.toThrow(
      'a file that this server needs',
    );
    for (const place of [mount, target]) {
      await expect(safeFolder(place, { folders: [data] })).rejects.toThrow("a part of this server's data");
    }
    expect(await isIn(join(mount, 'not', 'there', 'yet'), [data])).toBe(true);
    expect(await isIn(folder, [data])).toBe(false);
  } finally {
    spawnSync('umount', [mount]);
  }
});

describe('a complete file gets its name', () => {
  let complete = '';
  const path = () => join(folder, 'copy');
  beforeEach(() => {
    complete = join(folder, 'complete');
    writeFileSync(complete, 'new');
  });

  test('and loses its provisional one', async () => {
    await giveName(complete, path(), false);
    expect(readFileSync(path(), 'utf8')).toBe('new');
    expect(() => readFileSync(complete)).toThrow('ENOENT');
  });

  test('but never that of a file which came meanwhile, except with force', async () => {
    writeFileSync(path(), 'somebody was faster');
    await expect(giveName(complete, path(), false)).rejects.toThrow(TargetError);
    expect(readFileSync(path(), 'utf8')).toBe('somebody was faster');
    await giveName(complete, path(), true);
    expect(readFileSync(path(), 'utf8')).toBe('new');
  });

  test.each(['-wal', '-journal'])('but not one that has a log: %s', async (ending) => {
    // SQLite would apply it to the new file.
    writeFileSync(path() + ending, 'x');
    await expect(giveName(complete, path(), true)).rejects.toThrow('did not close it');
  });
});
