import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mboxEntry, storedArticle, timeOfArticle } from '../../src/news/archive.ts';
import { bodyOf } from '../../src/news/body.ts';
import { renderArticle } from '../../src/news/render.ts';

const DATE = 'Sat, 21 Nov 2026 14:05:09 +0000';

/** What a reader of mboxrd makes of a file: the articles, quotes undone. */
function entries(mbox: string): string[] {
  return mbox
    .split(/^(?=From )/m)
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [first = '', ...lines] = entry.split('\n');
      expect(first).toMatch(/^From \S+ \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/);
      expect(lines.splice(-2)).toEqual(['', '']);
      return `${lines.map((line) => line.replace(/^>(>*From )/, '$1')).join('\n')}\n`;
    });
}

const article = (lines: readonly string[], from = 'Ann <ann@rgtp.test>') =>
  renderArticle(1, '<x@y>', `From: ${from}\r\nDate: ${DATE}\r\n\r\n`, bodyOf([...lines])).bytes;

describe('an article in an archive', () => {
  it('has LF line ends and no doubled dots, and nothing else is changed', () => {
    const wire = Buffer.from('A: b\r\n\r\n..dot\r\n...\r\nx..y\r\n\r\n.\r\n', 'latin1');
    expect(storedArticle(wire).toString('latin1')).toBe('A: b\n\n.dot\n..\nx..y\n\n');
  });

  it('begins with who and when in an mbox; a line of text that could be taken for that is quoted', () => {
    const text = mboxEntry(
      storedArticle(article(['From here', '>From there', ' From', 'From: x', 'from y'])),
    ).toString();
    expect(text).toBe(
      `From ann@rgtp.test Sat Nov 21 14:05:09 2026\nFrom: Ann <ann@rgtp.test>\nDate: ${DATE}\n\n` +
        '>From here\n>>From there\n From\nFrom: x\nfrom y\n\n',
    );
  });

  it.each(['Ann', '', '"a b" <a b>', 'x <>'])('from %j has a sender all the same', (from) => {
    expect(mboxEntry(storedArticle(article(['x'], from))).toString()).toMatch(/^From MAILER-DAEMON Sat /);
  });

  it('is dated by its header; one without a date is as old as can be', () => {
    expect(timeOfArticle(storedArticle(article([])))).toBe(Date.parse(DATE) / 1000);
    expect(timeOfArticle(Buffer.from('A: b\n\nDate: x\n'))).toBe(0);
  });

  it('comes out of an mbox as it went in, whatever its text', () => {
    const line = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('From ', '>From x', '', '.', '..', '>>From '));
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 8 }), { maxLength: 5 }), (texts) => {
        const stored = texts.map((lines) => storedArticle(article(lines.map((one) => one.replace(/[\r\n]/g, '')))));
        const mbox = Buffer.concat(stored.map(mboxEntry)).toString('latin1');
        expect(entries(mbox)).toEqual(stored.map((one) => one.toString('latin1')));
      }),
      { seed: 14, numRuns: 300 },
    );
  });
});
