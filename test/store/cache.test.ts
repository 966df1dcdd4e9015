import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Cache } from '../../src/store/cache.ts';

let directory: string;
let path: string;
let cache: Cache;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cache-'));
  path = join(directory, 'gossip.cache.sqlite');
  cache = Cache.open(path);
});
afterEach(() => {
  cache.close();
  rmSync(directory, { recursive: true });
});

const octets = (text: string) => Buffer.from(text, 'latin1');
const onDisk = () =>
  Buffer.concat(readdirSync(directory).map((name) => readFileSync(join(directory, name)))).toString('latin1');

test('blocks come back in order, replaced ones as last written', () => {
  cache.putBlock('posts', 1, octets('b'));
  cache.putBlock('posts', 0, octets('a'));
  cache.putBlock('items', 0, octets('x'));
  cache.putBlock('posts', 1, octets('B'));
  cache.close();
  cache = Cache.open(path);
  expect([...cache.blocks('posts')].map(String)).toEqual(
    [...'aB'].map((each) => String(Uint8Array.of(each.charCodeAt(0)))),
  );
});

test('facts', () => {
  expect(cache.fact('last')).toBeUndefined();
  cache.setFact('last', '1');
  cache.setFact('last', '2');
  expect(cache.fact('last')).toBe('2');
  cache.setFact('notice:7', 'x');
  cache.setFact('notice:8', 'y');
  cache.deleteFact('notice:7');
  expect([...cache.facts('notice:')]).toEqual([['8', 'y']]);
});

describe('texts', () => {
  test('are put, replaced, dropped, and counted', () => {
    cache.putText(7, octets('seven'));
    cache.putText(8, octets('eight!'));
    cache.putText(7, octets('VII'));
    expect(cache.textOctets).toBe(9);
    expect(Buffer.from(cache.text(7) ?? []).toString()).toBe('VII');
    cache.dropTexts([7, 99]);
    expect([cache.text(7), cache.textOctets]).toEqual([undefined, 6]);
    cache.close();
    cache = Cache.open(path);
    expect(cache.textOctets).toBe(6);
  });

  test('the least recently read go first, and what was never read before them', () => {
    cache.close();
    cache = Cache.open(path, { maxTextOctets: 100 });
    for (let item = 0; item < 10; item++) cache.putText(item, new Uint8Array(10));
    expect(cache.evictTexts()).toEqual([]);
    cache.text(0, 2000);
    cache.text(1, 1000);
    cache.text(2);
    cache.putText(10, new Uint8Array(20));
    expect(cache.evictTexts()).toEqual([2, 3, 4]);
    expect([cache.textOctets, cache.text(4), cache.text(5)?.length]).toEqual([90, undefined, 10]);
    for (let item = 5; item < 11; item++) cache.text(item, 3000);
    cache.putText(11, new Uint8Array(30));
    expect(cache.evictTexts()).toEqual([11]);
    cache.putText(12, new Uint8Array(5));
    cache.putText(13, new Uint8Array(20));
    cache.text(12, 4000);
    cache.text(13, 4000);
    expect(cache.evictTexts()).toEqual([1, 0, 5]);
  });

  test('a deleted text is nowhere in the files after a purge', () => {
    cache.putText(1, octets('what an editor removed'));
    cache.purge();
    expect(onDisk()).toContain('an editor removed');
    cache.dropTexts([1]);
    cache.purge();
    expect(onDisk()).not.toContain('an editor removed');
  });
});

describe('a file that fails while it is used', () => {
  const lost: string[] = [];

  beforeEach(() => {
    lost.length = 0;
    cache.close();
    cache = Cache.open(path, { onLost: (reason) => lost.push(`${reason.kind} ${reason.path === path}`) });
    cache.setFact('last', '1');
  });

  test('is deleted and reported; the cache goes on without it, then rebuilds it', () => {
    cache.putText(1, new Uint8Array(20_000).fill(0xee));
    cache.close();
    damage(path);
    cache = Cache.open(path, { onLost: (reason) => lost.push(`${reason.kind} ${reason.path === path}`) });
    cache.transaction(() => {
      cache.setFact('last', '2');
      cache.text(1);
    });
    expect([cache.lost, lost]).toEqual([true, ['corrupt true']]);
    expect(readdirSync(directory)).toEqual([]);
    // Nothing fails, and nothing is kept that takes room.
    cache.putText(3, octets('three'));
    cache.setFact('last', '3');
    expect([cache.text(1), cache.text(3), cache.textOctets, cache.fact('last')]).toEqual([
      undefined,
      undefined,
      0,
      '3',
    ]);
    expect([cache.rebuild(), cache.lost]).toEqual([true, false]);
    cache.putText(3, octets('three'));
    expect([cache.fact('last'), cache.text(3)?.length]).toEqual([undefined, 5]);
  });

  test('a mistake of ours is not blamed on the file', () => {
    const other = new DatabaseSync(path);
    other.exec('DROP TABLE facts');
    other.close();
    expect(() => cache.setFact('last', '2')).toThrow(/no such table/);
    expect(cache.lost).toBe(false);
  });

  test('where nothing can be written, it goes on without', () => {
    rmSync(directory, { recursive: true });
    expect([cache.rebuild(), cache.lost]).toEqual([false, true]);
    cache.setFact('last', '2');
    expect(cache.fact('last')).toBe('2');
    mkdirSync(directory);
    expect([cache.rebuild(), cache.lost]).toEqual([true, false]);
  });
});

/** Makes the pages that hold a long text point nowhere. */
function damage(file: string): void {
  const bytes = readFileSync(file);
  for (let page = 0; page < bytes.length; page += 4096) {
    if (bytes.subarray(page + 4, page + 4000).every((octet) => octet === 0xee)) bytes.writeUInt32BE(0xfffffff0, page);
  }
  writeFileSync(file, bytes);
}

describe('files that cannot be used', () => {
  const reasons: string[] = [];
  const reopen = () =>
    Cache.open(path, { onRebuilt: (reason) => reasons.push(`${reason.kind} ${reason.path === path}`) });
  beforeEach(() => {
    reasons.length = 0;
    cache.setFact('old', 'yes');
    cache.close();
  });

  test('damaged: rebuilt, and reported', () => {
    writeFileSync(path, 'no database, and long enough to be read as one'.repeat(20));
    cache = reopen();
    expect([cache.fact('old'), reasons]).toEqual([undefined, ['corrupt true']]);
  });

  test('damaged further in', () => {
    const bytes = readFileSync(path);
    bytes.fill(0x55, 120);
    writeFileSync(path, bytes);
    cache = reopen();
    expect([cache.fact('old'), reasons]).toEqual([undefined, ['corrupt true']]);
  });

  test('newer: rebuilt, and reported', () => {
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version=99');
    db.close();
    cache = reopen();
    expect([cache.fact('old'), reasons]).toEqual([undefined, ['newer true']]);
  });

  test("somebody else's database is not thrown away", () => {
    rmSync(path);
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE letters (text TEXT)');
    db.close();
    expect(reopen).toThrow(/not a cache file/);
    const again = new DatabaseSync(path);
    expect(again.prepare('SELECT count(*) AS n FROM letters').get()?.['n']).toBe(0);
    again.close();
  });

  test('sound: kept', () => {
    cache = reopen();
    expect([cache.fact('old'), reasons]).toEqual(['yes', []]);
  });
});
