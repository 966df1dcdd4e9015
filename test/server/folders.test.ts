import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { takeFolders } from '../../src/server/folders.ts';

/** Two data folders, whose databases are what `link` makes of the first one's. */
function twoFolders(link: (from: string, to: string) => void): { readonly one: string; readonly two: string } {
  const folder = mkdtempSync(join(tmpdir(), 'folders-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  for (const data of [one, two]) mkdirSync(data);
  writeFileSync(join(one, 'gossip.board.sqlite'), '');
  link(join(one, 'gossip.board.sqlite'), join(two, 'gossip.board.sqlite'));
  return { one, two };
}

const take = (data: string) => takeFolders({ data, keys: data });

test.each(['first', 'second'])('two data folders that lead to one database are not both in use; the %s is', (which) => {
  const { one, two } = twoFolders((from, to) => symlinkSync(from, to));
  const [taken, other] = which === 'first' ? [one, two] : [two, one];
  {
    using _lock = take(taken);
    expect(() => take(other)).toThrow(`the data in ${one} is in use by another rgtp-nntp`);
  }
  take(other)[Symbol.dispose]();
});

test('links to one database elsewhere, by way of other links, to one that is to be made', () => {
  const { one, two } = twoFolders(() => {});
  const shared = join(one, '..', 'shared');
  mkdirSync(shared);
  symlinkSync(shared, join(one, '..', 'way'));
  symlinkSync('../way/new.board.sqlite', join(one, 'new.board.sqlite'));
  symlinkSync(join(shared, 'new.board.sqlite'), join(two, 'new.board.sqlite'));
  writeFileSync(join(shared, 'new.board.sqlite'), '');
  using _lock = take(one);
  expect(() => take(two)).toThrow(`the data in ${shared} is in use by another rgtp-nntp`);
});

test('a link that leads nowhere yet counts, and one to a folder that is not there stops nothing', () => {
  const { one, two } = twoFolders((from, to) => symlinkSync(from, to));
  rmSync(join(one, 'gossip.board.sqlite'));
  symlinkSync(join(one, 'no', 'such.sqlite'), join(two, 'cache.sqlite'));
  using _lock = take(one);
  expect(() => take(two)).toThrow('in use by another');
});

test('folders without links have nothing to do with each other, and what was refused holds nothing', () => {
  const { one, two } = twoFolders(() => {});
  using _first = take(one);
  {
    using _second = take(two);
    expect(() => take(one)).toThrow('in use by another');
  }
  take(two)[Symbol.dispose]();
});
