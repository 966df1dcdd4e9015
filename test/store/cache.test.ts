import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

test('segments', () => {
  for (const number of [1, 2, 3, 4]) cache.putSegment(number, octets(`s${number}`));
  cache.putSegment(4, octets('again'));
  cache.dropSegments(2, 3);
  expect([1, 2, 3, 4].map((number) => cache.segment(number)?.length)).toEqual([2, undefined, undefined, 5]);
});

test('clear leaves nothing', () => {
  cache.putText(1, octets('some text of an item'));
  cache.putBlock('posts', 0, octets('block'));
  cache.setFact('last', '1');
  cache.putSegment(1, octets('segment'));
  cache.clear();
  expect([cache.text(1), [...cache.blocks('posts')], cache.fact('last'), cache.segment(1), cache.textOctets]).toEqual([
    undefined,
    [],
    undefined,
    undefined,
    0,
  ]);
  expect(onDisk()).not.toContain('some text');
});

describe('files that can not be used', () => {
  const reasons: string[] = [];
  const reopen = () =>
    Cache.open(path, { onRebuilt: (reason) => reasons.push(`${reason.kind} ${reason.path === path}`) });
  beforeEach(() => {
    reasons.length = 0;
    cache.setFact('old', 'yes');
    cache.close();
  });

  test('damaged: made anew, and said so', () => {
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

  test('newer: made anew, and said so', () => {
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
