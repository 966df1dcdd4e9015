import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { unpackSampleSpool } from '../support/sample-board.ts';
import { expectedArticles, linesOf, sampleBoard } from './sample-board.ts';

/** The expectation itself, held against the spool that the real groggsd left behind. */
describe('what the sample board should look like', () => {
  const folder = unpackSampleSpool();
  const items = readdirSync(join(folder, 'item')).filter((name) => /^[A-Z]\d{7}$/.test(name));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has every post in the spool, with the text it has there, and no other', () => {
    const expected = expectedArticles('g', 'd');
    const found = new Set<number>();
    for (const item of items) {
      // Item data: cookie, header, empty line, text, and one empty line before the next cookie.
      const [, ...posts] = readFileSync(join(folder, 'item', item), 'latin1')
        .replace(/\n$/, '')
        .split(/(?:^|\n)\^(?=[0-9A-F]{8} [0-9A-F]{8}\n)/);
      for (const [at, post] of posts.entries()) {
        const sequence = Number.parseInt(post.slice(0, 8), 16);
        const text = post.slice(18).split('\n');
        if (text[0]?.startsWith('[Continued in ')) continue;
        if (at < posts.length - 1) expect(text.pop()).toBe('');
        const event = sampleBoard.events.find((e) => e.seq === sequence);
        expect(event?.item).toBe(item);
        const lines = text.slice(text.indexOf('') + 1).map((line) => line.replace(/^\^/, ''));
        expect(lines, `sequence ${sequence}`).toEqual(event && linesOf(event));
        expect(expected.has(sequence)).toBe(true);
        found.add(sequence);
      }
    }
    const posts = [...expected.values()].filter(({ kind }) => kind === 'I' || kind === 'R' || kind === 'C');
    expect(found).toEqual(new Set(posts.map(({ number }) => number)));
    expect(found.size).toBeGreaterThan(3000);
  });

  it('has an article for every row of the index, and for every entry of the edit log', () => {
    const index = readFileSync(join(folder, 'index'), 'latin1').split('\n').slice(0, -1);
    const log = readFileSync(join(folder, 'editlog'), 'latin1').matchAll(/\(#([0-9A-F]{8})\):$/gm);
    const known = new Set([
      ...index.filter((row) => row[103] !== 'F').map((row) => Number.parseInt(row.slice(0, 8), 16)),
      ...Array.from(log, ([, sequence]) => Number.parseInt(sequence ?? '', 16)),
    ]);
    expect(new Set(expectedArticles('g', 'd').keys())).toEqual(known);
  });
});
